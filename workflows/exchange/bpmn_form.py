"""The form of a BPMN process: the fields that its steps declare, and conditions over them as rules."""

import re
from collections.abc import Mapping
from typing import Any, Final

from forms_builder.schema.document import FormDocument
from workflows.exchange.bpmn_xml import FormField, Process

TYPES: Final[Mapping[str, str]] = {
    "string": "text", "text": "long_text", "long": "number", "integer": "number", "int": "number", "double": "number",
    "float": "number", "number": "number", "boolean": "checkbox", "date": "date", "enum": "choice",
}  # fmt: skip
CONDITION: Final = re.compile(
    r"[$#]\{\s*(?P<not>!)?\s*(?P<name>[A-Za-z_]\w{0,59})\s*(?:(?P<op>==|!=|>=|<=|>|<)\s*(?P<value>[^{}&|]{1,200}?))?\s*\}"
)
LABEL: Final = 200
OPERATORS: Final = {"==": "eq", "!=": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}


def form_of(process: Process, keys: Mapping[str, str], report: list[str], start: str) -> FormDocument:
    """Each field is written at the steps that declare it and read at the others. A process without fields gets one to say
    what is wanted."""
    found: dict[str, dict[str, Any]] = {}
    for node in process.nodes.values():
        if node.id not in keys:
            continue
        for one in node.fields:
            name = field_name(one.name)
            if name not in found:
                found[name] = _field(one, name, report)
            found[name]["access"][keys[node.id]] = "required" if node.id == start else "write"
    if not found:
        report.append("The process declares no form; one field to say what is wanted was added.")
        found["request"] = {
            "name": "request", "type": "long_text", "label": "What is it about?", "default_access": "read",
            "access": {keys[start]: "required"},
        }  # fmt: skip
    return FormDocument.load({"schema_version": 1, "title": process.name[:200], "fields": list(found.values())})


def _field(one: FormField, name: str, report: list[str]) -> dict[str, Any]:
    kind = TYPES.get(one.type.lower())
    if kind is None or (kind == "choice" and not one.choices):
        report.append(f"The field “{one.label or one.name}” is of type {one.type or 'nothing'}; it became a text.")
        kind = "text"
    made: dict[str, Any] = {
        "name": name,
        "type": kind,
        "label": (one.label or one.name or name)[:LABEL],
        "default_access": "read",
        "access": {},
    }
    if kind == "choice":
        made["choices"] = [
            {"value": value, "label": label[:LABEL]} for value, label in dict(one.choices).items() if value
        ]
    if kind == "number" and one.type.lower() in ("double", "float", "number"):
        made["decimals"] = 2
    return made


def field_name(raw: str) -> str:
    """A name as the form takes one: camelCase becomes snake_case."""
    name = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", raw).lower()
    name = re.sub(r"[^a-z0-9_]+", "_", name).strip("_")[:60]
    return name if name[:1].isalpha() else f"field_{name}"[:60]


def rule_of(condition: str, form: FormDocument) -> dict[str, Any] | None:
    """`${amount > 1000}`, `${approved}` and their like as a rule over the form; None for what is not understood."""
    match = CONDITION.fullmatch(condition.strip())
    field = form.by_name.get(field_name(match["name"])) if match else None
    if match is None or field is None:
        return None
    kind, path = getattr(field, "type", ""), f"record.{field.name}"
    if match["op"] is None:
        return {"field": path, "op": "eq", "value": not match["not"]} if kind == "checkbox" else None
    value = _value(match["value"].strip(), kind)
    if value is None or match["not"] or (kind != "number" and match["op"] not in ("==", "!=")):
        return None
    return {"field": path, "op": OPERATORS[match["op"]], "value": value}


def _value(text: str, kind: str) -> Any:
    if kind == "number":
        if re.fullmatch(r"-?\d{1,15}", text):
            return int(text)
        return text if re.fullmatch(r"-?\d{1,15}\.\d{1,4}", text) else None
    if kind == "checkbox":
        return {"true": True, "false": False}.get(text.lower())
    quoted = re.fullmatch(r"'([^']*)'|\"([^\"]*)\"", text)
    return (quoted[1] or quoted[2] or "") if quoted and kind in ("text", "long_text", "choice") else None
