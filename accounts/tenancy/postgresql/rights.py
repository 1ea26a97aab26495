"""What is append-only is so by right: nobody but the owner of the tables may be able to change or remove such rows.

A trigger alone can be told to look away, with a setting (``pgtrigger.ignore``) that every role may set. Which tables are
meant, the models say: those whose ``pgtrigger.Protect`` refuses every update, every deletion or both, whatever is in the row.
The rights come with every new table (``deploy/grants.sql``) and may come back with a restored one, so each ``migrate`` takes
them away.
"""

from typing import Any, Final, NamedTuple

import pgtrigger
from django.apps import apps
from django.db import connections

RIGHTS: Final = frozenset({"UPDATE", "DELETE"})
_GRANTED: Final = """
SELECT c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.privilege_type
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s) AND a.grantee <> c.relowner
ORDER BY 1, 2, 3
"""


class Excess(NamedTuple):
    """A right on a table that a role has and must not have; the role is quoted where it must be."""

    table: str
    role: str
    right: str


def append_only_tables() -> dict[str, frozenset[str]]:
    """The rights that nobody needs, by table."""
    found: dict[str, frozenset[str]] = {}
    for model in apps.get_models():
        for trigger in getattr(model._meta, "triggers", ()):
            if isinstance(trigger, pgtrigger.Protect) and trigger.condition is None:
                refused = RIGHTS.intersection(str(trigger.operation).split(" OR "))
                found[model._meta.db_table] = found.get(model._meta.db_table, frozenset()) | refused
    return found


def excess_rights(using: str) -> list[Excess]:
    """What others than the owner may do to append-only tables."""
    tables = append_only_tables()
    with connections[using].cursor() as cursor:
        cursor.execute(_GRANTED, [list(tables)])
        granted = [Excess(*row) for row in cursor.fetchall()]
    return [each for each in granted if each.right in tables[each.table]]


def take_away_excess(*, using: str, **_: Any) -> None:
    """Called after each ``migrate``, as the owner of the tables."""
    connection = connections[using]
    for table, role, right in excess_rights(using):
        with connection.cursor() as cursor:
            cursor.execute(f"REVOKE {right} ON {connection.ops.quote_name(table)} FROM {role}")
