"""A Form.io form (its JSON definition with components) as a form of ours."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from forms_builder.exchange.conditions import Condition, Group, Negation, NotTaken, Operator, Test
from forms_builder.exchange.formio_components import COMPONENTS, choice_entries, static_of, text_of
from forms_builder.exchange.formulas import Formula, of_formio
from forms_builder.exchange.looks import FORMIO_CHECKS, FORMIO_LOOKS, FORMIO_SILENT, FORMIO_TOP
from forms_builder.exchange.placing import Node, row, section
from forms_builder.exchange.source import Part
from forms_builder.exchange.writer import Around, Asked, FormImport, RawField, Writer, name_of, scoped
from forms_builder.schema.fields import COLUMN_TYPES, MAX_COLUMNS, MAX_ROWS

_OPERATORS: Final[Mapping[str, Operator]] = {
    "isEqual": "eq", "isNotEqual": "ne", "isEmpty": "empty", "isNotEmpty": "filled", "includes": "contains",
    "notIncludes": "not_contains", "greaterThan": "gt", "greaterThanOrEqual": "gte", "lessThan": "lt",
    "lessThanOrEqual": "lte", "isDateEqual": "eq", "isNotDateEqual": "ne", "dateGreaterThan": "gt",
    "dateGreaterThanOrEqual": "gte", "dateLessThan": "lt", "dateLessThanOrEqual": "lte",
}  # fmt: skip
_BUTTONS: Final = frozenset(("submit", "reset", "saveState", ""))


def read_formio(raw: Mapping[str, Any]) -> FormImport:
    """Raises DocumentError."""
    top, writer = Part(raw, ""), Writer("Form.io")
    layout = _Reader(writer).components(top, Around())
    title = top.text("title") or top.text("name")
    writer.left_over(top, "The form", FORMIO_TOP, ())
    return writer.finish(title, "", layout)


class _Reader:
    """Walks the components."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def components(self, part: Part, around: Around) -> list[Node]:
        return [node for one in part.parts("components") for node in self.component(one, around)]

    def component(self, part: Part, outer: Around) -> list[Node]:
        kind, around = part.code("type"), self.around(part, outer)
        label = part.text("label") or part.text("title") or part.code("key") or kind
        group = _GROUPS.get(kind)
        if group is not None:
            nodes = group(self, part, around, label)
        elif kind in _NOTHING:
            return self.nothing(part, label)
        else:
            nodes = self.question(part, around, label)
        self.tell_left(part, label)
        return nodes

    def tell_left(self, part: Part, label: str) -> None:
        """What nobody asked for, of the component and of its checks."""
        checks = part.part("validate")
        self.writer.left_over(part, f"“{label}”", (*FORMIO_SILENT, "validate"), FORMIO_LOOKS)
        part.seen.add("validate")
        checks.seen |= FORMIO_CHECKS
        self.writer.left_over(checks, f"“{label}”", FORMIO_SILENT, FORMIO_LOOKS)

    def around(self, part: Part, outer: Around) -> Around:
        """What the component says about itself and all in it."""
        conditions, simple = outer.conditions, part.part("conditional")
        label = part.text("label") or part.text("title") or part.code("key")
        if part.code("customConditional"):
            text = part.code("customConditional")[:200]
            self.writer.condition_lost(part.at("customConditional"), label, f"it is a program: {text}")
        try:
            found = condition_of(simple)
            conditions = (*conditions, Asked(simple.place, label, found)) if found else conditions
        except NotTaken as error:
            self.writer.condition_lost(simple.place, label, str(error))
        hidden = outer.hidden or part.flag("hidden") or part.code("type") == "hidden"
        return scoped(outer, hidden=hidden, read_only=outer.read_only or part.flag("disabled"), conditions=conditions)

    def question(self, part: Part, around: Around, label: str) -> list[Node]:
        made = self._made(part, label)
        if made is None:
            return []
        formula = self._formula(part, made, label)
        if formula is not None:
            made = {"label": made["label"], "help": made["help"], **_RESULTS[made["type"]](made)}
            around = scoped(around, read_only=True)
        return [self.writer.add(made, part, around, key=part.code("key") or label, formula=formula)]

    def _formula(self, part: Part, made: RawField, label: str) -> Formula | None:
        """What the value is calculated by, where that is no program but a formula."""
        text = of_formio(str(part.raw.get("calculateValue") or ""))
        if not text or made["type"] not in _RESULTS:
            return None
        part.skip("calculateValue", "allowCalculateOverride")
        return Formula(part.at("calculateValue"), label, text)

    def _made(self, part: Part, label: str) -> RawField | None:
        kind = part.code("type")
        maker = COMPONENTS.get(kind)
        if maker is None:
            self.writer.note(part.place, f"“{label}” is of type {kind[:60] or 'nothing'}; it became a text.")
            maker = text_of
        made = maker(self.writer, part, label)
        if made is None:
            return None
        made = {"label": label, "help": part.long_text("description") or part.long_text("tooltip"), **made}
        part.skip("tooltip")
        return made if made["type"] == "static" else {**made, "required": part.part("validate").flag("required")}

    # --- components that hold others ---

    def panel(self, part: Part, around: Around, label: str) -> list[Node]:
        title = part.text("title") or part.text("legend")
        title = title or (part.text("label") if part.code("type") == "container" else "")
        inner = scoped(around, path=f"{around.path}{part.code('key')}.") if part.code("type") == "container" else around
        part.skip("label")
        return [section(title, self.components(part, inner), part.long_text("tooltip"))]

    def columns(self, part: Part, around: Around, label: str) -> list[Node]:
        found = []
        for one in part.parts("columns"):
            width = one.whole("width")
            found.append((self.components(one, around), width if width and 1 <= width <= 12 else None))
        return [row(found)] if found else []

    def tabs(self, part: Part, around: Around, label: str) -> list[Node]:
        return [section(one.text("label"), self.components(one, around)) for one in part.parts("components")]

    def table(self, part: Part, around: Around, label: str) -> list[Node]:
        """A table that only arranges: rows of cells with components."""
        part.skip("numRows", "numCols", "header", "label")
        lines = part.items("rows")
        cells = [
            [Part(cell, f"{part.at('rows')}.{y}.{x}") for x, cell in enumerate(line) if isinstance(cell, Mapping)]
            for y, line in enumerate(lines)
            if isinstance(line, list)
        ]
        return [row([(self.components(cell, around), None) for cell in line]) for line in cells if line]

    def grid(self, part: Part, around: Around, label: str) -> list[Node]:
        """Rows that are added."""
        columns: list[RawField] = []
        for one in self._cells(part.parts("components")):
            self._column(one, columns, label)
        if len(columns) > MAX_COLUMNS:
            self.writer.note(part.place, f"“{label}”: only the first {MAX_COLUMNS} columns were taken.")
        if not columns:
            self.writer.note(part.place, f"“{label}” has no columns that could be taken; it was left out.")
            return []
        checks = part.part("validate")
        made: RawField = {"type": "table", "label": label, "help": part.long_text("description")}
        made |= {"columns": columns[:MAX_COLUMNS], "required": checks.flag("required")}
        low, high = checks.whole("minLength"), checks.whole("maxLength")
        made |= {"min_rows": low} if low else {}
        made |= {"max_rows": min(high, MAX_ROWS)} if high and high > 0 else {}
        part.skip("initEmpty", "defaultValue", "tooltip", "templates", "addAnother", "saveRow", "removeRow")
        return [self.writer.add(made, part, around, key=part.code("key") or label)]

    def _cells(self, parts: list[Part]) -> list[Part]:
        """The questions of a row, out of what only arranges them."""
        found: list[Part] = []
        for one in parts:
            kind = one.code("type")
            if kind == "columns":
                found += self._cells([inner for column in one.parts("columns") for inner in column.parts("components")])
            elif kind in ("panel", "fieldset", "well", "container"):
                found += self._cells(one.parts("components"))
            else:
                found.append(one)
        return found

    def _column(self, one: Part, columns: list[RawField], label: str) -> None:
        kind, title = one.code("type"), one.text("label") or one.code("key") or "Column"
        if kind == "button":
            return
        made = None if kind in _GROUPS or kind in _NOTHING else self._made(one, title)
        if made is None or made["type"] not in COLUMN_TYPES:
            self.writer.note(one.place, f"“{label}”: the column “{title}” is of type {kind}; it was not taken.")
            return
        around = self.around(one, Around())
        if around.conditions or around.hidden or around.read_only:
            said = "a column is shown and filled in with its table"
            self.writer.note(one.place, f"“{label}”, “{title}”: when it is shown was not taken; {said}.")
        taken = {column["name"] for column in columns}
        name = name_of(one.code("key") or title)
        name = next(found for found in (name, *(f"{name}_{number}" for number in range(2, 999))) if found not in taken)
        field = {key: value for key, value in made.items() if value not in (None, "", ()) and key != "prefill"}
        columns.append({**field, "name": name})
        self.tell_left(one, f"{label}”, “{title}"[:200])

    def survey(self, part: Part, around: Around, label: str) -> list[Node]:
        """One answer per question: a choice for each."""
        entries = choice_entries(self.writer, part, "values", label)
        required, key = part.part("validate").flag("required"), part.code("key") or label
        children = []
        for line in choice_entries(self.writer, part, "questions", label):
            made: RawField = {"type": "choice", "label": line["label"], "display": "radio", "choices": entries}
            made = made if entries else {"type": "text", "label": line["label"]}
            path = f"{key}.{line['value']}"
            children.append(self.writer.add({**made, "required": required}, part, around, key=path))
        self.writer.note(part.place, f"“{label}” became one question for each of its {len(children)} rows.")
        return [section(label, children, part.long_text("description"))]

    def pairs(self, part: Part, around: Around, label: str) -> list[Node]:
        """Keys with their values."""
        columns: list[RawField] = [
            {"name": "key", "type": "text", "label": part.text("keyLabel") or "Key"},
            {"name": "value", "type": "text", "label": part.part("valueComponent").text("label") or "Value"},
        ]
        self.writer.note(part.place, f"“{label}” became a table of keys and values.")
        made: RawField = {"type": "table", "label": label, "columns": columns}
        return [self.writer.add(made, part, around, key=part.code("key") or label)]

    def content(self, part: Part, around: Around, label: str) -> list[Node]:
        made = static_of(part)
        part.skip(*part.raw)
        return [self.writer.add(made, part, around, key=part.code("key") or "text")] if made else []

    def nothing(self, part: Part, label: str) -> list[Node]:
        """What has no counterpart here; buttons that send the form have one on every page."""
        if part.code("type") == "button" and part.code("action") in _BUTTONS:
            return []
        hint = _NOTHING[part.code("type")]
        self.writer.note(part.place, f"“{label}” ({part.code('type')}) was not taken.", hint)
        return []


def condition_of(part: Part) -> Condition | None:
    """A simple condition, of the old kind or the new one. Raises NotTaken."""
    shown = part.flag("show", True)
    if part.code("when"):
        asked: Condition = Test(part.code("when"), "eq", part.get("eq"))
        return asked if shown else Negation(asked)
    tests = [_test(one) for one in part.parts("conditions") if one.code("component")]
    if not tests:
        return None
    asked = tests[0] if len(tests) == 1 else Group("any" if part.code("conjunction") == "any" else "all", tuple(tests))
    return asked if shown else Negation(asked)


def _test(part: Part) -> Test:
    op = _OPERATORS.get(part.code("operator") or "isEqual")
    if op is None:
        raise NotTaken(f"“{part.code('operator')[:60]}” is not known here")
    return Test(part.code("component"), op, part.get("value"))


_RESULTS: Final[Mapping[str, Callable[[RawField], RawField]]] = {
    "number": lambda made: {"type": "computed", "result": "number", "decimals": made.get("decimals", 2)},
    "money": lambda made: {"type": "computed", "result": "money", "currency": made["currencies"][0]},
    "text": lambda made: {"type": "computed", "result": "text"},
}
_GROUPS: Final[Mapping[str, Callable[[_Reader, Part, Around, str], list[Node]]]] = {
    **dict.fromkeys(("panel", "fieldset", "well", "container", "form"), _Reader.panel),
    **dict.fromkeys(("datagrid", "editgrid", "dynamicWizard"), _Reader.grid),
    **dict.fromkeys(("content", "htmlelement"), _Reader.content),
    "columns": _Reader.columns,
    "tabs": _Reader.tabs,
    "table": _Reader.table,
    "survey": _Reader.survey,
    "datamap": _Reader.pairs,
}
_NOTHING: Final[Mapping[str, str]] = {
    "button": "What it does is an own program there; use an automatic step.",
    "recaptcha": "People are signed in here.",
    "captcha": "People are signed in here.",
    "resource": "Choose a source of the organisation for a list.",
    "tree": "Use a table.",
    "reviewpage": "",
    "custom": "",
    "unknown": "",
}
