"""What a request may be about: rows of the product that wait for its outcome, by kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

Row = tuple[str, UUID | None]
"""Kind and id of what a request is about; without an id it is about nothing but itself."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A run about ``subject_id`` has ended, by whom (None: the product itself) and how; not written yet."""

    kind: str
    subject_id: UUID
    organisation_id: UUID
    run_id: UUID
    requester_id: UUID
    status: str
    outcome: str
    by_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """``url`` gives the page of a row of an organisation, empty when it is gone. ``on_finish`` runs in the transaction
    that ends the run, and may refuse by a DomainError: then nothing is written and whoever decided is told. ``authors``
    are those whose work the row is, who are kept from deciding about it as the requester is."""

    label: str
    url: Callable[[UUID, UUID], str]
    on_finish: Callable[[Finished], None]
    authors: Callable[[UUID, UUID], frozenset[UUID]] = lambda organisation_id, subject_id: frozenset()


_kinds: Final[dict[str, Subject]] = {}


def register(kind: str, subject: Subject) -> None:
    """Once per kind, when the apps are made ready. Raises ValueError for a kind that is taken."""
    if kind in _kinds:
        raise ValueError(f"The subject kind {kind!r} is registered already.")
    _kinds[kind] = subject


def subject_of(kind: str) -> Subject | None:
    """None for a kind that is not registered (any more)."""
    return _kinds.get(kind)


def authors_of(organisation_id: UUID, about: Row) -> frozenset[UUID]:
    """Whose work the row is."""
    kind, subject_id = about
    found = _kinds.get(kind)
    return found.authors(organisation_id, subject_id) if found is not None and subject_id is not None else frozenset()


def finished(fact: Finished) -> None:
    """Tell the kind's owner; a kind that nobody owns any more is passed over."""
    found = _kinds.get(fact.kind)
    if found is not None:
        found.on_finish(fact)
