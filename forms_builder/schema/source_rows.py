"""What choices from the database may show and what a filter on them may speak about: the attributes of one row, per source,
and of whoever fills in the form. What does not stand here cannot be read by any form.
"""

from collections.abc import Mapping
from typing import Final

from forms_builder.rules import FieldSpec, FieldType, RuleContext
from forms_builder.schema.fields import SourceName

ROOT: Final = "candidate"
"""A filter is a rule of kind "assignee": it chooses among rows of the organisation, `candidate` being the row."""
ACTOR: Final = "actor"
"""Whoever fills in the form, with the attributes of a row of people."""
SOURCE_WORDS: Final[Mapping[SourceName, str]] = {
    "departments": "Departments",
    "designations": "Designations",
    "places": "Places",
    "people": "People",
}

ROW_FIELDS: Final[Mapping[SourceName, tuple[FieldSpec, ...]]] = {
    "departments": (
        FieldSpec(f"{ROOT}.name", "Name", FieldType.TEXT),
        FieldSpec(f"{ROOT}.code", "Code", FieldType.TEXT),
    ),
    "designations": (
        FieldSpec(f"{ROOT}.name", "Name", FieldType.TEXT),
        FieldSpec(f"{ROOT}.level", "Level", FieldType.NUMBER),
    ),
    "places": (
        FieldSpec(f"{ROOT}.city", "City", FieldType.TEXT),
        FieldSpec(f"{ROOT}.state", "State", FieldType.TEXT),
        FieldSpec(f"{ROOT}.country", "Country", FieldType.TEXT),
    ),
    "people": (
        FieldSpec(f"{ROOT}.id", "Person", FieldType.USER),
        FieldSpec(f"{ROOT}.name", "Name", FieldType.TEXT),
        FieldSpec(f"{ROOT}.email", "E-mail", FieldType.TEXT),
        FieldSpec(f"{ROOT}.manager", "Manager", FieldType.USER),
        FieldSpec(f"{ROOT}.department", "Department", FieldType.TEXT),
        FieldSpec(f"{ROOT}.designation", "Designation", FieldType.TEXT),
        FieldSpec(f"{ROOT}.level", "Level of the designation", FieldType.NUMBER),
        FieldSpec(f"{ROOT}.city", "City", FieldType.TEXT),
        FieldSpec(f"{ROOT}.country", "Country", FieldType.TEXT),
    ),
}


_ACTOR_FIELDS: Final = tuple(
    FieldSpec(f"{ACTOR}.{spec.id.partition('.')[2]}", f"{spec.label} of who fills it in", spec.type)
    for spec in ROW_FIELDS["people"]
)


def row_context(source: SourceName) -> RuleContext:
    """The rule context of a filter on this source."""
    return RuleContext("assignee", (*ROW_FIELDS[source], *_ACTOR_FIELDS))


def details_of(source: SourceName) -> tuple[tuple[str, str], ...]:
    """What may stand behind the name of an entry, to tell entries of one name apart: (attribute, words)."""
    texts = (spec for spec in ROW_FIELDS[source] if spec.type in (FieldType.TEXT, FieldType.NUMBER))
    named = ((spec.id.partition(".")[2], spec.label) for spec in texts)
    return tuple((name, label) for name, label in named if name != "name")
