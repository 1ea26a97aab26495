"""The life of entities, written: one step is the new state and one numbered entry of history, together."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django.db import transaction

from accounts.audit.record import Actor
from accounts.models import Membership
from accounts.services.directory import entry_remove, entry_save
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.errors import Conflict, Invalid
from accounts.tenancy.models import new_id
from accounts.tenancy.scope import current_organisation_id
from workflows.assignment import PersonRef
from workflows.models import (
    EntityResult,
    EntityState,
    EntityStateKind,
    EntityStateNext,
    EntityTransition,
    EntityWorkflow,
    Tone,
)
from workflows.selectors.tracking import Life, life_of


class TransitionUnknown(Conflict):
    """The state metadata know no such step. ``params``: ``from_state``, ``to_state``."""

    code = "tracking.transition_unknown"
    message = "This step is not possible from where it is now."


class StateKept(Conflict):
    """A state that the product brings, or that something is in or refers to."""

    code = "tracking.state_kept"
    message = "This state is needed, so it stays as it is."


@dataclass(frozen=True, slots=True)
class StateDocument:
    code: str
    name: str
    nexts: tuple[str, ...] = ()
    is_start: bool = False
    is_end: bool = False
    tone: str = Tone.PLAIN.value


@dataclass(frozen=True, slots=True)
class LifeDocument:
    """A tracking workflow as an app ships it; the order of the states is their position."""

    code: str
    name: str
    subject_kind: str
    states: tuple[StateDocument, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Where to, and why; ``behalf`` in whose place, where somebody stood in."""

    to_state: str
    reason: str = ""
    behalf: PersonRef | None = None


@dataclass(frozen=True, slots=True)
class Tracked:
    """Where the entity was and is; ``seq`` numbers the newest entry."""

    from_state: str
    to_state: str
    seq: int


Named = Callable[[UUID], Collection[str]]
_named: dict[str, list[Named]] = {}

CHANGEABLE: Final = frozenset({"name", "position", "tone"})
"""What may change of a state that the product brings."""


def register_named(workflow_code: str, named: Named) -> None:
    """Have states kept whose codes ``named(organisation_id)`` gives, since something refers to them. Called in ``apps.py``."""
    _named.setdefault(workflow_code, []).append(named)


def tracking_prepare(document: LifeDocument, *, organisation_id: UUID) -> UUID:
    """Put in what is missing of a shipped life and return its id; what is there stays as the organisation has it."""
    own = {"organisation_id": organisation_id}
    EntityWorkflow.objects.bulk_create(
        [
            EntityWorkflow(
                **own,
                code=document.code,
                name=document.name,
                description=document.description,
                subject_kind=document.subject_kind,
            )
        ],
        ignore_conflicts=True,
    )
    workflow = EntityWorkflow.objects.get(**own, code=document.code)
    EntityStateKind.objects.bulk_create(
        [
            EntityStateKind(
                **own,
                workflow=workflow,
                code=state.code,
                name=state.name,
                position=10 * number,
                is_start=state.is_start,
                is_end=state.is_end,
                tone=state.tone,
                is_builtin=True,
            )
            for number, state in enumerate(document.states, start=1)
        ],
        ignore_conflicts=True,
    )
    kinds = {kind.code: kind for kind in EntityStateKind.objects.filter(**own, workflow=workflow)}
    EntityStateNext.objects.bulk_create(
        [
            EntityStateNext(**own, workflow=workflow, from_state=kinds[state.code], to_state=kinds[code])
            for state in document.states
            for code in state.nexts
        ],
        ignore_conflicts=True,
    )
    found: UUID = workflow.id
    return found


def track(
    *,
    workflow_code: str,
    entity_kind: str,
    entity_id: UUID,
    to_state: str,
    by: Actor,
    at: datetime,
    reason: str = "",
    batch: WriteBatch | None = None,
    life: Life | None = None,
) -> Tracked:
    """Bring the entity to ``to_state``; see ``track_steps``."""
    return track_steps(
        workflow_code=workflow_code,
        entity_kind=entity_kind,
        entity_id=entity_id,
        steps=[Step(to_state, reason)],
        by=by,
        at=at,
        batch=batch,
        life=life,
    )


def track_steps(
    *,
    workflow_code: str,
    entity_kind: str,
    entity_id: UUID,
    steps: Sequence[Step],
    by: Actor,
    at: datetime,
    batch: WriteBatch | None = None,
    life: Life | None = None,
) -> Tracked:
    """Bring the entity over several states at once; each step is one entry of history.

    Locks nothing: the caller holds the entity's own row. The first step of an entity comes from the life's start. With a
    ``batch`` the rows travel with the caller's, and a batch takes the steps of an entity once. Raises TransitionUnknown for
    a step that the metadata do not allow, StaleRow when somebody else was faster after all.
    """
    return track_many(
        workflow_code=workflow_code,
        entity_kind=entity_kind,
        entity_ids=[entity_id],
        steps=steps,
        by=by,
        at=at,
        batch=batch,
        life=life,
    )[entity_id]


def track_many(
    *,
    workflow_code: str,
    entity_kind: str,
    entity_ids: Sequence[UUID],
    steps: Sequence[Step],
    by: Actor,
    at: datetime,
    batch: WriteBatch | None = None,
    life: Life | None = None,
) -> dict[UUID, Tracked]:
    """The same steps for many entities, with a number of statements that does not grow with them."""
    organisation_id = current_organisation_id()
    known = life or life_of(organisation_id, workflow_code)
    own = batch or WriteBatch()
    rows = EntityState.objects.filter(
        organisation_id=organisation_id,
        workflow_id=known.workflow_id,
        entity_kind=entity_kind,
        entity_id__in=entity_ids,
    )
    present = {row.entity_id: row for row in rows.select_related("state")}
    subject = {"organisation_id": organisation_id, "workflow_id": known.workflow_id, "entity_kind": entity_kind}
    stamp = {"at": at, "by_id": by.actor_id, "by_name": by.actor_label}
    done: dict[UUID, Tracked] = {}
    entries: list[dict[str, Any]] = []
    for entity_id in entity_ids:
        state = present.get(entity_id)
        here = state.state.code if state else (known.start.code if known.start else "")
        seq = state.version if state else 0
        came_from = here
        for step in steps:
            _allow(known, here, step.to_state)
            seq += 1
            entries.append(
                {
                    **subject,
                    **stamp,
                    "id": new_id(),
                    "entity_id": entity_id,
                    "seq": seq,
                    "from_state": here,
                    "to_state": step.to_state,
                    "reason": step.reason,
                    "on_behalf_of_id": step.behalf.id if step.behalf else None,
                    "on_behalf_of_name": step.behalf.name if step.behalf else "",
                }
            )
            here = step.to_state
        done[entity_id] = Tracked(came_from, here, seq)
    _write_states(own, known, subject, stamp, present, done)
    own.insert(EntityTransition, entries)
    if batch is None:
        own.execute()
    return done


def _allow(life: Life, from_state: str, to_state: str) -> None:
    if not life.may_follow(from_state, to_state):
        names = life.name_of(from_state), life.name_of(to_state)
        raise TransitionUnknown(
            f"From “{names[0]}” there is no step to “{names[1]}”.", from_state=from_state, to_state=to_state
        )


def _write_states(
    batch: WriteBatch,
    life: Life,
    subject: dict[str, Any],
    stamp: dict[str, Any],
    present: dict[UUID, EntityState],
    done: dict[UUID, Tracked],
) -> None:
    """Two writers of one entity meet in the numbers of their entries, which are unique; here one row is compared as well."""
    changed: list[dict[str, Any]] = []
    made: list[dict[str, Any]] = []
    for entity_id, tracked in done.items():
        now = {**stamp, "state_id": life.states[tracked.to_state].id, "version": tracked.seq}
        if entity_id in present:
            changed.append({"id": present[entity_id].id, **now})
        else:
            made.append({**subject, **now, "id": new_id(), "entity_id": entity_id})
    if len(changed) == 1:
        row = next(iter(present.values()))
        values = {name: value for name, value in changed[0].items() if name != "id"}
        batch.update(EntityState, row.id, values, expect={"version": row.version})
    else:
        batch.update_each(EntityState, changed)
    if made:
        batch.insert(EntityState, made)


def results_add(
    *,
    workflow_code: str,
    entity_kind: str,
    entity_id: UUID,
    results: Iterable[tuple[str, UUID]],
    by: Actor,
    at: datetime,
    life: Life | None = None,
) -> None:
    """Note what came of the entity, as pairs of kind and id. What is noted already stays."""
    organisation_id = current_organisation_id()
    known = life or life_of(organisation_id, workflow_code)
    EntityResult.objects.bulk_create(
        [
            EntityResult(
                organisation_id=organisation_id,
                workflow_id=known.workflow_id,
                entity_kind=entity_kind,
                entity_id=entity_id,
                result_kind=kind,
                result_id=result_id,
                at=at,
                by_id=by.actor_id,
                by_name=by.actor_label,
            )
            for kind, result_id in results
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def state_save(*, actor: Membership, row: EntityStateKind, values: Mapping[str, Any]) -> EntityStateKind:
    """Make or change one state of the metadata.

    A code is for good, and whether a state ends is too once an entity is in it. Raises Denied, Invalid, StateKept.
    """
    given = set(values)
    if not row._state.adding:
        kept = {"workflow", "code", "is_start"} if not row.is_builtin else given - CHANGEABLE
        if given & kept:
            raise StateKept
        if "is_end" in given and _is_met(row):
            raise StateKept
    return cast(EntityStateKind, entry_save(actor=actor, row=row, values=values))


@transaction.atomic
def state_remove(*, actor: Membership, row: EntityStateKind) -> None:
    """Take a state away. Raises Denied, and StateKept while something is in it or refers to it."""
    named = {code for ask in _named.get(row.workflow.code, ()) for code in ask(row.organisation_id)}
    if row.is_builtin or row.code in named or _is_met(row):
        raise StateKept
    entry_remove(actor=actor, row=row)


def _is_met(row: EntityStateKind) -> bool:
    return EntityState.objects.filter(organisation_id=row.organisation_id, state=row).exists()


@transaction.atomic
def next_save(*, actor: Membership, row: EntityStateNext, values: Mapping[str, Any]) -> EntityStateNext:
    """Allow a step between two states of one tracking workflow. Raises Denied and Invalid."""
    ends = {name: values[name] if name in values else getattr(row, name) for name in ("from_state", "to_state")}
    if ends["from_state"].workflow_id != ends["to_state"].workflow_id:
        raise Invalid({"to_state": ["Choose a state of the same tracking workflow."]})
    both = {**values, "workflow": ends["from_state"].workflow}
    return cast(EntityStateNext, entry_save(actor=actor, row=row, values=both))
