"""The read that every request of a signed-in person begins with: one statement whose plan the server keeps.

As a query of the ORM it took longer than all the rest of a decision: its text is made anew each time, and planned anew.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db import connection, models

from accounts.models import Department, Designation, Membership, Organisation, User
from accounts.policies import keep_roles
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
_FAMILY: Final = """
AND EXISTS (
    SELECT 1 FROM accounts_refreshfamily f
    WHERE f.organisation_id = "me".organisation_id AND f.id = %s AND f.revoked_at IS NULL
)"""


def active_member(organisation_id: UUID, membership_id: UUID, family_id: UUID | None = None) -> Membership | None:
    """The person with user, organisation, department, designation and the codes of their roles, if all are active.

    With ``family_id`` only while that family of tokens is not revoked. One statement; needs the scope.
    """
    params: list[Any] = [organisation_id, membership_id]
    if family_id is not None:
        params.append(family_id)
    rows = execute_prepared(_statement(with_family=family_id is not None), params)
    if not rows:
        return None
    values = list(rows[0])
    keep: Any = values.pop()
    found: dict[str, Any] = {}
    for name, model in _PARTS:
        fields = model._meta.concrete_fields
        found[name] = _instance(model, values[: len(fields)])
        del values[: len(fields)]
    member: Membership = found.pop("")
    for name, related in found.items():
        if related is not None:
            setattr(member, name, related)
    keep_roles(member, json.loads(keep) if isinstance(keep, str) else keep or ())
    return member


@cache
def _statement(*, with_family: bool) -> str:
    columns = [f'"{name or "me"}"."{field.column}"' for name, model in _PARTS for field in model._meta.concrete_fields]
    return f"SELECT {', '.join(columns)}, {_CODES} {_FROM} {_FAMILY if with_family else ''}"


def _instance(model: type[models.Model], values: Sequence[Any]) -> models.Model | None:
    """The row as an instance; None where an outer join found nothing."""
    fields = model._meta.concrete_fields
    if values[fields.index(model._meta.pk)] is None:
        return None
    read = [_python(field, value) for field, value in zip(fields, values, strict=True)]
    return model.from_db("default", [field.attname for field in fields], read)


def _python(field: Any, value: Any) -> Any:
    return field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
