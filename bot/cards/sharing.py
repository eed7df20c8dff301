"""Cards for a conversation: everyone there may see what they show, and each reader of the firm gets a fresh one."""

from bot.cards import kit
from bot.cards.actions import button
from bot.cards.companies import draw_facts, draw_head
from bot.cards.phrases import join, text
from bot.cards.wording import clean
from bot.turn import Card, Circle, Language, Reader
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


def draw_shared_view(reader: Reader, name: str, words: str, data: kit.Json, circle: Circle) -> Card:
    """Draw a view: its name, and a button that shows each reader the reader's own list."""
    body = [kit.title(name)]
    if circle.is_of_the_firm:
        body.append(kit.note(words))
    asked = {key: value for key, value in data.items() if key != "verb"}
    return kit.card(body, [button(text(reader.language, "views.open"), data["verb"], **asked)])
