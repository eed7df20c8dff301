"""What adaptive-cards-py lacks, as small typed subclasses of its own elements."""

from typing import Any, Literal

from adaptive_cards import card as library
from adaptive_cards.card import ActionExecute, ComponentBaseModel, InputChoiceSet
from adaptive_cards.types import Refresh
from pydantic import Field

PEOPLE = "users"
"""The dataset of the people picker; an `application/search` invoke brings it back."""


class DataQuery(ComponentBaseModel):
    """Where a choice set looks its choices up while somebody types."""

    type: Literal["Data.Query"] = "Data.Query"
    dataset: str


class PeoplePicker(InputChoiceSet):
    """A choice set whose choices come from the users table."""

    choices_data: DataQuery = Field(default=DataQuery(dataset=PEOPLE), alias="choices.data")


class ReaderRefresh(Refresh):
    """A card that asks for its reader's own version; the library types the action as text."""

    action: ActionExecute | None = None  # type: ignore[assignment]
    user_ids: Any = None


PeoplePicker.model_rebuild(_types_namespace=vars(library))
