"""Saved views: the reader's list of them, and what can be done with one."""

from collections.abc import Sequence

from bot.cards import entries, kit
from bot.cards.actions import button, danger, submit
from bot.cards.companies import draw_undo
from bot.cards.drawing import draws
from bot.cards.inputs import beside, choose_person, write_text
from bot.cards.phrases import join, text
from bot.language import say
from bot.language.wording import clean
from bot.results.choices import FIRM
from bot.results.lists import ViewShown, ViewsListed
from bot.results.titles import say_name
from bot.turn import Card, Choice, Json, Language, Reader
from storage.views.views import ViewRow

NAME = 80
ROWS = 8
"""As many views as one card has room for."""


def draw_views(
    reader: Reader,
    views: Sequence[ViewRow],
    words: Sequence[str],
    *,
    start: int = 0,
    hidden_count: int = 0,
    note: str = "",
    audit_ids: Sequence[int] = (),
) -> Card:
    """Draw the reader's views from place `start` on, each with its filter in words; choosing one opens it."""
    language = reader.language
    body = [kit.title(text(language, "views.title")), kit.note(text(language, "views.hint"))]
    if note:
        body.append(kit.good_news(note))
    shown = list(zip(views, words, strict=True))[start : start + ROWS]
    body += [_draw_view(language, view, said) for view, said in shown]
    actions = [
        button(text(language, "list.previous"), "views.list", start=max(start - ROWS, 0)) if start else None,
        button(text(language, "list.next"), "views.list", start=start + ROWS) if len(views) > start + ROWS else None,
        draw_undo(reader, audit_ids),
        button(say(language, "cards.views.hidden", count=hidden_count), "views.list", hidden=True)
        if hidden_count
        else None,
    ]
    return kit.card(body, actions)


def _draw_view(language: Language, view: ViewRow, words: str) -> Json:
    return entries.row_with_link(
        clean(say_name(language, view), NAME),
        join((_say_standing(language, view), clean(words, 120))),
        {"verb": "view.open", "view_id": view.id},
        text(language, "views.settings"),
        {"verb": "view.settings", "view_id": view.id},
    )


def _say_standing(language: Language, view: ViewRow) -> str:
    marks = [
        text(language, "views.default") if view.is_default else "",
        text(language, "views.hidden_mark") if view.is_hidden else "",
        say(language, "cards.views.from", name=clean(view.owner_name, 40)) if _is_foreign(view) else "",
        text(language, "views.shared_with_firm") if view.is_own and view.is_shared_with_firm else "",
        say(language, "cards.views.shared_with", count=view.shared_with) if view.shared_with else "",
    ]
    return join(marks)


def _is_foreign(view: ViewRow) -> bool:
    return not view.is_own and not view.builtin


def draw_settings(
    reader: Reader,
    view: ViewRow,
    words: str,
    *,
    readers: Sequence[str] = (),
    note: str = "",
    audit_ids: Sequence[int] = (),
) -> Card:
    """Draw what the reader may do with a view: every view can be moved, copied and hidden, an own one changed too."""
    language = reader.language
    body = [kit.title(clean(say_name(language, view), NAME)), kit.note(words)]
    standing = _say_standing(language, view)
    if standing:
        body.append(kit.note(standing))
    if note:
        body.append(kit.good_news(note))
    if readers:
        names = ", ".join(clean(name, 40) for name in readers[:10])
        body.append(kit.note(say(language, "cards.views.readers", names=names)))
    body += [
        entries.row(text(language, f"views.{key}"), "", data["verb"], **_rest(data)) for key, data in _list_moves(view)
    ]
    if view.is_own:
        body.append(_draw_own(reader, view))
    actions = [
        button(text(language, "views.open"), "view.open", view_id=view.id),
        button(text(language, "views.all"), "views.list"),
        draw_undo(reader, audit_ids),
        danger(text(language, "views.delete"), "view.delete", view_id=view.id) if view.is_own else None,
    ]
    return kit.card(body, actions)


def _list_moves(view: ViewRow) -> list[tuple[str, Json]]:
    """Name what can be done with one click, as text key and data."""
    of = {"view_id": view.id}
    moves: list[tuple[str, Json]] = [
        ("no_default", {"verb": "view.set_default", "view_id": None})
        if view.is_default
        else ("make_default", {"verb": "view.set_default", **of}),
        ("up", {"verb": "view.move", "by": -1, **of}),
        ("down", {"verb": "view.move", "by": 1, **of}),
        ("duplicate" if view.is_own or view.builtin else "copy", {"verb": "view.duplicate", **of}),
        ("unhide", {"verb": "view.unhide", **of}) if view.is_hidden else ("hide", {"verb": "view.hide", **of}),
    ]
    if view.is_own and (view.is_shared_with_firm or view.shared_with):
        moves.append(("unshare", {"verb": "view.unshare", **of}))
    return moves


def _draw_own(reader: Reader, view: ViewRow) -> Json:
    language = reader.language
    name = write_text("new_name", text(language, "company.name"), value=view.name)
    person = choose_person(
        "user_id",
        text(language, "views.share_with"),
        text(language, "company.person_hint"),
        [Choice(text(language, "filter.firm"), FIRM)],
    )
    of = {"view_id": view.id, "version": view.version}
    return kit.box(
        [
            beside(name, submit(text(language, "company.save"), "view.rename", **of)),
            beside(person, submit(text(language, "views.share"), "view.share", view_id=view.id)),
        ]
    )


def _rest(data: Json) -> Json:
    return {key: value for key, value in data.items() if key != "verb"}


@draws(ViewsListed)
def _draw_views(reader: Reader, listed: ViewsListed) -> Card:
    return draw_views(
        reader,
        [view.row for view in listed.views],
        [view.words for view in listed.views],
        start=listed.start,
        hidden_count=listed.hidden_count,
        note=listed.note,
        audit_ids=listed.audit_ids,
    )


@draws(ViewShown)
def _draw_view_shown(reader: Reader, shown: ViewShown) -> Card:
    view = shown.view
    return draw_settings(
        reader, view.row, view.words, readers=shown.readers, note=shown.note, audit_ids=shown.audit_ids
    )
