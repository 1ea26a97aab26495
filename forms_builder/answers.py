"""The fields of a form at a step as JSON-ready data: the API's answer, and what others show of a run.

Both obey the contract of field and step: what is hidden does not appear, not even by name.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from forms_builder.field_views import kind_of
from forms_builder.schema import fields as f
from forms_builder.schema.component import component_of
from forms_builder.schema.display import NOTHING, Labels, display, with_names
from forms_builder.schema.document import FormDocument
from forms_builder.schema.parts import Access
from forms_builder.schema.plan import StepPlan
from forms_builder.schema.sources import Sources

_LIMITS: Final = (
    "min", "max", "min_length", "max_length", "decimals", "unit", "currencies", "max_days", "min_items", "max_items",
    "max_files", "max_megabytes", "extensions", "min_rows", "max_rows",
)  # fmt: skip


def serialize_fields(
    document: FormDocument,
    step: str,
    values: Mapping[str, Any],
    *,
    sources: Sources,
    labels: Labels | None = None,
) -> list[dict[str, Any]]:
    """The fields of a step for the person who acts there, in document order.

    Read-only fields whose condition does not hold are left out; writable ones stay, with `visible` false.
    """
    return _serialize(document.plan(step), values, sources, labels)


def readable_fields(
    document: FormDocument,
    steps: Iterable[str],
    values: Mapping[str, Any],
    *,
    sources: Sources,
    labels: Labels | None = None,
) -> list[dict[str, Any]]:
    """What somebody may read who acts, or acted, at these steps: for requesters, watchers, mails, exports, search.

    Read-only throughout, in document order; fields without a value are kept, with an empty display. A requester's steps
    are those at which the requester acts, so that what a later step may see stays unseen.
    """
    return _serialize(document.reading_plan(steps), values, sources, labels)


def _serialize(
    plan: StepPlan, values: Mapping[str, Any], sources: Sources, labels: Labels | None
) -> list[dict[str, Any]]:
    known = with_names(plan.shown, values, labels, sources)
    shown = {field.name: values.get(field.name, field.default) for field in plan.logic.fields}
    settled, invisible = plan.logic.settle(shown, sources.environment)
    shown |= {name: settled[name] for name in plan.logic.derived if name not in values}
    names = {field.name for field in plan.shown}
    found = []
    for field in plan.shown:
        condition = plan.logic.conditional.get(field.name)
        told = condition is not None and condition.reads <= names
        writable = field.name in plan.writable_names
        if field.name in invisible and not (writable and told):
            continue
        entry = _entry(field, plan.access[field.name], shown[field.name], known)
        entry["visible"] = field.name not in invisible
        if condition is not None and told and writable:
            entry["visible_when"] = dict(condition.raw)
        if writable:
            entry |= _choices(field, sources)
        found.append(entry)
    return found


def _entry(field: f.FieldBase, access: Access, value: Any, labels: Labels) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": field.name,
        "label": field.label,
        "help": field.help,
        "type": getattr(field, "type", ""),
        "access": access.value,
        "required": access is Access.REQUIRED,
    }
    if isinstance(field, f.StaticField):
        return entry | {"text": field.text}
    text = display(field, value, labels)
    entry |= {"value": value, "display": "" if text == NOTHING else text}
    if isinstance(field, f.TableField):
        entry["columns"] = [_column(column) for column in field.columns]
        entry["rows"] = [
            {
                column.name: display(column, row.get(column.name), labels, f"{field.name}.{column.name}")
                for column in field.columns
            }
            for row in (value if isinstance(value, list) else ())
        ]
    elif isinstance(value, list) or kind_of(field) == "select":
        items = value if isinstance(value, list) else [value]
        entry["labels"] = {item: display(field, item, labels) for item in items if isinstance(item, str)}
    return entry | _limits(field) | dict(component_of(field).described(field, value))


def _column(column: f.FieldBase) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": column.name,
        "label": column.label,
        "help": column.help,
        "type": getattr(column, "type", ""),
        "required": column.required,
    }
    if fixed := getattr(column, "fixed", ()):
        entry["choices"] = [{"value": choice.value, "label": choice.label} for choice in fixed]
    return entry | _limits(column)


def _limits(field: f.FieldBase) -> dict[str, Any]:
    known = {*_LIMITS, *component_of(field).limits}
    dumped = field.model_dump(mode="json", include=known, exclude_defaults=True)
    return {"limits": dumped} if dumped else {}


def _choices(field: f.FieldBase, sources: Sources) -> dict[str, Any]:
    source = getattr(field, "source", None)
    if source is not None:
        return {"choices": [{"value": option.value, "label": option.label} for option in sources.options(source)]}
    if isinstance(field, f.ChoiceField | f.MultiChoiceField):
        return {"choices": [{"value": choice.value, "label": choice.label} for choice in field.fixed]}
    return {}
