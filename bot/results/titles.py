"""What lists and views are called."""

from bot.language import say
from bot.results.lists import Listing
from bot.turn import Language
from storage.lists.filters import Filter
from storage.views.views import ViewRow


def say_title(language: Language, listing: Listing) -> str:
    """Call the list by its view's name, else by what it asks for: "My clients", "Contacts at Acme"."""
    filter_ = listing.filter
    if listing.title:
        return listing.title
    if listing.company_name:
        return say(language, "cards.title.contacts_at", company=listing.company_name)
    return say(language, f"cards.title.{_kind_of(filter_)}.{filter_.scope}")


def say_total(language: Language, filter_: Filter, total: int, *, has_more: bool) -> str:
    """Say how many there are: "14 clients", "more than 1,000 contacts"."""
    counted = say(language, f"cards.total.{_kind_of(filter_)}", count=total)
    return say(language, "cards.list.more_than", total=counted) if has_more else counted


def _kind_of(filter_: Filter) -> str:
    """Return what the rows are: contacts, companies, or companies of one type."""
    if filter_.of == "companies" and len(filter_.types) == 1:
        return filter_.types[0] or "none"
    return filter_.of


def say_types(language: Language) -> str:
    """Call the list of all companies type by type."""
    return say(language, "cards.list.by_type")


def say_name(language: Language, view: ViewRow) -> str:
    """Return a view's name; the built-in ones have theirs from the catalogue."""
    return say(language, f"cards.view.{view.builtin}") if view.builtin and not view.name else view.name
