"""What a run of the benches was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Setting:
    folder: Path
    """Where databases and made mail are kept from one run to the next."""
    is_short: bool
    runs: int
    corpus: Path | None
    """Real mail headers, as `carnet demo --corpus` takes them; generated mail is measured besides."""
    domains: Sequence[str]

    def choose(self, whole: float, short: float) -> float:
        """Choose a size."""
        return short if self.is_short else whole
