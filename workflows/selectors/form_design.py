"""What the form designer needs from the database besides the draft: facts for prefill, sources, and problems by field."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import connection

from accounts.models import Membership
from forms_builder.design.controls import Scene
from forms_builder.design.facts import facts_with
from forms_builder.schema.source_rows import SOURCE_WORDS, details_of

MOST_NAMES: Final = 100
_NAMES: Final = """
SELECT DISTINCT kept.name FROM accounts_membership m, jsonb_object_keys(m.attributes) AS kept(name)
WHERE m.organisation_id = %s ORDER BY kept.name LIMIT %s
"""


def attribute_names(organisation_id: UUID) -> list[str]:
    """The names of what the organisation keeps of its people besides the columns. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [organisation_id, MOST_NAMES])
        return [row[0] for row in cursor.fetchall()]


def scene_of(actor: Membership, form: Mapping[str, Any]) -> Scene:
    """What the controls of settings may offer."""
    return Scene(
        fields=form.get("fields", ()),
        facts=facts_with(attribute_names(actor.organisation_id)),
        sources=tuple(SOURCE_WORDS.items()),
        details={source: details_of(source) for source in SOURCE_WORDS},
    )


def troubles_of(problems: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The first problem of each field, by its name; `at` are places of the draft."""
    found: dict[str, str] = {}
    for problem in problems:
        parts = str(problem.get("at", "")).split("/")
        if parts[:2] == ["form", "fields"] and len(parts) > 2:
            found.setdefault(parts[2], str(problem["message"]))
    return found
