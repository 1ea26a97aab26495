"""Keep a condition under a name, in numbered versions, for the rules of all workflows."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.services.directory import refuse_stale
from accounts.tenancy.errors import Invalid
from forms_builder.rules import RuleErrors, parse
from forms_builder.rules.serialize import node_to_json
from forms_builder.schema.document import FormDocument
from forms_builder.schema.parts import has_unstorable
from workflows import policies
from workflows.condition_events import SavedConditionDeleted, SavedConditionSaved
from workflows.graph.contexts import EMPTY_FORM
from workflows.models import ConditionKind, SavedCondition, SavedConditionVersion
from workflows.selectors.saved_conditions import SavedConditionNotFound, context_for, saved_conditions_of, uses_in

MOST: Final = 1_000
"""Of an organisation."""


@transaction.atomic
def saved_condition_save(
    *,
    actor: Membership,
    name: str,
    kind: str,
    rule: Any,
    description: str = "",
    condition_id: UUID | None = None,
    form: FormDocument = EMPTY_FORM,
    seen: datetime | None = None,
    at: datetime | None = None,
) -> SavedCondition:
    """A new one, or a new version of ``condition_id`` where its rule has changed; its kind stays. ``form`` is that of the
    workflow whose answers it may read; without one it may speak about people only.

    ``seen`` is when it was last changed as the caller knows it. Raises SavedConditionNotFound, EntryStale, Denied
    (``saved_condition.save.denied``), Invalid at ``name``, ``kind`` or ``rule``.
    """
    policies.saved_conditions.require(actor, "save")
    moment = at or timezone.now()
    row = _locked(actor.organisation_id, condition_id, seen) if condition_id else None
    kind = row.kind if row is not None else kind
    tree = rule if row is not None and row.rule == rule else _checked(kind, rule, condition_id, form)
    if not name.strip() or len(name) > 120 or has_unstorable(name + description):
        raise Invalid({"name": ["Give it a name of at most 120 characters."]})
    changed = row is None or row.rule != tree
    row = row or _new(actor, kind, moment)
    row.name, row.description, row.rule = name.strip(), description, tree
    row.version += changed
    row.touch(actor.id, moment)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Invalid({"name": ["There is one of this name already."]}) from error
    if changed:
        SavedConditionVersion.objects.create(
            organisation_id=row.organisation_id, condition=row, number=row.version, rule=tree, at=moment, actor=actor
        )
    event = SavedConditionSaved(
        subject_id=row.id, name=row.name, version_number=row.version, by_id=actor.id, by_name=actor.name
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return row


@transaction.atomic
def saved_condition_delete(
    *, actor: Membership, condition_id: UUID, seen: datetime | None = None, at: datetime | None = None
) -> None:
    """Rules that use it keep what it says. Raises SavedConditionNotFound, EntryStale, Denied."""
    row = _locked(actor.organisation_id, condition_id, seen)
    policies.saved_conditions.require(actor, "save", row)
    event = SavedConditionDeleted(
        subject_id=row.id, name=row.name, version_number=row.version, by_id=actor.id, by_name=actor.name
    )
    row.delete()
    record(event, actor=actor, organisation_id=actor.organisation_id, at=at or timezone.now())


def _new(actor: Membership, kind: str, at: datetime) -> SavedCondition:
    if saved_conditions_of(actor.organisation_id).count() >= MOST:
        raise Invalid({"name": [f"There are {MOST:,} saved conditions already. Delete one first."]})
    return SavedCondition(
        organisation_id=actor.organisation_id, kind=kind, version=0, created_at=at, created_by_id=actor.id
    )


def _locked(organisation_id: UUID, condition_id: UUID, seen: datetime | None) -> SavedCondition:
    found = saved_conditions_of(organisation_id).select_for_update().filter(id=condition_id).first()
    if found is None:
        raise SavedConditionNotFound
    refuse_stale(found, seen)
    return found


def _checked(kind: str, rule: Any, condition_id: UUID | None, form: FormDocument) -> Any:
    """The rule as its plain tree. Raises Invalid with everything that is wrong."""
    if kind not in ConditionKind.values:
        raise Invalid({"kind": [f"Choose one of {', '.join(ConditionKind.values)}."]})
    try:
        tree = node_to_json(parse(rule, context_for(kind, form)).root)
    except RuleErrors as errors:
        raise Invalid({"rule": [f"{error.place}: {error.message}" for error in errors.errors]}) from errors
    if condition_id and any(use.get("key") == str(condition_id) for use in uses_in(tree)):
        raise Invalid({"rule": ["A saved condition cannot use itself, also not through another one. Take it out."]})
    return tree
