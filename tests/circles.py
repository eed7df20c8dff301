"""What reference counting alone did not free."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def keeping_circles(*packages: str) -> Iterator[list[object]]:
    """Give what the block leaves to the garbage collector of these packages; filled in when the block ends."""
    left: list[object] = []
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield left
        gc.collect()
        left += [one for one in gc.garbage if type(one).__module__.startswith(packages)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
