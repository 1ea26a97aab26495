"""What is said about a workflow outside of its versions: names, tab, owner, and who may start it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Department, Designation, Membership
from workflows import policies
from workflows.events import DefinitionChanged
from workflows.models import WorkflowDefinition, WorkflowGroup, WorkflowVisibility
from workflows.selectors.people import active_members
from workflows.services.definitions import DefinitionInvalid, locked, name_of


@transaction.atomic
def definition_change(
    *,
    definition_id: UUID,
    actor: Membership,
    name: str | None = None,
    description: str | None = None,
    group: UUID | None = None,
    owner: UUID | None = None,
    is_active: bool | None = None,
    visibility: Sequence[tuple[UUID | None, UUID | None]] | None = None,
    at: datetime | None = None,
) -> WorkflowDefinition:
    """Change what is said about a workflow outside of its versions; None leaves a value as it is.

    ``visibility`` replaces all rows, each a department and a designation of which one may be None. Raises
    DefinitionNotFound, Denied, DefinitionInvalid.
    """
    moment = at or timezone.now()
    definition = locked(actor, definition_id)
    policies.definitions.require(actor, "edit", definition)
    wanted: dict[str, Any] = {"description": description, "is_active": is_active}
    wanted |= {"name": None if name is None else name_of(name)}
    wanted |= {"group_id": None if group is None else _group_id(actor.organisation_id, group)}
    wanted |= {"owner_id": None if owner is None else _owner_id(actor.organisation_id, owner)}
    changed = [key for key, value in wanted.items() if value is not None and getattr(definition, key) != value]
    for key in changed:
        setattr(definition, key, wanted[key])
    if visibility is not None:
        _show_to(definition, visibility, actor, moment)
        changed.append("visibility")
    if not changed:
        return definition
    columns = [key.removesuffix("_id") for key in changed if key != "visibility"]
    definition.save(update_fields=[*columns, *definition.touch(actor.id, moment)])
    event = DefinitionChanged(
        subject_id=definition.id,
        definition_name=definition.name,
        by_id=actor.id,
        by_name=actor.name,
        changes=tuple(key.removesuffix("_id") for key in changed),
    )
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return definition


def _group_id(organisation_id: UUID, group_id: UUID) -> UUID:
    if not WorkflowGroup.objects.filter(organisation_id=organisation_id, id=group_id).exists():
        raise DefinitionInvalid({"group": ["Choose a group of your organisation."]})
    return group_id


def _owner_id(organisation_id: UUID, member_id: UUID) -> UUID:
    if not active_members(organisation_id).filter(id=member_id).exists():
        raise DefinitionInvalid({"owner": ["Choose an active person of your organisation."]})
    return member_id


def _show_to(
    definition: WorkflowDefinition,
    rows: Sequence[tuple[UUID | None, UUID | None]],
    actor: Membership,
    at: datetime,
) -> None:
    organisation_id = definition.organisation_id
    departments = {department for department, _ in rows if department}
    designations = {designation for _, designation in rows if designation}
    known = Department.objects.filter(organisation_id=organisation_id, id__in=departments).count()
    known += Designation.objects.filter(organisation_id=organisation_id, id__in=designations).count()
    if known != len(departments) + len(designations) or any(row == (None, None) for row in rows):
        raise DefinitionInvalid({"visibility": ["Choose departments and designations of your organisation."]})
    WorkflowVisibility.objects.filter(organisation_id=organisation_id, definition_id=definition.id).delete()
    WorkflowVisibility.objects.bulk_create(
        WorkflowVisibility(
            organisation_id=organisation_id,
            definition=definition,
            department_id=department,
            designation_id=designation,
            created_at=at,
            created_by_id=actor.id,
            modified_at=at,
            modified_by_id=actor.id,
        )
        for department, designation in dict.fromkeys(rows)
    )
