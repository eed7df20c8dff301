"""What to ask next, in sentences of the asker's own: their companies, colleagues and views. Nothing here writes."""

from collections.abc import Sequence

from bot.language import quote_name
from bot.language.suggestions import fill_in
from bot.turn import Turn
from storage.book import companies
from storage.lists.filters import Filter
from storage.views import views

_COUNT = 3
_LOOKED_AT = 5
"""Companies of the asker's own among which one is looked for that a colleague knows too."""


async def get_own_names(turn: Turn) -> dict[str, str]:
    """Return a company, a colleague and a view for examples: those of the asker, each only where there is one.

    Where others read along there is none.
    """
    if turn.is_shared:
        return {}
    page = await turn.read(companies.list_companies, Filter(), now=turn.now, limit=_LOOKED_AT)
    found = {"company": page.rows[0].name} if page.rows else {}
    for row in page.rows:
        company = await turn.read(companies.get_company, row.id)
        others = [one for one in company.knowers if one.user_id != turn.viewer.user_id] if company else []
        if others:
            found |= {"company": row.name, "person": others[0].name}
            break
    own = [view for view in await turn.read(views.list_views) if view.is_own]
    found |= {"view": own[0].name} if own else {}
    return {key: quote_name(turn.language, name) for key, name in found.items()}


async def fill(turn: Turn, sentences: Sequence[str]) -> tuple[str, ...]:
    """Return sentences with the asker's own names in their gaps; those for which there is no name are left out."""
    names = await get_own_names(turn) if any("{" in sentence for sentence in sentences) else {}
    return fill_in(turn.language, sentences, names)[:_COUNT]
