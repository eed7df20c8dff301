"""The list that a sentence asks for, while its clauses are read: parts of a filter, and names not resolved yet."""

from dataclasses import dataclass, field
from typing import Any

from bot.language.sentence import Sentence
from storage.lists.filters import Filter, to_json
from storage.models import CompanyType

_TYPES: tuple[CompanyType | None, ...] = (*CompanyType, None)
_WORDS = frozenset({"me", "nobody", "anyone"})
"""Words that stand for people in a filter; anything else is a name."""


@dataclass(slots=True)
class ListRequest:
    """What a sentence says about the list that it asks for."""

    parts: dict[str, Any] = field(default_factory=dict)
    """Fields of the filter that were said."""
    types: list[CompanyType | None] = field(default_factory=list)
    other_than: set[CompanyType | None] = field(default_factory=set)
    people: dict[str, list[str]] = field(default_factory=dict)
    """Partners and knowers: names, and the words that filters have for people (`me`, `nobody`, `anyone`)."""
    names: dict[str, str] = field(default_factory=dict)
    """The name of a company, that of a colleague who may be meant instead, and what those in the list are called."""
    left_out: list[str] = field(default_factory=list)
    """Names of excluded companies."""
    group: str | None = None
    most: int | None = None
    """How many rows were asked for."""
    is_all: bool = False
    """`all` was said: the scope is the firm, unless `my` was said too."""
    is_list: bool = False
    """The sentence contains something that only a list can have."""
    has_subject: bool = False
    """The sentence says what to list: companies, contacts or a type."""
    begins: bool = False
    """The sentence begins with what to list."""
    is_new: bool = False
    """What is new is asked for."""
    is_won: bool = False
    """What became what it is within some time is asked for."""
    won_types: list[CompanyType | None] = field(default_factory=list)
    """What they became."""
    is_client_meant: bool = False
    """Who was won is asked for."""
    of_meetings: set[int] = field(default_factory=set)
    """Where the clauses begin that say when a meeting was, and not when the last contact was."""
    is_narrowed: bool = False
    """More was said than what to list and whose."""
    left_over: list[tuple[int, int]] = field(default_factory=list)
    negations: list[tuple[int, int]] = field(default_factory=list)
    """Places of negations that were not understood: without them the list is not the one that was asked for."""

    @property
    def is_scope_given(self) -> bool:
        """Whether the scope (mine or firm) was said rather than assumed."""
        return self.is_all or "scope" in self.parts

    @property
    def excludes_all(self) -> bool:
        """Whether no type is left of those that were said: `clients that are no clients any more`."""
        is_won_otherwise = self.is_client_meant and CompanyType.CLIENT not in (self.types or [CompanyType.CLIENT])
        return is_won_otherwise or (bool(self.types) and set(self.types) <= self.other_than)

    def count_left_over(self) -> int:
        """Return the number of words that were not understood."""
        return sum(end - start for start, end in self.left_over)

    def to_data(self, sentence: Sentence) -> dict[str, Any]:
        """Return the data of a `list`."""
        data: dict[str, Any] = {"filter": to_json(self.to_filter())}
        named = {part: [name for name in people if name not in _WORDS] for part, people in self.people.items()}
        names = {part: several if len(several) > 1 else several[0] for part, several in named.items() if several}
        left_out: Any = {"not_company": self.left_out} if self.left_out else {}
        if names or self.names or left_out:
            data["names"] = names | self.names | left_out
        if self.left_over:
            data["not_understood"] = [sentence.raw(start, end) for start, end in self.left_over]
        data |= {key: value for key, value in (("group", self.group), ("most", self.most)) if value}
        if self.is_scope_given:
            data["is_scope_given"] = True
        return data

    def to_filter(self) -> Filter:
        """Return the filter without names, which are not resolved yet."""
        types = [type_ for type_ in self.types or _TYPES if type_ not in self.other_than]
        is_filtered = self.types or self.other_than
        scope = self.parts.get("scope") or ("firm" if self.is_all or self._reaches_beyond_me() else "mine")
        parts = {"is_ascending": self.parts.get("sort") == "name", **self.parts, "scope": scope}
        words: Any = {part: tuple(word for word in people if word in _WORDS) for part, people in self.people.items()}
        return Filter(
            **parts,
            types=tuple(types) if is_filtered else (),
            partners=words.get("partner", ()),
            not_partners=words.get("not_partner", ()),
            known_by=words.get("known_by", ()),
            not_known_by=words.get("not_known_by", ()),
            not_met_by=words.get("not_met_by", ()),
        )

    def _reaches_beyond_me(self) -> bool:
        """Return whether the sentence names somebody else or a text: then the scope is the firm unless it was said."""
        partners = (*self.people.get("partner", ()), *self.people.get("not_partner", ()))
        is_about_someone = not {"known_by", "not_known_by", "not_met_by"}.isdisjoint(self.people) or any(
            who not in {"nobody", "anyone"} for who in partners
        )
        return bool(self.names or is_about_someone or self.parts.get("text"))
