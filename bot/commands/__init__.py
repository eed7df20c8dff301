"""What a person can ask for: one file per noun, whose `router` has its verbs.

Beside the verbs of typed words there are those of the cards alone: `list.narrow|save|more|tick` (and `list.rows` of the
tab), `companies.set_many|sort_next|sort_save`, `view.settings`, `company.shared` (the `refresh` of an inserted card),
`export.deliver`, `notices.save`, `cancel`, and `say` {"text"}: a sentence on a card, understood as if it were typed.
"""

import pkgutil
from importlib import import_module

from bot.verbs import Router

ROUTER = Router()
for module in pkgutil.iter_modules(__path__):
    noun = import_module(f"{__name__}.{module.name}")
    if isinstance(getattr(noun, "router", None), Router):
        ROUTER.include(noun.router)

__all__ = ["ROUTER"]
