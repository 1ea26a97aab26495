"""What a filter on choices from the database may speak about: the attributes of one row, per source."""

from collections.abc import Mapping
from typing import Final

from forms_builder.rules import FieldSpec, FieldType, RuleContext
from forms_builder.schema.fields import SourceName

ROOT: Final = "candidate"
"""A filter is a rule of kind "assignee": it chooses among rows of the organisation, `candidate` being the row."""

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
        FieldSpec(f"{ROOT}.name", "Name", FieldType.TEXT),
        FieldSpec(f"{ROOT}.email", "E-mail", FieldType.TEXT),
        FieldSpec(f"{ROOT}.department", "Department", FieldType.TEXT),
        FieldSpec(f"{ROOT}.designation", "Designation", FieldType.TEXT),
        FieldSpec(f"{ROOT}.level", "Level of the designation", FieldType.NUMBER),
        FieldSpec(f"{ROOT}.city", "City", FieldType.TEXT),
        FieldSpec(f"{ROOT}.country", "Country", FieldType.TEXT),
    ),
}


def row_context(source: SourceName) -> RuleContext:
    """The rule context of a filter on this source."""
    return RuleContext("assignee", ROW_FIELDS[source])
