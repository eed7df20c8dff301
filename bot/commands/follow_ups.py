"""What a sentence means after the list that a conversation showed last: the list with what was said changed in it."""

from collections.abc import Mapping
from typing import Any

from bot.turn import Ask, Json
from storage.lists.filters import VERSIONS

_OF_SUBJECT = frozenset({"company_id", "text", "not_company", "has_company", "became"})
"""What is said of companies, or of contacts, alone."""

_DATED = ("met_in", "became", "first")
"""The periods that a list may ask for beside the last contact."""


def go_on(ask: Ask, shown: Mapping[str, Any]) -> Ask | None:
    """Return the ask for the list that was shown (its filter as JSON) with what was said; None where nothing fits.

    What was said takes the place of the same part, and the rest stays: after `my clients`, `and the prospects?` is of
    mine too. What is left out comes to what was left out before.
    """
    change = (ask.follow_up or {}).get(shown.get("of", "companies"))
    if change is None:
        return None
    asked, said = change["filter"], change["said"]
    if said == ["last"] and (dated := [key for key in _DATED if key in shown]) and "last" not in shown:
        said, asked = dated[:1], {**asked, dated[0]: asked["last"]}  # "and last month?" behind what was new this month
    filter_: Json = {key: value for key, value in shown.items() if key not in said}
    filter_ |= {key: asked[key] for key in said if key in asked}
    if asked["of"] != shown.get("of"):
        filter_ = {key: value for key, value in filter_.items() if key not in _OF_SUBJECT}
    elif "not_company" in said:
        filter_["not_company"] = shown.get("not_company", [])
    filter_ = {key: value for key, value in filter_.items() if value != []}
    data = {"filter": {**filter_, "of": asked["of"], "version": VERSIONS[-1]}, "names": change.get("names", {})}
    data |= {"most": change["most"]} if "most" in change else {}
    return Ask("list.count" if ask.verb == "list.count" else "list", {**data, "is_scope_given": True}, is_said=True)
