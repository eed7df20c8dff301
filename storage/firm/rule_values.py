"""The rules that a firm sets for itself: their names, their first values, and how what a person writes is read."""

import re
import uuid
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final
from urllib.parse import urlsplit

import idna

from storage.errors import RuleError
from storage.text.domains import find_company_domain
from storage.text.names import clean_text

LONGEST: Final = 300
MOST_DAYS: Final = 36_500
MOST_NAMED: Final = 100
MOST_CHANGED: Final = 1_000
"""The highest bound of a mass change that a firm may choose."""
CONTACT_RULES: Final = ("outreach", "exchange")
LANGUAGES: Final = ("en", "fr")
"""Those that there are texts in."""
SERVES: Final = ("mailboxes", "everyone", "group")
_YES: Final = frozenset({"true", "yes", "on", "1", "oui", "vrai"})
_NO: Final = frozenset({"false", "no", "off", "0", "non", "faux"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmRules:
    """All that a firm decides for itself; the defaults are those of a firm that never said."""

    group: str = ""
    """Entra id of the group whose members' mailboxes are read; empty for everybody's."""
    admins: tuple[str, ...] = ()
    """Entra ids of the administrators."""
    contact_rule: str = "outreach"
    shares_contacts: bool = True
    retention_days: int = 0
    leaver_days: int = -1
    notice_hours: str = "7-21"
    keeps_subjects: bool = False
    own_domains: tuple[str, ...] = ()
    """Domains that are the firm's own, beside those that it proved to Microsoft."""
    language: str = "en"
    timezone: str = "UTC"
    serves: str = "mailboxes"
    serves_group: str = ""
    """Entra id of the group that may use the service, where `serves` says so."""
    shows_lately: bool = True
    mass_change: int = 20
    """Above so many companies a change is made only by somebody who was told how many they are."""
    controller: str = ""
    """Who is responsible for the data, as the privacy page names it; so the next four."""
    privacy_contact: str = ""
    legal_basis: str = ""
    privacy_url: str = ""
    terms_url: str = ""


NAMES: Final = tuple(field.name for field in fields(FirmRules))


def read_id(given: str) -> str:
    """Read an Entra id; nothing, `none` or `-` is none."""
    text = given.strip().lower()
    if text in {"", "none", "-", "aucun"}:
        return ""
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise RuleError("id", given=given) from error


def _read_ids(given: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(read_id, _split(given)))))


def _read_switch(given: str) -> bool:
    word = given.strip().lower()
    if word not in _YES | _NO:
        raise RuleError("switch", given=given)
    return word in _YES


def _read_number(key: str, least: int, most: int) -> Callable[[str], int]:
    def read(given: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,6}", given.strip()) or not least <= int(given) <= most:
            raise RuleError(key, given=given, least=least, most=most)
        return int(given)

    return read


def _read_one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    def read(given: str) -> str:
        if given.strip().lower() not in choices:
            raise RuleError("choice", given=given, choices=", ".join(choices))
        return given.strip().lower()

    return read


def _read_hours(given: str) -> str:
    found = re.fullmatch(r"([0-9]{1,2})\s*-\s*([0-9]{1,2})", given.strip())
    if not found or not 0 <= int(found[1]) < int(found[2]) <= 24:  # noqa: PLR2004  # hours of a day
        raise RuleError("hours", given=given)
    return f"{int(found[1])}-{int(found[2])}"


def _read_domains(given: str) -> tuple[str, ...]:
    return tuple(sorted({_read_domain(one) for one in _split(given)}))


def _read_domain(given: str) -> str:
    """Read a domain that can be one firm's: not a suffix that many share, and no free mail."""
    try:
        domain = idna.encode(given.lower().removeprefix("@").rstrip("."), uts46=True).decode()
    except idna.IDNAError as error:
        raise RuleError("domain", given=given) from error
    if "." not in domain or not find_company_domain(domain):
        raise RuleError("domain", given=given)
    return domain


def _read_language(given: str) -> str:
    if given.strip().lower() not in LANGUAGES:
        raise RuleError("language", given=given)
    return given.strip().lower()


def _read_timezone(given: str) -> str:
    zones = {name.lower(): name for name in zoneinfo.available_timezones()}
    if (name := zones.get(given.strip().lower().replace(" ", "_"))) is None:
        raise RuleError("timezone", given=given)
    return name


def _read_text(given: str) -> str:
    if len(given) > LONGEST:
        raise RuleError("text", most=LONGEST)
    return clean_text(given)


def _read_link(given: str) -> str:
    text = given.strip()
    parts = urlsplit(text)
    if text and (parts.scheme != "https" or "." not in parts.netloc or len(text) > LONGEST or re.search(r"\s", text)):
        raise RuleError("link", given=given)
    return text


def _split(given: str) -> list[str]:
    """Split at commas, semicolons and blanks; a JSON list of words is split as well."""
    words = re.split(r"[\s,;]+", given.strip().removeprefix("[").removesuffix("]").replace('"', " "))
    found = [word for word in words if word]
    if len(found) > MOST_NAMED:
        raise RuleError("many", most=MOST_NAMED)
    return found


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "group": read_id,
    "admins": _read_ids,
    "contact_rule": _read_one_of(CONTACT_RULES),
    "shares_contacts": _read_switch,
    "retention_days": _read_number("days", 0, MOST_DAYS),
    "leaver_days": _read_number("days", -1, MOST_DAYS),
    "notice_hours": _read_hours,
    "keeps_subjects": _read_switch,
    "own_domains": _read_domains,
    "language": _read_language,
    "timezone": _read_timezone,
    "serves": _read_one_of(SERVES),
    "serves_group": read_id,
    "shows_lately": _read_switch,
    "mass_change": _read_number("number", 1, MOST_CHANGED),
    "controller": _read_text,
    "privacy_contact": _read_text,
    "legal_basis": _read_text,
    "privacy_url": _read_link,
    "terms_url": _read_link,
}


def read_value(name: str, given: str) -> Any:
    """Read the value of a rule as a person writes it; raises `RuleError` for a bad value or an unknown rule."""
    if name not in _READ:
        raise RuleError("name", given=name, names=", ".join(NAMES))
    return _READ[name](given)


def write_value(value: Any) -> str:
    """Write a value as `read_value` reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, (tuple, list)) else str(value)


@dataclass(frozen=True, slots=True)
class Edit:
    """A rule that becomes another; the values are as they are stored."""

    name: str
    before: Any
    after: Any


def check_together(rules: FirmRules) -> None:
    """Raise `RuleError` for rules that make no sense beside each other."""
    if rules.serves == "group" and not rules.serves_group:
        raise RuleError("serves_group")


def make_rules(values: Mapping[str, Any]) -> FirmRules:
    """Make rules of stored values; what is missing has its default, what is unknown is of a newer release."""
    known: dict[str, Any] = {name: values[name] for name in NAMES if name in values}
    known |= {name: tuple(one) for name, one in known.items() if isinstance(one, list)}
    return FirmRules(**known)


def list_values(rules: FirmRules) -> dict[str, Any]:
    """Return the values of rules as they are stored."""
    return {name: list(one) if isinstance(one, tuple) else one for name, one in asdict(rules).items()}
