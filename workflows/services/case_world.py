"""The world of a test case: its people by their keys, and what a form may ask of it. Nothing is stored; pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from forms_builder.rules import Environment, EvaluationClock, WeekCalendar
from forms_builder.schema.conditions import ACTING
from forms_builder.schema.fields import SourcedChoices, SourceName
from forms_builder.schema.sources import FileFacts, Option
from workflows.assignment import Person
from workflows.graph.cases import Persona

_PEOPLE: Final = UUID("6d1a6f0e-6a3a-4f0e-9a53-0f1e0c5f5b8e")
"""Namespace of the ids of personas: the same key has the same id in every case."""


@dataclass(frozen=True)
class CaseSources:
    """The world of a case: its people, the moment, and every entry that a form may pick."""

    at: datetime
    personas: tuple[Persona, ...]
    actor: Person

    @property
    def today(self) -> date:
        return self.at.date()

    @property
    def environment(self) -> Environment:
        clock = EvaluationClock(self.at, ZoneInfo("UTC"), WeekCalendar())
        acting = {f"{ACTING}.{name}": fact for name, fact in self.actor.facts().items()}
        return Environment(clock, _Directory(self.personas), acting=acting)

    def options(self, wanted: SourcedChoices) -> Sequence[Option]:
        return ()

    def search(self, wanted: SourcedChoices, text: str, most: int) -> Sequence[Option]:
        return ()

    def row(self, wanted: SourcedChoices, value: str) -> Mapping[str, Any]:
        found = [one for one in self.personas if str(persona_id(one.key)) == value and wanted.source == "people"]
        return person_of(found[0]).facts() if found else {}

    @property
    def links_to_maps(self) -> bool:
        return False

    def labels(self, wanted: SourcedChoices, values: Collection[str]) -> Mapping[str, str]:
        return {value: value for value in values}

    def names(self, source: SourceName, values: Collection[str]) -> Mapping[str, str]:
        return {value: value for value in values}

    def files(self, ids: Collection[str]) -> Mapping[str, FileFacts]:
        return {one: FileFacts(one, "file", 1_000, "") for one in ids}


@dataclass(frozen=True)
class _Directory:
    personas: tuple[Persona, ...]

    def is_manager(self, manager: str, report: str) -> bool:
        return any(
            str(persona_id(one.key)) == report and one.manager and str(persona_id(one.manager)) == manager
            for one in self.personas
        )

    def is_member(self, user: str, group: str) -> bool:
        return any(str(persona_id(one.key)) == user and group in (one.department, *one.roles) for one in self.personas)


def person_of(persona: Persona) -> Person:
    return Person(
        id=persona_id(persona.key),
        name=persona.name or persona.key.replace("_", " ").title(),
        email=f"{persona.key}@case.example",
        manager_id=persona_id(persona.manager) if persona.manager else None,
        department=persona.department or None,
        department_head_id=persona_id(persona.head) if persona.head else None,
        designation=persona.designation or None,
        level=persona.level,
        city=persona.city or None,
        state=persona.state or None,
        country=persona.country or None,
        roles=persona.roles,
        is_active=persona.is_active,
    )


def facts_of(person: Person) -> dict[str, Any]:
    """What a form may be prefilled with of the requester."""
    return {"id": str(person.id), "name": person.name, "email": person.email}


def persona_id(key: str) -> UUID:
    """The same key has the same id in every case."""
    return uuid5(_PEOPLE, key)


def with_ids(data: Any) -> Any:
    """ "@key" as the id of that persona, at any depth."""
    if isinstance(data, str):
        return str(persona_id(data[1:])) if data.startswith("@") else data
    if isinstance(data, Mapping):
        return {name: with_ids(value) for name, value in data.items()}
    return [with_ids(value) for value in data] if isinstance(data, list | tuple) else data
