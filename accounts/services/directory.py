"""What an organisation keeps about itself: departments, designations, places, roles, calendars, holidays.

These rows carry no life cycle, so one pair of functions serves them all, and other apps' plain rows too.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError

from accounts.audit.record import record
from accounts.events import EntryAdded, EntryChanged, EntryRemoved
from accounts.models import Membership, Role
from accounts.policies import permission_codes, policy_for
from accounts.tenancy.errors import Conflict, Invalid
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned

Row = OrganisationOwned


class StillUsed(Conflict):
    code = "directory.used"
    message = "This is still used, so it cannot be removed."


class EntryStale(Conflict):
    code = "directory.stale"
    message = "Somebody has changed this since you looked at it. Look at it again, and repeat your change."


def lock_directory(organisation_id: UUID) -> None:
    """Until the end of the transaction, nobody else of the organisation changes its directory. Called before anything is locked.

    Every change draws the stamp, so they wait for each other in any case; there, each has rows that the other one may need: what
    is pointed to is locked when it is committed, more firmly what is removed or must be unique.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('directory:' || %s, 0))", [str(organisation_id)])


@transaction.atomic
def entry_save(
    *, actor: Membership, row: Row, values: Mapping[str, Any], action: str = "manage", seen: datetime | None = None
) -> Row:
    """Make or change one row of the directory; ``values`` are its fields by name. ``seen`` is when it had last been changed
    as the actor knows it. What changes nothing leaves no trace.

    Raises Denied by the row's policy, EntryStale, Invalid with a message per field. A row that is not saved yet gets the
    actor's organisation; a reference into another organisation looks like one to a missing row.
    """
    policy_for(type(row)).require(actor, action, row)
    is_new = row._state.adding
    _wait_for_others(actor, row)
    _hold(row, seen)
    if not is_new:
        values = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not values:
            return row
    before = {name: shown(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.organisation_id = actor.organisation_id
    check(row, values)
    columns = row.touch(actor.id)
    try:
        with transaction.atomic():
            if is_new:
                row.created_by_id = actor.id
                row.save(force_insert=True)
            else:
                row.save(update_fields=[*values, *columns])
    except IntegrityError:
        check(row, values)  # somebody was faster: now it is told
        raise
    if is_new:
        event: EntryAdded | EntryChanged = EntryAdded(subject_id=row.id, entry=row._meta.label_lower, label=str(row))
    else:
        event = EntryChanged(
            subject_id=row.id, entry=row._meta.label_lower, label=str(row), changes=differences(before, row)
        )
    record(event, actor=actor, organisation_id=actor.organisation_id)
    return row


@transaction.atomic
def entry_remove(*, actor: Membership, row: Row, action: str = "manage", seen: datetime | None = None) -> None:
    """Remove one row. Raises Denied, EntryStale, and StillUsed while something refers to it."""
    policy_for(type(row)).require(actor, action, row)
    _wait_for_others(actor, row)
    _hold(row, seen)
    removed = EntryRemoved(subject_id=row.id, entry=row._meta.label_lower, label=str(row))
    try:
        with transaction.atomic():
            row.delete()
    except (ProtectedError, IntegrityError):
        raise StillUsed from None
    record(removed, actor=actor, organisation_id=actor.organisation_id)


def _wait_for_others(actor: Membership, row: Row) -> None:
    # Plain rows of other apps draw no stamp, and whoever changes one may have locked more of that app before.
    if row._meta.app_label == Membership._meta.app_label:
        lock_directory(actor.organisation_id)


def _hold(row: Row, seen: datetime | None) -> None:
    """Lock a row that is there, and read it as it is by now: what is judged and told must be what is changed. Raises EntryStale
    where it is gone, or in another state than the one that was seen.

    Rows that point to it do not wait: whoever changes a workflow draws the stamp too, for which we shall wait.
    """
    if row._state.adding:
        return
    rows = type(row).objects.filter(organisation_id=row.organisation_id)
    try:
        row.refresh_from_db(from_queryset=rows.select_for_update(of=("self",), no_key=True))
    except ObjectDoesNotExist:
        raise EntryStale from None
    refuse_stale(row, seen)


def refuse_stale(row: Row, seen: datetime | None) -> None:
    """Raises EntryStale where the locked row was changed after it was seen."""
    if seen is not None and row.modified_at != seen:
        raise EntryStale


def check(row: Row, names: Iterable[str]) -> None:
    """Raises Invalid for values that the model or its constraints refuse, and for references to rows of others."""
    problems: dict[str, list[str]] = {}
    try:
        row.full_clean(exclude={"organisation"}, validate_constraints=False)
        problems |= _taken(row)
    except ValidationError as error:
        for field, texts in error.message_dict.items():
            problems["" if field == NON_FIELD_ERRORS else field] = texts
    for name in names:
        problems.update(_foreign(row, name))
    if isinstance(row, Role) and (unknown := sorted(set(row.permissions) - set(permission_codes()))):
        problems["permissions"] = [f"There is no permission {', '.join(unknown)}."]
    if problems:
        raise Invalid(problems)


def _taken(row: Row) -> dict[str, list[str]]:
    """Constraints that do not hold, each at the field that it is about: the last one that a unique constraint names."""
    problems: dict[str, list[str]] = {}
    found: Iterable[tuple[type[models.Model], Iterable[Any]]] = row.get_constraints()
    for model, constraints in found:
        for constraint in constraints:
            try:
                constraint.validate(model, row)
            except ValidationError as error:
                names = [name for name in getattr(constraint, "fields", ()) if name != "organisation"]
                problems.setdefault(names[-1] if names else "", []).extend(error.messages)
    return problems


def _foreign(row: Row, name: str) -> dict[str, list[str]]:
    field = row._meta.get_field(name)
    value = getattr(row, getattr(field, "attname", name))
    if not isinstance(field, OrganisationForeignKey) or value is None:
        return {}
    target: type[models.Model] = field.remote_field.model
    found = target._base_manager.filter(pk=value, organisation_id=row.organisation_id).exists()
    return {} if found else {name: ["Choose one of the list."]}


def shown(row: models.Model, name: str) -> str:
    """A field's value as the audit keeps it."""
    field = row._meta.get_field(name)
    if isinstance(field, models.ForeignKey):
        related = getattr(row, name) if getattr(row, field.attname) is not None else None
        return "" if related is None else str(related)
    value = getattr(row, name)
    return "" if value is None else str(value)[:500]


def differences(before: Mapping[str, str], row: models.Model) -> dict[str, tuple[str, str]]:
    """The fields that differ, each with what it was and is."""
    now = {name: shown(row, name) for name in before}
    return {name: (old, now[name]) for name, old in before.items() if old != now[name]}
