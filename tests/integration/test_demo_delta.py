"""The small Microsoft 365's delta queries, over plain HTTP."""

IMMUTABLE = {"Prefer": 'IdType="ImmutableId", odata.maxpagesize=500'}
SELECT = "$select=subject,from,toRecipients,bccRecipients,internetMessageId,sentDateTime"


def _inbox(person, query=""):
    return f"users/{person.id}/mailFolders/inbox/messages/delta?{query}"


async def test_a_first_round_gives_what_is_there_page_by_page(graph, firm):
    anne, _ = firm.list_people()
    for number in range(25):
        firm.send_mail(("Carl", "carl@acme.example"), [("", anne.address)], subject=str(number))
    _, page, _ = await graph.ask(_inbox(anne))
    assert len(page["value"]) == 10  # Graph's default
    items, link = await graph.follow(_inbox(anne), Prefer="odata.maxpagesize=7")
    assert [item["subject"] for item in items] == [str(number) for number in range(25)]
    assert "$deltatoken" in link or "%24deltatoken" in link
