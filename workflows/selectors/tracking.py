"""The life of entities, read: the states there are, where an entity is, how it came there, and what comes next."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from accounts.tenancy.errors import NotFound
from workflows.assignment import PersonRef
from workflows.models import EntityStateKind, EntityTransition, EntityWorkflow, Tone
from workflows.substitution import by_words


@dataclass(frozen=True, slots=True)
class StateInfo:
    """One row of the state metadata; ``nexts`` are the codes of the states that may follow."""

    id: UUID
    code: str
    name: str
    position: int
    is_start: bool
    is_end: bool
    tone: str
    nexts: tuple[str, ...]


@dataclass(frozen=True)
class Life:
    """All states of one tracking workflow, by code in their order."""

    workflow_id: UUID
    code: str
    name: str
    states: Mapping[str, StateInfo]

    @cached_property
    def start(self) -> StateInfo | None:
        return next((state for state in self.states.values() if state.is_start), None)

    def may_follow(self, from_state: str, to_state: str) -> bool:
        """Whether the metadata allow the step; from nowhere only to the start or to what may follow the start."""
        if to_state not in self.states:
            return False
        if from_state:
            return from_state in self.states and to_state in self.states[from_state].nexts
        return self.start is None or to_state == self.start.code or to_state in self.start.nexts

    def name_of(self, code: str) -> str:
        """What a state is called today; of a state that is gone, its code in words."""
        found = self.states.get(code)
        return found.name if found else code.replace("_", " ").capitalize()

    def way_to(self, from_state: str, goals: frozenset[str]) -> tuple[str, ...]:
        """The shortest way over allowed steps to one of the goals, without ``from_state``; of equal ways the first by order."""
        waiting: deque[tuple[str, ...]] = deque([(from_state,)])
        seen = {from_state}
        while waiting:
            way = waiting.popleft()
            if way[-1] in goals:
                return way[1:]
            for code in self.states[way[-1]].nexts if way[-1] in self.states else ():
                if code not in seen:
                    seen.add(code)
                    waiting.append((*way, code))
        return ()


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a timeline, with names as they are today."""

    seq: int
    from_state: str
    from_name: str
    to_state: str
    to_name: str
    tone: str
    reason: str
    at: datetime
    by_id: UUID | None
    by_name: str
    on_behalf_of: PersonRef | None = None

    @property
    def by(self) -> str:
        return by_words(self.by_name, self.on_behalf_of)


@dataclass(frozen=True, slots=True)
class StepperStep:
    """``status`` is "done", "current", "failed" or "ahead"; what is ahead has no time yet."""

    code: str
    name: str
    status: str
    at: datetime | None = None
    by_name: str = ""


def life_of(organisation_id: UUID, workflow_code: str) -> Life:
    """The states of a tracking workflow, in one query. Raises NotFound."""
    workflow = Q(workflow__organisation_id=organisation_id, workflow__code=workflow_code)
    rows = (
        EntityStateKind.objects.filter(workflow, organisation_id=organisation_id)
        .annotate(
            follow=ArrayAgg(
                "nexts__to_state__code",
                filter=Q(nexts__isnull=False),
                order_by=("nexts__to_state__position", "nexts__to_state__code"),
                default=[],
            )
        )
        .select_related("workflow")
        .order_by("position", "code")
    )
    kinds = list(rows)
    if not kinds:
        found = EntityWorkflow.objects.filter(organisation_id=organisation_id, code=workflow_code).first()
        if found is None:
            raise NotFound(f"There is no tracking workflow {workflow_code}.")
        return Life(found.id, found.code, found.name, {})
    owner = kinds[0].workflow
    return Life(owner.id, owner.code, owner.name, {kind.code: _info(kind) for kind in kinds})


def _info(kind: EntityStateKind) -> StateInfo:
    return StateInfo(
        id=kind.id,
        code=kind.code,
        name=kind.name,
        position=kind.position,
        is_start=kind.is_start,
        is_end=kind.is_end,
        tone=kind.tone,
        nexts=tuple(getattr(kind, "follow")),  # noqa: B009 - an annotation, unknown to the type checker
    )


def timeline(*, life: Life, organisation_id: UUID, entity_kind: str, entity_id: UUID) -> list[Moment]:
    """How the entity came to where it is, oldest first."""
    found = timelines(life=life, organisation_id=organisation_id, entity_kind=entity_kind, entity_ids=[entity_id])
    return found.get(entity_id, [])


def timelines(
    *, life: Life, organisation_id: UUID, entity_kind: str, entity_ids: Collection[UUID]
) -> dict[UUID, list[Moment]]:
    """The same of many entities, in one query; those without a history are left out."""
    rows = EntityTransition.objects.filter(
        organisation_id=organisation_id,
        workflow_id=life.workflow_id,
        entity_kind=entity_kind,
        entity_id__in=list(entity_ids),
    )
    found: dict[UUID, list[Moment]] = {}
    for row in rows.order_by("entity_id", "seq"):
        found.setdefault(row.entity_id, []).append(_moment(life, row))
    return found


def _moment(life: Life, row: EntityTransition) -> Moment:
    state = life.states.get(row.to_state)
    return Moment(
        seq=row.seq,
        from_state=row.from_state,
        from_name=life.name_of(row.from_state) if row.from_state else "",
        to_state=row.to_state,
        to_name=life.name_of(row.to_state),
        tone=state.tone if state else Tone.PLAIN,
        reason=row.reason,
        at=row.at,
        by_id=row.by_id,
        by_name=row.by_name,
        on_behalf_of=PersonRef(row.on_behalf_of_id, row.on_behalf_of_name) if row.on_behalf_of_id else None,
    )


def stepper(life: Life, moments: list[Moment]) -> list[StepperStep]:
    """The way so far as it went, then the shortest way on to a good end.

    A state that was left for an earlier one again (a revised proposal) begins the way anew. At a bad end nothing is ahead.
    """
    way = _latest_round(life, moments)
    steps = [StepperStep(m.to_state, m.to_name, "done", m.at, m.by) for m in way]
    here = way[-1].to_state if way else (life.start.code if life.start else "")
    state = life.states.get(here)
    if steps and state is not None:
        status = "current" if not state.is_end else "failed" if state.tone != Tone.GOOD else "done"
        steps[-1] = StepperStep(steps[-1].code, steps[-1].name, status, steps[-1].at, steps[-1].by_name)
    if state is None or state.is_end:
        return steps
    goals = frozenset(code for code, kind in life.states.items() if kind.is_end and kind.tone == Tone.GOOD)
    return steps + [StepperStep(code, life.name_of(code), "ahead") for code in life.way_to(here, goals)]


def _latest_round(life: Life, moments: list[Moment]) -> list[Moment]:
    """The moments since the entity last left an end or came to a state for a second time."""
    begin = 0
    met: set[str] = set()
    for index, moment in enumerate(moments):
        left = life.states.get(moment.from_state)
        if moment.to_state in met or (left is not None and left.is_end):
            begin, met = index, set()
        met.add(moment.to_state)
    return moments[begin:]
