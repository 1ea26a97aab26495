"""What rules may ask about a person, wherever they ask: in a form about who acts, in a workflow about everybody around.

Departments, designations and roles are compared by code and name, not by id, so that a shipped definition means the same
in every organisation.
"""

from collections.abc import Mapping
from typing import Final

from forms_builder.rules import FieldSpec, FieldType

PERSON: Final[Mapping[str, tuple[str, FieldType]]] = {
    "id": ("", FieldType.USER),
    "name": ("name", FieldType.TEXT),
    "email": ("e-mail", FieldType.TEXT),
    "manager": ("manager", FieldType.USER),
    "department": ("department code", FieldType.TEXT),
    "designation": ("designation", FieldType.TEXT),
    "level": ("designation level", FieldType.NUMBER),
    "city": ("city", FieldType.TEXT),
    "state": ("state", FieldType.TEXT),
    "country": ("country", FieldType.TEXT),
    "roles": ("roles", FieldType.MULTI_CHOICE),
}
"""Attributes of a person: id and manager are membership ids as text, roles is the list of role names."""


def person(root: str, label: str) -> list[FieldSpec]:
    """The attributes of a person as catalogue fields."""
    return [
        FieldSpec(f"{root}.{name}", f"{label}'s {words}" if words else label, kind)
        for name, (words, kind) in PERSON.items()
    ]
