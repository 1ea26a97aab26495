"""The base of every fact that an app publishes, and the shape in which it is stored."""

from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """One kind of fact. Fields are the payload: ids and snapshots, never instances; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    subject_kind: ClassVar[str]

    subject_id: UUID

    _registry: ClassVar[dict[str, type["Event"]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        kind = cls.__dict__.get("kind")
        if kind is not None and Event._registry.setdefault(kind, cls).__qualname__ != cls.__qualname__:
            raise TypeError(f"Two events are called {kind}.")

    @staticmethod
    def kinds() -> dict[str, type["Event"]]:
        """Every event of the product by its kind."""
        return dict(Event._registry)


class Fact(NamedTuple):
    """A recorded event as the sink gets it; ``payload`` is JSON, without the subject's id."""

    id: UUID
    organisation_id: UUID
    kind: str
    subject_kind: str
    subject_id: UUID
    payload: str
    actor_kind: str
    actor_id: UUID | None
    actor_label: str
    at: datetime
    request_id: str
