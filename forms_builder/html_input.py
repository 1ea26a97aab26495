"""From the names and texts of an HTML form to the raw values that REST sends as JSON.

Names: a field is posted under its own name. Parts are joined with a hyphen, which no field name contains:
`period-from`, `total-currency`, `lines-0-amount`. A field called like a control of the page around the form (the action
bar's `transition`, `assignee`, `comment` ...) is posted as `f-<name>`; over REST the answers are an object of their own
and need no such care.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from forms_builder.schema import fields as f
from forms_builder.schema.component import component_of

PAGE_CONTROLS: Final = frozenset(
    {
        "assignee",
        "comment",
        "csrfmiddlewaretoken",
        "idempotency_key",
        "next",
        "redraw",
        "shown",
        "transition",
        "version",
    }
    | {"action", "append", "closest", "contains", "elements", "matches", "method", "prepend", "submit"}
)
"""Names that the pages around a form use for their own controls; and those that scripts ask a form for, where a control with the
name would stand in the way (HTML, `LegacyOverrideBuiltIns`)."""
REDRAW: Final = "redraw"
_ROW: Final = re.compile(r"-(\d{1,4})-")

Posted = Mapping[str, Any]


def html_name(name: str) -> str:
    """The name under which a field is posted."""
    return f"f-{name}" if name in PAGE_CONTROLS else name


def raw_value(field: f.FieldBase, posted: Posted, name: str) -> Any:
    """The raw value posted under `name`, in the shape `schema.clean` reads. What is missing is an empty answer."""
    if isinstance(field, f.TableField):
        return _rows(field, posted, name)
    return component_of(field).posted(field, posted, name)


def posted_names(posted: Posted, fields: Mapping[str, f.FieldBase]) -> set[str]:
    """Names of the form's fields for which something was posted, whether they may be answered or not."""
    found = set()
    for key in posted:
        head = key.removeprefix("f-").partition("-")[0]
        if head in fields and key.startswith(html_name(head)):
            found.add(head)
    return found


def _rows(field: f.TableField, posted: Posted, name: str) -> list[dict[str, Any]]:
    """Rows in the order of their numbers; a row ticked for removal is left out."""
    numbers = set()
    for key in posted:
        if key.startswith(f"{name}-") and (match := _ROW.match(key, len(name))):
            numbers.add(int(match.group(1)))
    return [
        {column.name: raw_value(column, posted, f"{name}-{number}-{column.name}") for column in field.columns}
        for number in sorted(numbers)
        if not posted.get(f"{name}-{number}-remove")
    ]
