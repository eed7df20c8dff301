"""The rules of the firm, and who its administrators are: shown to them, and changed by them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from bot.commands.inputs import Id
from bot.errors import BadRequestError, ConflictError, VersionNeededError
from bot.language import LANGUAGES, say, say_date
from bot.results.base import Result
from bot.results.firm import Administrator, FirmShown, WaitingRule, write_rules
from bot.results.questions import Asked
from bot.turn import Turn
from bot.verb_inputs import Input
from bot.verbs import ADMINISTRATORS, CHANGES_FROM_CARD, OWN, READS, Router
from storage.errors import MissingError, RuleError
from storage.firm.held_rules import list_held
from storage.firm.rule_preview import Loss, preview_loss
from storage.firm.rule_values import list_values, read_value, write_value
from storage.firm.rules import get_rules, set_rules
from storage.firm.user_search import search_users
from storage.firm.users import get_user, list_people

router = Router()
Section = Literal["rules", "privacy", "admins"]
Written = Annotated[str, Meta(max_length=4_000)] | UnsetType
"""A rule as a card gives it."""
Switch = Literal["yes", "no"] | UnsetType


class ShowFirm(Input, frozen=True):
    """Which part of the rules."""

    section: Section = "rules"


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Rules of the firm as a card gives them; what is not there is not about to change."""

    group: Written = UNSET
    contact_rule: Literal["outreach", "exchange"] | UnsetType = UNSET
    shares_contacts: Switch = UNSET
    retention_days: Written = UNSET
    leaver_days: Written = UNSET
    notice_hours: Written = UNSET
    keeps_subjects: Switch = UNSET
    own_domains: Written = UNSET
    language: Literal["en", "fr"] | UnsetType = UNSET
    timezone: Written = UNSET
    serves: Literal["mailboxes", "everyone", "group"] | UnsetType = UNSET
    serves_group: Written = UNSET
    shows_lately: Switch = UNSET
    mass_change: Written = UNSET
    controller: Written = UNSET
    privacy_contact: Written = UNSET
    legal_basis: Written = UNSET
    privacy_url: Written = UNSET
    terms_url: Written = UNSET


class SaveFirm(Input, Rules, frozen=True):
    """What the card says; what is as it was when the card was drawn (`was`) is left as it is now."""

    state: ClassVar[str] = "was"
    section: Section = "rules"
    is_confirmed: bool = False
    was: Rules | None = None


class OfAdmin(Input, frozen=True):
    """A colleague from the picker, and an administrator from the list: the card sends both with either button."""

    user_id: Id | None = None
    entra_id: Annotated[str, Meta(max_length=36)] = ""
    """Nobody of the firm may have it."""


@router.verb("firm.settings", ShowFirm, READS, roles=ADMINISTRATORS, where=OWN)
async def show_firm(turn: Turn, given: ShowFirm) -> FirmShown:
    """Show the rules of the firm."""
    return await _show(turn, given.section, say(turn.language, f"firm.{given.section}"))


@router.verb("firm.save", SaveFirm, CHANGES_FROM_CARD.but(versioned=True), roles=ADMINISTRATORS, where=OWN)
async def save_firm(turn: Turn, given: SaveFirm) -> Result:
    """Change the rules of the firm; what would be lost is shown first, and what another has changed is left."""
    was = given.was or Rules()
    written = _list_changes(given, was)
    values = read_values(written)
    rules = await get_rules(turn.connection, turn.viewer.tenant_id)
    now = write_rules(rules)
    if any(getattr(was, name) != now[name] for name in written):
        return await _show_changed(turn, given.section)
    losses = await preview_loss(turn.connection, turn.viewer.tenant_id, rules, values, turn.now)
    lines = [say_loss(turn.language, loss, turn.locale) for loss in losses if loss.name != "own_domains"]
    if new := [domain for domain in values.get("own_domains", ()) if domain not in rules.own_domains]:
        # No number, and asked whoever is there: an administrator sees no more of the firm's contacts than anybody.
        lines.append(say(turn.language, "firm.become_colleagues", domains=", ".join(new)))
    if lines and not given.is_confirmed:
        wanted = {name: write_value(value) for name, value in values.items()}
        shown = {name: getattr(was, name) for name in values}
        again = {"verb": "firm.save", "section": given.section, "is_confirmed": True, "was": shown, **wanted}
        return Asked(summary=say(turn.language, "firm.lose"), again=again, details=lines)
    changed = await turn.write(set_rules, values, now=turn.now, source=turn.source, confirmed=losses)
    note = say(turn.language, "firm.saved" if changed else "firm.as_it_was")
    return await _show(turn, given.section, note, note)


@router.verb("firm.add_admin", OfAdmin, CHANGES_FROM_CARD, roles=ADMINISTRATORS, where=OWN)
async def add_admin(turn: Turn, given: OfAdmin) -> FirmShown:
    """Make a colleague an administrator."""
    if given.user_id is None:
        raise BadRequestError("bad_input", field="user_id")
    person = await turn.read(get_user, given.user_id)
    if person is None or not person.is_active:
        raise MissingError("user")
    admins = (await get_rules(turn.connection, turn.viewer.tenant_id)).admins
    note = say(turn.language, "firm.admin_added", name=person.name)
    return await _set_admins(turn, (*admins, person.entra_id), note)


@router.verb("firm.remove_admin", OfAdmin, CHANGES_FROM_CARD, roles=ADMINISTRATORS, where=OWN)
async def remove_admin(turn: Turn, given: OfAdmin) -> FirmShown:
    """Take the role of administrator from somebody; the last one keeps it."""
    admins = (await get_rules(turn.connection, turn.viewer.tenant_id)).admins
    if given.entra_id.lower() not in admins:
        raise MissingError("user")
    left = tuple(one for one in admins if one != given.entra_id.lower())
    return await _set_admins(turn, left, say(turn.language, "firm.admin_removed"))


def read_values(written: Mapping[str, str]) -> dict[str, Any]:
    """Read rules as a person wrote them; raises `RuleError`."""
    values = {name: _read_value(name, text) for name, text in written.items()}
    if values.get("language", LANGUAGES[0]) not in LANGUAGES:
        raise RuleError("language", given=values["language"], field="language")
    return values


def _read_value(name: str, text: str) -> Any:
    try:
        return read_value(name, text)
    except RuleError as error:
        raise RuleError(error.key, **error.values, field=name) from error


def say_loss(language: str, loss: Loss, locale: str = "") -> str:
    """Say what goes for good with a change."""
    day = say_date(language, loss.before, locale=locale) if loss.before else ""
    return say(language, f"firm.loss.{loss.name}", count=loss.count, day=day)


def _list_changes(given: SaveFirm, was: Rules) -> dict[str, str]:
    """Return what is written anew; raises `VersionNeededError` where the card does not say what it showed there."""
    written = {name: getattr(given, name) for name in Rules.__struct_fields__}
    changed = {name: text for name, text in written.items() if text not in (UNSET, getattr(was, name))}
    if any(getattr(was, name) is UNSET for name in changed):
        raise VersionNeededError
    return changed


async def _show_changed(turn: Turn, section: Section) -> FirmShown:
    note = say(turn.language, "errors.changed_since")
    return replace(await _show(turn, section, note), note=note, code=ConflictError.code)


async def _set_admins(turn: Turn, admins: tuple[str, ...], note: str) -> FirmShown:
    values = {"admins": tuple(dict.fromkeys(admins))}
    await turn.write(set_rules, values, now=turn.now, source=turn.source)
    return await _show(turn, "admins", note, note)


async def _list_waiting(turn: Turn) -> tuple[WaitingRule, ...]:
    """List what the environment asks for that waits for `carnet purge --confirm`."""
    if turn.first_rules is None:
        return ()
    wanted = list_values(turn.first_rules)
    held = await list_held(turn.connection, turn.viewer.tenant_id, turn.first_rules, turn.now)
    return tuple(
        WaitingRule(loss.name, write_value(wanted[loss.name]), say_loss(turn.language, loss, turn.locale))
        for loss in held
    )


async def _show(turn: Turn, section: str, summary: str, note: str = "") -> FirmShown:
    rules = await get_rules(turn.connection, turn.viewer.tenant_id)
    known = {one.entra_id: one for one in await turn.read(list_people, rules.admins)}
    people = [(entra_id, known.get(entra_id)) for entra_id in rules.admins]
    administrators = tuple(
        Administrator(entra_id, one.id if one else 0, one.name if one else "") for entra_id, one in people
    )
    found = await turn.read(search_users, "") if section == "admins" else []
    colleagues = tuple((one.id, one.name) for one in found if one.entra_id not in rules.admins)
    shown = FirmShown(
        summary=summary,
        rules=rules,
        administrators=administrators,
        section=section,
        note=note,
        waiting=await _list_waiting(turn) if section == "rules" else (),
    )
    return replace(shown, colleagues=colleagues)
