"""What a person can ask for: one file per noun, merged here in one visible list.

Beside the verbs of typed words there are those of the cards alone: `list.narrow|save|more|tick` (and `list.rows` of the
tab), `companies.set_many|sort_next|sort_save`, `view.settings`, `company.shared` (the `refresh` of an inserted card),
`export.deliver`, `notices.save`, `cancel`, and `say` {"text"}: a sentence on a card, understood as if it were typed.
"""

from bot.commands import (
    bulk_changes,
    companies,
    company_changes,
    contacts,
    exports,
    help,  # noqa: A004  # the noun that it serves
    list_rows,
    lists,
    notice_settings,
    pane,
    search,
    show,
    status,
    triage,
    undo,
    view_changes,
    view_order,
    view_sharing,
    views,
)
from bot.verbs import Router

ROUTER = Router()
for noun in (
    lists,
    list_rows,
    show,
    companies,
    contacts,
    company_changes,
    bulk_changes,
    triage,
    undo,
    views,
    view_changes,
    view_order,
    view_sharing,
    exports,
    search,
    pane,
    notice_settings,
    status,
    help,
):
    ROUTER.include(noun.router)

__all__ = ["ROUTER"]
