"""A SurveyJS form (its JSON schema, pages with elements) as a form of ours."""

from collections.abc import Mapping
from typing import Any, Final

from forms_builder.exchange.conditions import NotTaken
from forms_builder.exchange.expressions import condition_of
from forms_builder.exchange.looks import SURVEYJS_LOOKS
from forms_builder.exchange.placing import Node, row, section
from forms_builder.exchange.source import Part
from forms_builder.exchange.surveyjs_questions import QUESTIONS, Made, choice_of, scale_of, text_of
from forms_builder.exchange.writer import Around, Asked, FormImport, RawField, Writer, choices_of, name_of, scoped
from forms_builder.schema.fields import COLUMN_TYPES, MAX_COLUMNS, MAX_ROWS

SILENT: Final = frozenset(("name", "type", "valueName", "clearIfInvisible", "correctAnswer", "validatedValue"))


def read_surveyjs(raw: Mapping[str, Any]) -> FormImport:
    """Raises DocumentError."""
    top, writer = Part(raw, ""), Writer("SurveyJS")
    if _is_translated(raw):
        writer.note("", "Other languages were not taken.", "The words of the survey's own language are used.")
    layout: list[Node] = []
    reader = _Reader(writer)
    for page in top.parts("pages") or [top]:
        title, text = (page.text("title"), page.long_text("description")) if page is not top else ("", "")
        around = reader.around(page, Around()) if page is not top else Around()
        layout.append(section(title, reader.elements(page, around), text))
        if page is not top:
            writer.left_over(page, f"Page “{title or page.code('name')}”"[:200], SILENT, SURVEYJS_LOOKS)
    title, text = top.text("title"), top.long_text("description")
    writer.left_over(top, "The survey", (*SILENT, "pages", "elements", "questions"), SURVEYJS_LOOKS)
    return writer.finish(title, text, layout)


class _Reader:
    """Walks the elements."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def elements(self, part: Part, around: Around, key: str = "") -> list[Node]:
        """The elements of a page or a panel; one that does not begin a new line stands beside the one before."""
        lines: list[list[tuple[list[Node], int | None]]] = []
        keys = [key] if key else ["elements", "questions"]
        for one in [item for name in keys for item in part.parts(name)]:
            begins = one.flag("startWithNewLine", True)
            nodes = self.element(one, around)
            if not nodes:
                continue
            if begins or not lines:
                lines.append([])
            lines[-1].append((nodes, None))
        return [node for line in lines for node in (line[0][0] if len(line) == 1 else [row(line)])]

    def around(self, part: Part, outer: Around) -> Around:
        """What the part says about itself and all in it."""
        conditions, text = outer.conditions, part.code("visibleIf")
        label = part.text("title") or part.code("name")
        if text:
            try:
                conditions = (*conditions, Asked(part.at("visibleIf"), label, condition_of(text)))
            except NotTaken as error:
                self.writer.condition_lost(part.at("visibleIf"), label, str(error))
        hidden = outer.hidden or (not part.flag("visible", True) and not text)
        return scoped(outer, hidden=hidden, read_only=outer.read_only or part.flag("readOnly"), conditions=conditions)

    def element(self, part: Part, outer: Around) -> list[Node]:
        kind, around = part.code("type"), self.around(part, outer)
        label = part.text("title") or part.code("name") or kind
        if kind in ("panel", "flowpanel"):
            text = part.long_text("description")
            nodes = [section(part.text("title"), self.elements(part, around), text)]
        elif kind in _GROUPS:
            nodes = _GROUPS[kind](self, part, around, label)
        else:
            nodes = self.question(part, around, label)
        self.writer.left_over(part, f"“{label}”", SILENT, SURVEYJS_LOOKS)
        return nodes

    def question(self, part: Part, around: Around, label: str) -> list[Node]:
        made = self._made(part, label)
        if made is None:
            return []
        if made.formula:
            around = scoped(around, read_only=True)
        nodes = [self.writer.add(made.field, part, around, key=part.code("name") or label, formula=made.formula)]
        if made.other:
            condition = (*around.conditions, Asked(part.place, label, made.other))
            other = {"type": "text", "label": f"{label[:180]}: which?"}
            inner = scoped(around, conditions=condition)
            nodes.append(self.writer.add(other, part, inner, key=f"{part.code('name')}-Comment"))
        return nodes

    def _made(self, part: Part, label: str) -> Made | None:
        kind = part.code("type")
        maker = QUESTIONS.get(kind)
        if maker is None:
            self.writer.note(part.place, f"“{label}” is of type {kind[:60] or 'nothing'}; it became a text.")
            maker = text_of
        made = maker(self.writer, part, label)
        if made is not None:
            common: RawField = {"label": label, "help": _help(part)}
            if made.field["type"] != "static":
                common["required"] = part.flag("isRequired")
            made.field.update({key: value for key, value in common.items() if key not in made.field})
        return made

    # --- questions that are several fields here ---

    def matrix(self, part: Part, around: Around, label: str) -> list[Node]:
        """One answer per row: a choice for each."""
        entries = choices_of(self.writer, part, "columns", f"“{label}”")
        required = part.flag("isRequired") or part.flag("isAllRowRequired") or part.flag("eachRowRequired")
        key = part.code("name") or label
        children = []
        for line in choices_of(self.writer, part, "rows", f"“{label}”"):
            made: RawField = {"type": "choice", "label": line["label"], "display": "radio", "choices": entries}
            if not entries:
                made = {"type": "text", "label": line["label"]}
            path = f"{key}.{line['value']}"
            children.append(self.writer.add({**made, "required": required}, part, around, key=path))
        self.writer.note(part.place, f"“{label}” became one question for each of its {len(children)} rows.")
        return [section(label, children, _help(part))]

    def texts(self, part: Part, around: Around, label: str) -> list[Node]:
        """Several texts under one title."""
        children = []
        for item in part.parts("items"):
            name = item.code("name")
            made = text_of(self.writer, item, item.text("title") or name)
            made.field |= {"label": item.text("title") or name, "required": item.flag("isRequired")}
            children.append(self.writer.add(made.field, item, around, key=f"{part.code('name')}.{name}"))
            self.writer.left_over(item, f"“{label}”", SILENT, SURVEYJS_LOOKS)
        part.skip("isRequired")
        return [section(label, children, _help(part))]

    def table(self, part: Part, around: Around, label: str) -> list[Node]:
        """Rows that are added, with a cell for each column; panels that are added are rows too."""
        usual = {"choices": part.items("choices"), "cellType": part.code("cellType")}
        columns: list[RawField] = []
        sources = part.parts("columns") or self._flat(part.parts("templateElements"))
        if part.code("type") == "matrixdropdown":
            columns.append(_rows_column(choices_of(self.writer, part, "rows", f"“{label}”")))
            self.writer.note(part.place, f"“{label}” has fixed rows; here people add rows and say which one each is.")
        for one in sources:
            self._column(one, usual, columns, label)
        if len(columns) > MAX_COLUMNS:
            self.writer.note(part.place, f"“{label}”: only the first {MAX_COLUMNS} columns were taken.")
        if not columns:
            self.writer.note(part.place, f"“{label}” has no columns that could be taken; it was left out.")
            return []
        made: RawField = {"type": "table", "label": label, "help": _help(part), "columns": columns[:MAX_COLUMNS]}
        made["required"] = part.flag("isRequired")
        for low, high in (("minRowCount", "maxRowCount"), ("minPanelCount", "maxPanelCount")):
            made |= {"min_rows": part.whole(low)} if part.whole(low) else {}
            made |= {"max_rows": min(part.whole(high) or MAX_ROWS, MAX_ROWS)} if part.get(high) else {}
        part.skip("rowCount", "panelCount", "allowAddRows", "allowRemoveRows", "horizontalScroll")
        return [self.writer.add(made, part, around, key=part.code("name") or label)]

    def _flat(self, parts: list[Part]) -> list[Part]:
        return [
            inner for one in parts for inner in (self._flat(one.parts("elements")) if "elements" in one.raw else [one])
        ]

    def _column(self, one: Part, usual: Mapping[str, Any], columns: list[RawField], label: str) -> None:
        kind = (one.code("cellType") or one.code("type")).removeprefix("default") or usual["cellType"] or "dropdown"
        cell = Part({**one.raw, "type": kind}, one.place)
        if not cell.items("choices") and usual["choices"]:
            cell = Part({**cell.raw, "choices": usual["choices"]}, one.place)
        title = cell.text("title") or cell.code("name") or "Column"
        if kind in _GROUPS or kind in ("file", "html", "image", "panel", "expression", "signaturepad"):
            self.writer.note(one.place, f"“{label}”: the column “{title}” is of type {kind}; it was not taken.")
            return
        made = scale_of(self.writer, cell, title) if kind == "rating" else self._made(cell, title)
        if made is not None and made.field["type"] in COLUMN_TYPES:
            taken = {column["name"] for column in columns}
            name = name_of(cell.code("name") or title)
            name = next(found for found in (name, *(f"{name}_{row}" for row in range(2, 999))) if found not in taken)
            field = {
                key: value for key, value in made.field.items() if value not in (None, "", ()) and key != "prefill"
            }
            columns.append({**field, "name": name})
            if made.other:
                self.writer.note(one.place, f"“{label}”, “{title}”: the words for another answer were not taken.")
        cell.skip("cellType", "choices")
        self.writer.left_over(cell, f"“{label}”, “{title}”", SILENT, SURVEYJS_LOOKS)

    def nothing(self, part: Part, around: Around, label: str) -> list[Node]:
        """What has no counterpart here."""
        part.skip(*part.raw)
        self.writer.note(
            part.place, f"“{label}” ({part.code('type')}) was not taken.", _INSTEAD.get(part.code("type"), "")
        )
        return []


def _is_translated(value: Any) -> bool:
    """Whether any text is there in several languages."""
    if isinstance(value, Mapping):
        several = isinstance(value.get("default"), str) and sum(isinstance(one, str) for one in value.values()) > 1
        return several or any(_is_translated(one) for one in value.values())
    return isinstance(value, list) and any(_is_translated(one) for one in value)


def _help(part: Part) -> str:
    return part.long_text("description")


def _rows_column(entries: list[dict[str, str]]) -> RawField:
    made = choice_of("Row", entries) if entries else {"type": "text", "label": "Row"}
    return {**made, "name": "row"}


_GROUPS: Final = {
    "matrix": _Reader.matrix,
    "multipletext": _Reader.texts,
    "matrixdynamic": _Reader.table,
    "matrixdropdown": _Reader.table,
    "paneldynamic": _Reader.table,
    "image": _Reader.nothing,
}
_INSTEAD: Final = {
    "image": "Describe in a text what the picture shows.",
}
