"""The read that every request of a signed-in person begins with: has the directory been written to since we last looked?

Who somebody is comes from memory while it has not. As a query of the ORM it took longer than all the rest of a decision.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db import connection, models

from accounts.models import Department, Designation, Membership, Organisation, User
from accounts.policies import keep_roles
from accounts.selectors.absences import STANDS_IN, keep_stand_ins
from accounts.selectors.stamps import STAMP, Kept
from accounts.tenancy.statements import execute_prepared

_PARTS: Final[Sequence[tuple[str, type[models.Model]]]] = (
    ("", Membership),
    ("user", User),
    ("organisation", Organisation),
    ("department", Department),
    ("designation", Designation),
)
_FROM: Final = """
FROM accounts_membership AS "me"
JOIN accounts_user AS "user" ON "user".id = "me".user_id AND "user".is_active
JOIN accounts_organisation AS "organisation" ON "organisation".id = "me".organisation_id AND "organisation".is_active
LEFT JOIN accounts_department AS "department"
    ON "department".organisation_id = "me".organisation_id AND "department".id = "me".department_id
LEFT JOIN accounts_designation AS "designation"
    ON "designation".organisation_id = "me".organisation_id AND "designation".id = "me".designation_id
WHERE "me".organisation_id = %s AND "me".id = %s AND "me".is_active
"""
_CODES: Final = """(
    SELECT jsonb_agg(r.permissions) FROM accounts_membershiprole l
    JOIN accounts_role r ON r.organisation_id = l.organisation_id AND r.id = l.role_id
    WHERE l.organisation_id = "me".organisation_id AND l.membership_id = "me".id
)"""
_STANDS_IN: Final = STANDS_IN.format(person='"me"')
_ASK: Final = f"SELECT {STAMP}"
_ALIVE: Final = """(
    SELECT count(*) FROM accounts_refreshfamily f WHERE f.organisation_id = %s AND f.id = %s AND f.revoked_at IS NULL
)"""
_ASK_FAMILY: Final = f"SELECT {STAMP}, {_ALIVE}"

_kept: Final[Kept[UUID, Sequence[Any]]] = Kept(most=5_000)


def active_member(organisation_id: UUID, membership_id: UUID, family_id: UUID | None = None) -> Membership | None:
    """The person with user, organisation, department, designation, the codes of their roles and for whom they stand in, if
    all are active.

    With ``family_id`` only while that family of tokens is not revoked. One statement, and a second one where this process
    has not met the person since the directory was last written to; needs the scope. The instances are the caller's own.
    """
    if family_id is None:
        ((stamp,),) = execute_prepared(_ASK, [organisation_id])
    else:
        ((stamp, alive),) = execute_prepared(_ASK_FAMILY, [organisation_id, organisation_id, family_id])
        if not alive:
            return None
    kept = _kept.of(organisation_id, stamp)
    row = kept.get(membership_id)
    if row is None:
        rows = execute_prepared(_statement(), [organisation_id, membership_id])
        if not rows:
            return None
        row = kept[membership_id] = rows[0]
    return _made(row)


def _made(row: Sequence[Any]) -> Membership:
    found: dict[str, Any] = {}
    first = 0
    for name, model in _PARTS:
        number = len(model._meta.concrete_fields)
        found[name] = _instance(model, row[first : first + number])
        first += number
    member: Membership = found.pop("")
    for name, related in found.items():
        if related is not None:
            setattr(member, name, related)
    codes, standing = row[first], row[first + 1]
    keep_roles(member, json.loads(codes) if isinstance(codes, str) else codes or ())
    keep_stand_ins(member, standing)
    return member


@cache
def _statement() -> str:
    columns = [f'"{name or "me"}"."{field.column}"' for name, model in _PARTS for field in model._meta.concrete_fields]
    return f"SELECT {', '.join(columns)}, {_CODES}, {_STANDS_IN} {_FROM}"


def _instance(model: type[models.Model], values: Sequence[Any]) -> models.Model | None:
    """The row as an instance; None where an outer join found nothing."""
    fields = model._meta.concrete_fields
    if values[fields.index(model._meta.pk)] is None:
        return None
    read = [_python(field, value) for field, value in zip(fields, values, strict=True)]
    return model.from_db("default", [field.attname for field in fields], read)


def _python(field: Any, value: Any) -> Any:
    return field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
