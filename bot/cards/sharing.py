"""Cards for a conversation: everyone there may see what they show, and each reader of the firm gets a fresh one."""

from bot.cards import kit
from bot.cards.actions import button
from bot.cards.companies import draw_facts, draw_head
from bot.cards.drawing import draws
from bot.cards.phrases import join, say_last, text
from bot.language.company_types import type_names
from bot.language.wording import clean
from bot.results.companies import CompanyShared, Found, FoundCompany, FoundContact, FoundView, ViewShared
from bot.turn import Card, Circle, Item, Json, Language, Reader
from storage.book.companies import CompanyDetail

VERB = "company.shared"


def draw_shared_company(reader: Reader, company: CompanyDetail, circle: Circle) -> Card:
    """Draw what everyone of the firm may know of a company; strangers, who may be there, get its name alone."""
    if not circle.is_of_the_firm:
        return draw_name_alone(reader.language, company.name, company.id, circle)
    body = [*draw_head(reader, company), *draw_facts(reader, company)]
    return kit.shared_card(body, VERB, circle.user_ids, company_id=company.id, name=clean(company.name))


def draw_name_alone(language: Language, name: str, company_id: int | None = None, circle: Circle | None = None) -> Card:
    """Draw a company's name and nothing else; those of the firm may ask for more where `company_id` is given."""
    if company_id is None or circle is None:
        return kit.card([kit.title(name)])
    data = {"company_id": company_id, "name": clean(name)}
    show = button(text(language, "shared.show"), VERB, **data)
    body = [kit.title(name), kit.note(text(language, "shared.strangers"))]
    return kit.shared_card(body, VERB, circle.user_ids, [show], **data)


def draw_shared_contact(reader: Reader, name: str, address: str, company_name: str | None, circle: Circle) -> Card:
    """Draw a contact: name, address and company for the firm, the name alone where strangers may read."""
    body = [kit.title(name or address)]
    if circle.is_of_the_firm:
        body.append(kit.note(join((clean(company_name or "", 80), address if name else ""))))
    return kit.card(body)


def draw_shared_view(reader: Reader, name: str, words: str, data: Json, circle: Circle) -> Card:
    """Draw a view: its name, and a button that shows each reader the reader's own list."""
    body = [kit.title(name)]
    if circle.is_of_the_firm:
        body.append(kit.note(words))
    asked = {key: value for key, value in data.items() if key != "verb"}
    return kit.card(body, [button(text(reader.language, "views.open"), data["verb"], **asked)])


@draws(CompanyShared)
def _draw_company_shared(reader: Reader, shared: CompanyShared) -> Card:
    return draw_shared_company(reader, shared.company, Circle(is_of_the_firm=True))


@draws(ViewShared)
def _draw_view_shared(reader: Reader, shared: ViewShared) -> Card:
    return _draw_found_view(reader, shared.view)


@draws(Found)
def _draw_nothing(_reader: Reader, _found: Found) -> None:
    """Return what may be put into a message as items, each with its card."""


def draw_items(reader: Reader, result: Found) -> tuple[Item, ...]:
    """Draw the lines to pick from."""
    return tuple(_draw_item(reader, found) for found in result.found)


def _draw_item(reader: Reader, found: FoundCompany | FoundContact | FoundView) -> Item:
    """Draw a line to pick, and the card that is then put into the message."""
    if isinstance(found, FoundCompany):
        company = found.company
        type_ = type_names(reader.language)[company.type]
        detail = join((type_, company.partner_name or "", company.domains[0] if company.domains else ""))
        return Item(clean(company.name, 80), clean(detail, 120), draw_shared_company(reader, company, reader.circle))
    if isinstance(found, FoundView):
        return Item(clean(found.name, 80), clean(found.words, 120), _draw_found_view(reader, found))
    detail = join((found.company_name, found.address, say_last(reader, found.last_at)))
    card = draw_shared_contact(reader, found.name, found.address, found.company_name or None, reader.circle)
    return Item(clean(found.name or found.address, 80), clean(detail, 120), card)


def _draw_found_view(reader: Reader, view: FoundView) -> Card:
    return draw_shared_view(reader, view.name, view.words, {"verb": "list", "filter": view.filter}, reader.circle)
