"""A published version made ready to run, kept in the process: it never changes, so nothing has to be asked twice."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, Self
from uuid import UUID

from forms_builder.rules import Rule, fields_of
from forms_builder.schema.document import FormDocument
from workflows.assignment import Eligibility
from workflows.graph.compiled import CompiledGraph, CompiledStep, CompiledTransition
from workflows.graph.document import GraphDocument, Step, StepKind
from workflows.graph.timing import Timeout
from workflows.ladder import Timing
from workflows.seating import Seating
from workflows.sla import SlaSetting

CACHED_VERSIONS: Final = 256


@dataclass(frozen=True, slots=True)
class RunningDefinition:
    """What the engine asks of a version: steps and ways, the form, who may be asked, and by when."""

    version_id: UUID
    graph: CompiledGraph
    form: FormDocument
    eligibility: Mapping[str, Eligibility]
    limits: Mapping[str, Timing]
    condition_reads: Mapping[str, frozenset[str]]
    """The form fields that a transition's condition reads, by transition."""
    judged: Mapping[str, frozenset[str]]
    """What the conditions of the ways out of a step read, by step, as rules call it."""
    panels: Mapping[str, Seating]
    """Who sits on the panel of a step, by step."""
    timeout: Timeout | None = None
    """Of the whole request."""

    @classmethod
    def of(cls, version_id: UUID, graph: Mapping[str, Any], form: FormDocument) -> Self:
        """Compile a version that passed the lint. Raises ``GraphBroken`` or ``DocumentError``."""
        document = GraphDocument.load(graph)
        compiled = CompiledGraph.build(document, form)
        limits = {step.key: _timing(step, document) for step in document.steps}
        return cls(
            version_id,
            compiled,
            form,
            {key: Eligibility.of(step.assignee_rule) for key, step in compiled.steps.items() if step.assignee_rule},
            {key: limit for key, limit in limits.items() if limit is not None},
            {
                way.key: _fields_read(way.condition)
                for key in compiled.steps
                for way in compiled.transitions_from(key)
                if way.condition is not None
            },
            {key: frozenset(_judged(compiled.transitions_from(key))) for key in compiled.steps},
            {key: Seating.of(step.approval) for key, step in compiled.steps.items() if step.approval},
            document.timeout,
        )

    def eligible(self, step: CompiledStep) -> Eligibility | None:
        """The rule of the step, None where it is the requester's own."""
        return self.eligibility.get(step.key)

    def condition_fields(self, way: CompiledTransition) -> frozenset[str]:
        """The form fields on which it depends whether the way may be gone."""
        return self.condition_reads.get(way.key, frozenset())


class VersionCache:
    """The versions used last, by id; safe between threads. The row that names the id has passed the tenancy wall."""

    def __init__(self, size: int = CACHED_VERSIONS) -> None:
        self._size = size
        self._kept: OrderedDict[UUID, RunningDefinition] = OrderedDict()
        self._lock = Lock()

    def get(self, version_id: UUID) -> RunningDefinition | None:
        with self._lock:
            found = self._kept.get(version_id)
            if found is not None:
                self._kept.move_to_end(version_id)
            return found

    def put(self, definition: RunningDefinition) -> RunningDefinition:
        with self._lock:
            self._kept[definition.version_id] = definition
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return definition


VERSIONS: Final = VersionCache()


def _timing(step: Step, document: GraphDocument) -> Timing | None:
    if step.kind is not StepKind.TASK:
        return None
    return Timing.of(SlaSetting.resolve(step.sla, document.sla), step.timeout or document.task_timeout)


def _judged(ways: Iterable[CompiledTransition]) -> Iterator[str]:
    for way in ways:
        if way.condition is not None:
            yield from fields_of(way.condition)


def _fields_read(rule: Rule) -> frozenset[str]:
    parts = (field_id.split(".") for field_id in fields_of(rule))
    return frozenset(part[1] for part in parts if part[0] in ("record", "input"))
