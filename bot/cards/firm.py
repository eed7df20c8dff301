"""The rules of a firm, for its administrators: ready to be changed, a part at a time."""

import functools
from collections.abc import Mapping, Sequence
from typing import Final

from bot.cards import kit
from bot.cards.actions import button, submit
from bot.cards.drawing import draws
from bot.cards.inputs import beside, choice, choose_one, choose_person, write_long, write_text
from bot.cards.phrases import text
from bot.language import LANGUAGES, name_language, say
from bot.language.wording import clean
from bot.results.firm import FirmShown, WaitingRule, write_rules
from bot.turn import Card, Choice, Json, Language, Reader
from storage.firm.rule_values import CONTACT_RULES, SERVES

SECTIONS: Final[Mapping[str, Sequence[str]]] = {
    "rules": (
        *("group", "serves", "serves_group", "contact_rule", "shares_contacts", "shows_lately", "mass_change"),
        *("retention_days", "leaver_days", "keeps_subjects", "own_domains", "notice_hours", "language", "timezone"),
    ),
    "privacy": ("controller", "privacy_contact", "legal_basis", "privacy_url", "terms_url"),
    "admins": (),
}
"""The rules of each part, in the order in which they are shown."""
_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "serves": SERVES,
    "contact_rule": CONTACT_RULES,
    **dict.fromkeys(("shares_contacts", "shows_lately", "keeps_subjects"), ("yes", "no")),
    "language": LANGUAGES,
}
_LONG: Final = frozenset({"own_domains", "legal_basis", "controller", "privacy_contact", "privacy_url", "terms_url"})
MOST_ADMINS: Final = 20


@draws(FirmShown)
def draw_firm(reader: Reader, shown: FirmShown) -> Card:
    """Draw a part of the firm's rules, with the ways to the others."""
    language = reader.language
    body = [kit.title(say(language, f"firm.{shown.section}")), kit.note(say(language, f"firm.{shown.section}_hint"))]
    if shown.note:
        body.append(kit.warning(shown.note) if shown.is_error else kit.good_news(shown.note))
    body += [kit.warning(_say_waiting(language, rule)) for rule in shown.waiting]
    others = [
        button(say(language, f"firm.{other}"), "firm.settings", section=other)
        for other in SECTIONS
        if other != shown.section
    ]
    if shown.section == "admins":
        return kit.card([*body, *_draw_admins(language, shown)], others)
    rules = write_rules(shown.rules)
    written = {name: rules[name] for name in SECTIONS[shown.section]}
    body += [_draw_input(language, name, value) for name, value in written.items()]
    save = submit(text(language, "company.save"), "firm.save", section=shown.section, was=written)
    return kit.card(body, [save, *others])


def _say_waiting(language: Language, rule: WaitingRule) -> str:
    value = say_choice(language, rule.name, rule.value) if rule.name in _CHOICES else clean(rule.value, 200)
    return say(language, "firm.waits", rule=say(language, f"firm.rule.{rule.name}"), value=value, loss=rule.loss)


def _draw_input(language: Language, name: str, value: str) -> Json:
    label = say(language, f"firm.rule.{name}")
    if name in _CHOICES:
        return choose_one(name, label, _list_choices(language, name), value)
    return write_long(name, label, value) if name in _LONG else write_text(name, label, value=value)


@functools.cache
def _list_choices(language: Language, name: str) -> list[Json]:
    return [choice(say_choice(language, name, value), value) for value in _CHOICES[name]]


def say_choice(language: Language, name: str, value: str) -> str:
    """Say one of the few values that a rule may have."""
    if name == "language":
        return name_language(value)
    if _CHOICES[name] == ("yes", "no"):
        return say(language, f"firm.{value}")
    return say(language, f"firm.{name}.{value}")


def _draw_admins(language: Language, shown: FirmShown) -> list[Json]:
    names = [
        (admin.entra_id, clean(admin.name, 60) or say(language, "firm.nobody", entra_id=admin.entra_id))
        for admin in shown.administrators[:MOST_ADMINS]
    ]
    choices = [choice(name, entra_id) for entra_id, name in names]
    leaving = choose_one("entra_id", say(language, "firm.remove_label"), choices)
    known = [Choice(name, str(number)) for number, name in shown.colleagues]
    person = choose_person("user_id", say(language, "firm.add_label"), say(language, "firm.add_hint"), known)
    return [
        *(kit.line(name) for _, name in names),
        *([beside(person, submit(say(language, "firm.add"), "firm.add_admin"))] if known else []),
        *([beside(leaving, submit(say(language, "firm.remove"), "firm.remove_admin"))] if len(names) > 1 else []),
    ]
