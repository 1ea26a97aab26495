"""The test cases of a version: played, told, and what they went through."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import Membership
from accounts.tenancy.errors import Conflict
from forms_builder.schema.document import DocumentError
from forms_builder.selectors import document_of
from workflows.engine.definition import RunningDefinition
from workflows.graph.cases import cases_of
from workflows.graph.compiled import GraphBroken
from workflows.graph.problems import Level, Problem
from workflows.models import WorkflowVersion
from workflows.selectors.definition_changes import may_compare
from workflows.selectors.definitions import DefinitionNotFound, access_definition, newest_versions
from workflows.selectors.publishing import cases_gate
from workflows.services.case_stage import CaseResult, play


class NotPlayable(Conflict):
    code = "cases.not_playable"
    message = "This draft has faults. Mend what its designer lists as blocking, then its cases can be played."


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which steps and transitions the cases of a version went through, and which not, in the order of the document."""

    steps: tuple[str, ...]
    missed_steps: tuple[str, ...]
    ways: tuple[str, ...]
    missed_ways: tuple[str, ...]

    @property
    def percent(self) -> int:
        everything = len(self.steps) + len(self.missed_steps) + len(self.ways) + len(self.missed_ways)
        return 100 * (len(self.steps) + len(self.ways)) // everything if everything else 100


def coverage(definition: RunningDefinition, results: Iterable[CaseResult]) -> Coverage:
    """What the cases together went through; gateways count as steps."""
    graph = definition.graph
    gone = {key for result in results for key in result.ways}
    ways = [way for key in graph.steps for way in graph.transitions_from(key)]
    reached = {way.target.key for way in ways if way.key in gone} | ({graph.start.key} if gone else set())
    return Coverage(
        steps=tuple(key for key in graph.steps if key in reached),
        missed_steps=tuple(key for key in graph.steps if key not in reached),
        ways=tuple(way.key for way in ways if way.key in gone),
        missed_ways=tuple(way.key for way in ways if way.key not in gone),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A result as a reader sees it."""

    name: str
    passed: bool
    problems: tuple[str, ...]
    path: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Played:
    """The cases of one version, and what they went through."""

    version: WorkflowVersion
    results: tuple[CaseResult, ...]
    coverage: Coverage
    names: Mapping[str, str]
    """Of steps, by key; of transitions as "source → target"."""

    @property
    def failed(self) -> int:
        return sum(not result.passed for result in self.results)

    @property
    def told(self) -> list[Told]:
        """The results with their paths in words."""
        return [
            Told(
                one.name,
                one.passed,
                one.problems,
                " → ".join(self.names.get(key, key) for key in one.path),
                one.outcome,
            )
            for one in self.results
        ]

    @property
    def missed(self) -> list[str]:
        """The steps and transitions that no case goes through, by name."""
        return [self.names[key] for key in (*self.coverage.missed_steps, *self.coverage.missed_ways)]


def coverage_overlay(found: Played) -> dict[str, dict[str, Mapping[str, Any]]]:
    """How many cases go through each step and way, as it is painted on the graph: what none goes through stands out."""
    graph = RunningDefinition.of(found.version.id, found.version.graph, document_of(found.version.form)).graph
    ways = [way for key in graph.steps for way in graph.transitions_from(key)]
    through = {way.key: sum(way.key in result.ways for result in found.results) for way in ways}
    begun = sum(bool(result.path) for result in found.results)
    steps = {
        key: begun
        if key == graph.start.key
        else sum(any(way.target.key == key and way.key in result.ways for way in ways) for result in found.results)
        for key in graph.steps
    }
    most = len(found.results) or 1
    return {
        "nodes": {key: _covered(count, most) for key, count in steps.items()},
        "edges": {key: _covered(count, most) for key, count in through.items()},
    }


def _covered(count: int, most: int) -> dict[str, Any]:
    label = "no case" if not count else "1 case" if count == 1 else f"{count} cases"
    return {"label": label, "tone": "good" if count else "warn", "value": round(count / most, 3)}


def cases_play(*, actor: Membership, definition_id: UUID, number: int | None = None) -> Played:
    """Play all cases of version ``number`` (the newest). For designers and the owner.

    Raises DefinitionNotFound, and NotPlayable for a draft that cannot be run yet.
    """
    definition = access_definition(actor, definition_id, deleted=True)
    if not may_compare(actor, definition):
        raise DefinitionNotFound
    rows = newest_versions(definition).select_related("definition")
    version = (rows if number is None else rows.filter(number=number)).first()
    if version is None:
        raise DefinitionNotFound
    try:
        return played(version)
    except (GraphBroken, DocumentError) as error:
        raise NotPlayable from error


def played(version: WorkflowVersion) -> Played:
    """Play the cases of a version that passed the lint; its form must be joined."""
    running = RunningDefinition.of(version.id, version.graph, document_of(version.form))
    results = tuple(play(case, running) for case in cases_of(version.cases))
    graph = running.graph
    names = {key: step.name for key, step in graph.steps.items()}
    names |= {
        way.key: f"{way.source.name} → {way.target.name}" for key in graph.steps for way in graph.transitions_from(key)
    }
    return Played(version, results, coverage(running, results), names)


def case_problems(version: WorkflowVersion) -> list[Problem]:
    """The cases of a sound version that do not play as told. They block publishing where the organisation chose so."""
    if not version.cases:
        return []
    level: Level = "blocks" if cases_gate(version.organisation_id) else "warns"
    return [
        Problem(
            "case-failed",
            f"cases.{row}",
            level,
            f"The case “{result.name}” does not play as told. {result.problems[0]}",
            "Correct the workflow, or what the case expects.",
        )
        for row, result in enumerate(played(version).results)
        if not result.passed
    ]
