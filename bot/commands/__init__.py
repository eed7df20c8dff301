"""What a person can ask for: each file is about one thing, and its `router` has the verbs of that.

`carnet verbs` lists them all. Beside them a card may carry `say` {"text"}: a sentence, understood as if it were typed.
"""

import pkgutil
from importlib import import_module

from bot.language import Interpreter, Takes
from bot.verbs import Router

ROUTER = Router()
for module in pkgutil.iter_modules(__path__):
    noun = import_module(f"{__name__}.{module.name}")
    if isinstance(getattr(noun, "router", None), Router):
        ROUTER.include(noun.router)

understand = Interpreter(
    {
        verb.name: Takes(verb.writes, frozenset(verb.input.__struct_fields__), knows_this=bool(verb.input.this))
        for verb in ROUTER
        if verb.said
    }
).understand
"""What the language makes of a sentence, with what the declarations say."""

__all__ = ["ROUTER", "understand"]
