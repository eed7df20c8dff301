"""The small Microsoft 365's directory, permissions and error bodies."""

import pytest


async def test_users_are_paged_and_selected(graph, firm):
    for number in range(5):
        firm.add_person(f"p{number}@lex.example", f"P{number}", language="fr-FR")
    _, page, _ = await graph.ask("users?$top=3&$select=id,displayName,mail,preferredLanguage,accountEnabled")
    _, rest, _ = await graph.ask(page["@odata.nextLink"])
    assert (len(page["value"]), len(rest["value"])) == (3, 3)
    assert set(rest["value"][0]) == {"id", "displayName", "mail", "preferredLanguage", "accountEnabled"}


async def test_users_are_filtered_and_an_unknown_filter_is_refused(graph, firm):
    anne, bob = firm.list_people()
    firm.directory.update(bob, is_enabled=False)
    _, page, _ = await graph.ask("users?$filter=accountEnabled eq true and userType eq 'Member'")
    assert [user["id"] for user in page["value"]] == [anne.id]
    assert (await graph.ask("users?$filter=city eq 'Paris'"))[0] == 400


async def test_users_come_and_go_in_the_delta(graph, firm):
    anne, bob = firm.list_people()
    everyone, link = await graph.follow("users/delta()?$select=displayName,mail")
    assert [user["displayName"] for user in everyone] == ["Anne Martin", "Bob Stone"]
    firm.directory.remove(bob)
    firm.directory.update(anne, name="Anne Durand", address="anne.durand@lex.example")
    changes, link = await graph.follow(link)
    assert changes == [
        {"id": bob.id, "@removed": {"reason": "changed"}},
        {"displayName": "Anne Durand", "mail": "anne.durand@lex.example"},
    ]
    firm.directory.forget_tokens()
    assert (await graph.ask(link))[0] == 410


async def test_F44_a_leavers_address_given_to_somebody_new_is_another_user(graph, firm):
    _, bob = firm.list_people()
    firm.directory.remove(bob)
    successor = firm.add_person(bob.address, "Bob Junior")
    assert successor.id != bob.id
    assert (await graph.ask(f"users/{bob.address}"))[1]["id"] == successor.id


async def test_members_of_a_group_are_listed_and_followed(graph, firm):
    anne, bob = firm.list_people()
    group = firm.directory.add_group("Carnet users", [anne])
    _, page, _ = await graph.ask(f"groups/{group.id}/members?$select=id")
    assert [member["id"] for member in page["value"]] == [anne.id]
    [first], link = await graph.follow(f"groups/delta?$filter=id eq '{group.id}'&$select=members")
    firm.directory.add_member(group, bob)
    firm.directory.remove_member(group, anne)
    [then], _ = await graph.follow(link)
    assert [member["id"] for member in first["members@delta"]] == [anne.id]
    assert [(each["id"], "@removed" in each) for each in then["members@delta"]] == [(bob.id, False), (anne.id, True)]
    assert (await graph.ask(f"groups/{group.id}/members/delta"))[0] == 400


async def test_the_tenants_verified_domains_are_told_twice(graph, firm):
    _, organization, _ = await graph.ask("organization")
    _, domains, _ = await graph.ask("domains")
    assert organization["value"][0]["id"] == firm.tenant_id
    assert [each["name"] for each in organization["value"][0]["verifiedDomains"]] == ["lex.example"]
    assert [(each["id"], each["isVerified"]) for each in domains["value"]] == [("lex.example", True)]


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        ("not_enabled", 404, "MailboxNotEnabledForRESTAPI"),
        ("forbidden", 403, "ErrorAccessDenied"),
        ("unavailable", 503, "MailboxStoreUnavailable"),
    ],
)
async def test_F41_F42_F43_a_mailbox_may_be_out_of_reach(graph, firm, state, status, code):
    anne, bob = firm.list_people()
    anne.mailbox.state = state
    given, answer, _ = await graph.ask(f"users/{anne.id}/mailFolders/inbox/messages/delta")
    assert (given, answer["error"]["code"]) == (status, code)
    assert answer["error"]["innerError"]["request-id"]
    assert (await graph.ask(f"users/{bob.id}/mailFolders/inbox/messages/delta"))[0] == 200


async def test_F40_a_withdrawn_consent_is_403_everywhere(graph, firm):
    anne, _ = firm.list_people()
    firm.granted.clear()
    _, mail, _ = await graph.ask(f"users/{anne.id}/mailFolders/inbox/messages/delta")
    status, users, _ = await graph.ask("users")
    assert mail["error"]["code"] == "ErrorAccessDenied"
    assert (status, users["error"]["code"]) == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize("authorization", ["", "Basic x", "Bearer", "Bearer garbage", "Bearer a.b.c"])
async def test_no_token_is_401(graph, authorization):
    async with graph.session.get(
        f"{graph.microsoft.graph_url}/users", headers={"Authorization": authorization}
    ) as response:
        assert (response.status, (await response.json())["error"]["code"]) == (401, "InvalidAuthenticationToken")


async def test_a_token_for_another_service_is_401(graph):
    graph.token = await graph.sign_in("https://api.botframework.com/.default")
    assert (await graph.ask("users"))[0] == 401


async def test_an_unknown_user_is_404_and_an_unknown_path_400(graph):
    assert (await graph.ask("users/nobody@lex.example"))[1]["error"]["code"] == "Request_ResourceNotFound"
    assert (await graph.ask("users/nobody/mailFolders/inbox/messages/delta"))[1]["error"]["code"] == "ErrorInvalidUser"
    assert (await graph.ask("users/x/drive"))[0] == 400


async def test_the_app_can_see_what_it_was_granted(graph, firm):
    firm.granted.add("Application.Read.All")
    app_id = graph.microsoft.cloud.app_id
    _, page, _ = await graph.ask(f"servicePrincipals?$filter=appId eq '{app_id}'")
    _, graph_page, _ = await graph.ask("servicePrincipals(appId='00000003-0000-0000-c000-000000000000')")
    _, granted, _ = await graph.ask(f"servicePrincipals/{page['value'][0]['id']}/appRoleAssignments")
    names = {role["id"]: role["value"] for role in graph_page["appRoles"]}
    assert {names[each["appRoleId"]] for each in granted["value"]} == firm.granted


async def test_installing_the_app_is_201_then_409_and_404_without_a_catalog_entry(graph, firm):
    anne, bob = firm.list_people()
    firm.granted |= {"TeamsAppInstallation.ReadWriteSelfForUser.All", "AppCatalog.Read.All"}
    _, catalog, _ = await graph.ask("appCatalogs/teamsApps")
    app = {"teamsApp@odata.bind": f"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{catalog['value'][0]['id']}"}
    path = f"users/{anne.id}/teamwork/installedApps"
    assert [(await graph.ask(path, method="POST", json=app))[0] for _ in range(2)] == [201, 409]
    _, installed, _ = await graph.ask(path)
    _, chat, _ = await graph.ask(f"{path}/{installed['value'][0]['id']}/chat")
    assert chat["id"].startswith("a:")
    graph.microsoft.faults.add("status", edge="install", mailbox=bob.id, status=403, count=1)
    other = f"users/{bob.id}/teamwork/installedApps"
    assert (await graph.ask(other, method="POST", json=app))[0] == 403
    graph.microsoft.cloud.is_in_catalog = False
    assert (await graph.ask(other, method="POST", json=app))[0] == 404
