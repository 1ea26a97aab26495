"""What tenant admins choose about proposals and keep in the catalogue, where saving a row is not all there is to it."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest, Least
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.policies import policy_for
from accounts.services.directory import StillUsed, check, differences, entry_remove, entry_save, shown
from accounts.tenancy.errors import Conflict, Invalid
from flows.events import FlowSettingsChanged
from flows.models import (
    SOURCE_SIDE,
    TARGET_SIDE,
    Approval,
    ApprovalSide,
    DataType,
    EnumKind,
    EnumValue,
    FlowSettings,
    PhysicalFlow,
    PhysicalSpecification,
    ProposalState,
    ProposedFlow,
)
from flows.setup import PROPOSAL_WORKFLOW, settings_of
from workflows.models import EntityStateKind, EntityStateNext, Tone
from workflows.selectors.tracking import Life, life_of
from workflows.services.tracking import next_save, state_save

BUILTIN_SIDES: Final = (SOURCE_SIDE, TARGET_SIDE)


class SideKept(Conflict):
    code = "approval_side.kept"
    message = "Every proposal is approved by its source and its target; these sides stay."


@transaction.atomic
def settings_change(*, actor: Membership, values: Mapping[str, Any]) -> FlowSettings:
    """Change the settings by name; what changed is recorded. Another timeout holds for open proposals too, each with its reminder
    before.

    Raises Denied and Invalid.
    """
    policy_for(FlowSettings).require(actor, "manage")
    settings_of(actor.organisation_id)
    row: FlowSettings = FlowSettings.objects.select_for_update().get(organisation_id=actor.organisation_id)
    before = {name: shown(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    check(row, values)
    changes = differences(before, row)
    if changes:
        row.save(update_fields=[*values, *row.touch(actor.id)])
        if "timeout_days" in changes:
            _move_limits(row)
        changed = FlowSettingsChanged(subject_id=row.id, changes=changes, by_id=actor.id, by_name=actor.name)
        record(changed, actor=actor, organisation_id=actor.organisation_id)
    return row


def _move_limits(settings: FlowSettings) -> None:
    """What is over by a shorter time ends after a reminder, and no later than it would have."""
    is_open = ProposedFlow.objects.filter(organisation_id=settings.organisation_id, is_open=True)
    reminded = timezone.now() + timedelta(days=settings.remind_days)
    wanted = F("acted_at") + timedelta(days=settings.timeout_days)
    is_open.update(due_at=Greatest(wanted, Least(F("due_at"), Value(reminded))))
    is_open.filter(due_at__gt=reminded).update(reminded_at=None)


@transaction.atomic
def side_save(*, actor: Membership, row: ApprovalSide, values: Mapping[str, Any]) -> ApprovalSide:
    """Make or change a required side; it holds for proposals and revisions from then on.

    Without states of its own a new side gets two, "approved" and "rejected", with the steps to them and from them. Raises
    Denied, Invalid, and SideKept for taking source or target away.
    """
    policy_for(ApprovalSide).require(actor, "manage", row)
    if row._state.adding:
        settings_of(actor.organisation_id)
        values = {**values, **_states_for(actor, values, life_of(actor.organisation_id, PROPOSAL_WORKFLOW))}
    else:
        _keep_what_stays(row, values)
    _check_states(row, values, life_of(actor.organisation_id, PROPOSAL_WORKFLOW))
    return cast(ApprovalSide, entry_save(actor=actor, row=row, values=values))


def _keep_what_stays(row: ApprovalSide, values: Mapping[str, Any]) -> None:
    if "code" in values:
        raise Invalid({"code": ["A code is for good."]})
    if row.code in BUILTIN_SIDES and ("anchor" in values or values.get("is_active") is False):
        raise SideKept


def _check_states(row: ApprovalSide, values: Mapping[str, Any], life: Life) -> None:
    problems: dict[str, list[str]] = {}
    chosen = {name: values.get(name, getattr(row, name)) for name in ("approved_state", "rejected_state")}
    for name, code in chosen.items():
        if code not in life.states:
            problems[name] = ["Choose a state of proposals by its code."]
        elif life.states[code].is_end != (name == "rejected_state"):
            ends = "must end" if name == "rejected_state" else "must not end"
            problems[name] = [f"With this state a proposal {ends}."]
    if problems:
        raise Invalid(problems)


def _states_for(actor: Membership, values: Mapping[str, Any], life: Life) -> dict[str, str]:
    """The codes of the two states of a new side; the states that are not named are made and tied into the life."""
    stem, name = str(values.get("code", "")).upper(), values.get("name", "")
    approved = values.get("approved_state") or f"{stem}_APPROVED"
    rejected = values.get("rejected_state") or f"{stem}_REJECTED"
    if approved not in life.states:
        _state_make(actor, life, approved, f"{name} approved", is_end=False)
    if rejected not in life.states:
        _state_make(actor, life, rejected, f"{name} rejected", is_end=True)
    _tie(actor, approved, rejected)
    return {"approved_state": approved, "rejected_state": rejected}


def _state_make(actor: Membership, life: Life, code: str, name: str, *, is_end: bool) -> None:
    like = life.states[ProposalState.TARGET_REJECTED if is_end else ProposalState.TARGET_APPROVED]
    values = {
        "workflow": EntityStateKind.objects.get(organisation_id=actor.organisation_id, id=like.id).workflow,
        "code": code,
        "name": name,
        "position": like.position + 1,
        "is_end": is_end,
        "tone": Tone.BAD if is_end else Tone.ACCENT,
    }
    state_save(actor=actor, row=EntityStateKind(), values=values)


def _tie(actor: Membership, approved: str, rejected: str) -> None:
    """The steps that a further side adds: it may approve and reject at any time while the proposal is open."""
    kinds = {
        kind.code: kind
        for kind in EntityStateKind.objects.filter(
            organisation_id=actor.organisation_id, workflow__code=PROPOSAL_WORKFLOW
        ).select_related("workflow")
    }
    sides = ApprovalSide.objects.filter(organisation_id=actor.organisation_id)
    others = [(side.approved_state, side.rejected_state) for side in sides]
    ends = (*(ProposalState.CANCELLED, ProposalState.TIMED_OUT, ProposalState.SENT_BACK), ProposalState.FULLY_APPROVED)
    steps = {(ProposalState.PENDING_APPROVALS.value, approved), (ProposalState.PENDING_APPROVALS.value, rejected)}
    steps |= {(rejected, ProposalState.PENDING_APPROVALS.value)} | {(approved, end.value) for end in ends}
    for other_approved, other_rejected in others:
        steps |= {(approved, other_approved), (other_approved, approved)}
        steps |= {(approved, other_rejected), (other_approved, rejected)}
    there = set(
        EntityStateNext.objects.filter(
            organisation_id=actor.organisation_id, workflow__code=PROPOSAL_WORKFLOW
        ).values_list("from_state__code", "to_state__code")
    )
    for from_code, to_code in sorted(steps - there):
        if from_code in kinds and to_code in kinds and from_code != to_code:
            values = {"from_state": kinds[from_code], "to_state": kinds[to_code]}
            next_save(actor=actor, row=EntityStateNext(), values=values)


@transaction.atomic
def side_remove(*, actor: Membership, row: ApprovalSide) -> None:
    """Take a side away that no proposal was asked by. Raises Denied, SideKept, StillUsed."""
    if row.code in BUILTIN_SIDES:
        raise SideKept
    entry_remove(actor=actor, row=row)


def named_states(organisation_id: UUID) -> Collection[str]:
    """The states that sides refer to, or referred to when they were asked for what is still open."""
    sides = ApprovalSide.objects.filter(organisation_id=organisation_id).values_list("approved_state", "rejected_state")
    asked = Approval.objects.filter(organisation_id=organisation_id, is_asked=True)
    return {code for pair in sides.union(asked.values_list("approved_state", "rejected_state")) for code in pair}


@transaction.atomic
def data_type_save(*, actor: Membership, row: DataType, values: Mapping[str, Any]) -> DataType:
    """Make or change a data type. Raises Denied, and Invalid, for a circle in the tree too."""
    parent: DataType | None = values.get("parent")
    if parent is not None and not row._state.adding:
        above = dict(DataType.objects.filter(organisation_id=row.organisation_id).values_list("id", "parent_id"))
        step: UUID | None = parent.id
        for _ in range(len(above)):
            if step == row.id:
                raise Invalid({"parent": ["A data type cannot be below itself."]})
            step = above.get(step) if step is not None else None
    return cast(DataType, entry_save(actor=actor, row=row, values=values))


@transaction.atomic
def enum_remove(*, actor: Membership, row: EnumValue) -> None:
    """Take an attribute value away. Raises Denied, and StillUsed while a flow has it: then make it inactive."""
    own = {"organisation_id": row.organisation_id}
    if row.kind == EnumKind.FORMAT:
        used = PhysicalSpecification.objects.filter(**own, format=row.code).exists()
    else:
        used = PhysicalFlow.objects.filter(**own, **{row.kind: row.code}).exists()
    if used:
        raise StillUsed("A flow has this value, so it cannot be removed. Make it inactive instead.")
    entry_remove(actor=actor, row=row)
