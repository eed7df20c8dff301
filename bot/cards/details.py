"""One company or one contact: a card of its own, or, in the message extension, what is put into a message."""

from bot.cards.companies import Opened, draw_company, draw_partner_question
from bot.cards.contacts import draw_contact
from bot.cards.drawing import draws
from bot.cards.sharing import draw_shared_company, draw_shared_contact
from bot.results.companies import CompanyShown, ContactShown
from bot.turn import Card, Reader


@draws(CompanyShown)
def _draw_company(reader: Reader, shown: CompanyShown) -> Card:
    if reader.surface == "extension":
        return draw_shared_company(reader, shown.company, reader.circle)
    opened = Opened(
        shown.note,
        shown.audit_ids,
        shown.back,
        is_in_public=reader.is_shared,
        wrong=shown.wrong,
        error=shown.summary if shown.wrong else "",
        is_undo=shown.is_undo,
        meeting=shown.meeting,
    )
    draw = draw_partner_question if shown.asks_partner else draw_company
    return draw(reader, shown.company, opened)


@draws(ContactShown)
def _draw_contact(reader: Reader, shown: ContactShown) -> Card:
    contact = shown.contact
    if reader.surface == "extension":
        return draw_shared_contact(reader, contact.name, contact.address, contact.company_name, reader.circle)
    opened = Opened(
        shown.note,
        shown.audit_ids,
        shown.back,
        is_in_public=reader.is_shared,
        is_undo=shown.is_undo,
        meeting=shown.meeting,
    )
    return draw_contact(reader, contact, opened)
