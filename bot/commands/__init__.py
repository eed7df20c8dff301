"""What a person can ask for: one file per noun, merged here in one visible list.

Beside the verbs of typed words there are those of the cards alone: `list.narrow|save|more|tick` (and `list.rows` of the
tab), `companies.set_many|sort_next|sort_save`, `view.settings`, `company.shared` (the `refresh` of an inserted card),
`export.deliver`, `notices.save`, `cancel`, and `say` {"text"}: a sentence on a card, understood as if it were typed.
"""

from bot.commands import (
    admin,
    companies,
    exports,
    lists,
    notice_settings,
    pane,
    rows,
    searching,
    several,
    showing,
    sorting,
    undo,
    view_changes,
    view_places,
    view_sharing,
    views,
    welcome,
)
from bot.verbs import Router

ROUTER = Router()
for room in (
    lists,
    rows,
    showing,
    companies,
    several,
    sorting,
    undo,
    views,
    view_changes,
    view_places,
    view_sharing,
    exports,
    searching,
    pane,
    notice_settings,
    admin,
    welcome,
):
    ROUTER.include(room.router)

__all__ = ["ROUTER"]
