"""What a form becomes: fields with names of their own, a layout, conditions, and the notes of what was not taken."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from forms_builder import formulas
from forms_builder.exchange.conditions import Condition, NotTaken, Rule, both, rule_of
from forms_builder.exchange.formulas import Formula
from forms_builder.exchange.placing import Node, placed
from forms_builder.exchange.source import Part, value_text
from forms_builder.rules import RuleErrors, parse
from forms_builder.schema import fields as f
from forms_builder.schema.check import blocking, check
from forms_builder.schema.conditions import ROOT, context_of
from forms_builder.schema.document import MAX_FIELDS, DocumentError, FormDocument
from forms_builder.schema.editing.texts import with_names

RawField = dict[str, Any]
MAX_NOTES: Final = 1_000
MAX_ROUNDS: Final = 10
_KEPT: Final = frozenset({"name", "type", "label", "columns"})


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was not taken, or means something else here: its place in the file, and what to do about it."""

    place: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class FormImport:
    """The form, the product that it comes from, and the notes in the order of the file."""

    kind: str
    document: FormDocument
    report: tuple[Note, ...]


class Asked(NamedTuple):
    """A condition, where it stands in the source, and what it is about."""

    place: str
    label: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Around:
    """What the containers of a question say for all in them."""

    path: str = ""
    hidden: bool = False
    read_only: bool = False
    conditions: tuple[Asked, ...] = ()


@dataclass(slots=True)
class Writer:
    """Collects the form. `kind` is the product, as it is called."""

    kind: str
    notes: list[Note] = field(default_factory=list)
    fields: list[RawField] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    whole: list[str] = field(default_factory=list)
    looks: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, tuple[Asked, ...]] = field(default_factory=dict)
    formulas: dict[str, Formula] = field(default_factory=dict)

    def note(self, place: str, message: str, hint: str = "") -> None:
        if len(self.notes) < MAX_NOTES:
            self.notes.append(Note(place, message, hint))

    def add(self, made: RawField, part: Part, around: Around, *, key: str, formula: Formula | None = None) -> Node:
        """A new field; `key` is its name in the source. Gives its place in the layout."""
        if len(self.fields) >= MAX_FIELDS:
            message = f"A form has at most {MAX_FIELDS} fields. Split the form where it was made."
            raise DocumentError([(part.place, message)])
        name = _free(name_of(key), self.places)
        path = f"{around.path}{key}"
        if path in self.known:
            self.note(part.place, f"There is another question called {key[:60]}; this one is {name} here.")
        self.known.setdefault(path, name)
        self.known.setdefault(key, name)
        self.places[name] = part.place
        self.fields.append(self._complete(made, name, around))
        if around.conditions:
            self.waiting[name] = around.conditions
        if formula is not None:
            self.formulas[name] = formula
        return {"kind": "field", "name": name}

    def _complete(self, made: RawField, name: str, around: Around) -> RawField:
        made = {"label": name, **{key: value for key, value in made.items() if value not in (None, "", ())}}
        made |= {"name": name, "default_access": "write"}
        if around.hidden or around.read_only or made["type"] == "static":
            made["default_access"] = "hidden" if around.hidden else "read"
            if made.pop("required", False):
                self.note(self.places[name], f"“{made['label']}” is not required: nobody can fill it in.")
        return made

    def left_over(self, part: Part, label: str, silent: Collection[str], looks: Collection[str]) -> None:
        """Tells what of an object nobody asked for: settings one by one, looks as a count at the end."""
        seen_as_looks = [key for key in part.left(silent) if key in looks]
        self.looks.update(key[:60] for key in seen_as_looks)
        for key in part.left([*silent, *seen_as_looks]):
            self.note(part.at(key)[:200], f"{label}: “{key[:60]}” was not taken.", HINTS.get(key, ""))

    def finish(self, title: str, description: str, layout: list[Node]) -> FormImport:
        """The document, with every rule that it can have. Raises DocumentError where even the bare fields are none."""
        raw: dict[str, Any] = {"schema_version": 1, "title": title, "description": description, "fields": self.fields}
        nodes, flattened = placed(layout)
        if any(node["kind"] != "field" for node in nodes):
            raw["layout"] = nodes
        if flattened:
            self.note("", "The form is nested deeper than forms are here; its innermost groups were dissolved.")
        self._with_formulas()
        self._settled(raw)
        self._with_conditions(FormDocument.load(raw))
        document = self._settled(raw)
        if not self.fields:
            self.note("", "There is no question that could be taken.", "Add fields in the designer.")
        if self.whole:
            told = ", ".join(self.whole[:20])
            self.note("", f"These numbers are whole ones here: {told}.", "Give them decimals where parts are wanted.")
        if self.looks:
            told = ", ".join(f"{key} ({count})" for key, count in sorted(self.looks.items())[:20])
            self.note(
                "", f"Looks were not taken: {told}.", "Forms look alike here; arrange the fields in the designer."
            )
        return FormImport(self.kind, document, tuple(dict.fromkeys(self.notes)))

    def _with_formulas(self) -> None:
        """The formulas with the names of the fields here; a field whose formula is none of ours becomes a text to read."""
        for made in self.fields:
            formula = self.formulas.get(made["name"])
            if formula is None:
                continue
            try:
                made["formula"] = self._with_columns(formula.named(self.known))
            except NotTaken as error:
                message = f"“{formula.label}” is calculated there, which was not taken: {error}. It is a text here."
                self.note(
                    formula.place, message, "Write the formula of a calculated value, or let an automatic step do it."
                )
                kept = {key: value for key, value in made.items() if key not in ("result", "decimals", "currency")}
                made.clear()
                made.update(kept, type="text")

    def _with_columns(self, formula: str) -> str:
        """The formula with the names of the columns here. Raises NotTaken for one that no table has."""
        fields = {made["name"]: made for made in self.fields}
        for rows, column in formulas.Formula(formula).columns:
            table = rows.removeprefix(f"{ROOT}.")
            names = {one["name"] for one in fields.get(table, {}).get("columns", ())}
            ours = column if column in names else name_of(column)
            if ours not in names:
                raise NotTaken(f"{column[:60]} is no column here")
            formula = with_names(formula, {f"{table}.{column}": f"{table}.{ours}"}, (ROOT,))
        return formula

    def _with_conditions(self, document: FormDocument) -> None:
        """The conditions of each field as one rule of ours; those without a counterpart are told."""
        context = context_of(document.by_name.values())
        rules: dict[int, Rule | None] = {}
        for made in self.fields:
            found: list[Rule] = []
            for asked in self.waiting.get(made["name"], ()):
                if id(asked) not in rules:
                    rules[id(asked)] = self._rule(asked, document, context)
                rule = rules[id(asked)]
                found += [rule] if rule is not None else []
            if found:
                made["visible_when"] = both(found)

    def _rule(self, asked: Asked, document: FormDocument, context: Any) -> Rule | None:
        def find(name: str) -> f.FieldBase | None:
            return document.by_name.get(self.known.get(name, ""))

        try:
            rule = rule_of(asked.condition, find)
            parse(rule, context)
        except NotTaken as error:
            self.condition_lost(asked.place, asked.label, str(error))
        except RuleErrors as errors:
            self.condition_lost(asked.place, asked.label, errors.errors[0].message.rstrip("."))
        else:
            return rule
        return None

    def condition_lost(self, place: str, label: str, why: str) -> None:
        self.note(place, f"“{label}”: its condition was not taken: {why[:300]}.", ALWAYS_SHOWN)

    def _settled(self, raw: Mapping[str, Any]) -> FormDocument:
        """Loads what was written; a setting that no form here can have is dropped and told."""
        for _ in range(MAX_ROUNDS):
            try:
                document = FormDocument.load(raw)
                troubles = [(problem.place, problem.message) for problem in blocking(check(document))]
            except DocumentError as error:
                document, troubles = None, [(place, NOT_KEPT) for place, _ in error.errors]
            if document is not None and not troubles:
                return document
            if not [one for one in troubles if self._dropped(*one)]:
                raise DocumentError([(self._source_of(place), message) for place, message in troubles])
        raise DocumentError([("", "This form contradicts itself too often. Correct it where it was made.")])

    def _dropped(self, place: str, message: str) -> bool:
        """Takes the setting at this place of our document away."""
        parts = place.split(".")
        if len(parts) < 3 or parts[0] != "fields" or not parts[1].isdigit():
            return False
        holder, rest = self.fields[int(parts[1])], parts[2:]
        if rest[0] == "columns" and len(rest) > 2 and rest[1].isdigit():
            holder, rest = holder["columns"][int(rest[1])], rest[2:]
        if rest[0] in _KEPT or rest[0] not in holder:
            return False
        del holder[rest[0]]
        told = f"“{holder['label']}”: its {rest[0].replace('_', ' ')} was not taken. {message}"
        self.note(self._source_of(place), told, "Set it in the designer.")
        return True

    def _source_of(self, place: str) -> str:
        parts = place.split(".")
        if len(parts) > 1 and parts[0] == "fields" and parts[1].isdigit() and int(parts[1]) < len(self.fields):
            return self.places.get(self.fields[int(parts[1])]["name"], place)
        return place


NOT_KEPT: Final = "No form here can have that value."
ALWAYS_SHOWN: Final = "It is always shown now; say under Visibility when."
_DECIDE: Final = "Say it under Validation, or with the access of a step."
_COMPUTED: Final = "Use a calculated value, or an automatic step."
HINTS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("requiredIf", "enableIf", "resetValueIf", "readOnly"), _DECIDE),
    **dict.fromkeys(
        ("setValueIf", "setValueExpression", "calculateValue", "calculatedValues", "expression"), _COMPUTED
    ),
    **dict.fromkeys(("customDefaultValue", "defaultValueExpression"), "Use prefill, or a fixed default."),
    **dict.fromkeys(("triggers", "logic"), "Write what it does as rules under Visibility, or as conditions of ways."),
    **dict.fromkeys(
        ("choicesByUrl", "choicesFromQuestion"), "List the entries, or choose a source of the organisation."
    ),
    **dict.fromkeys(("custom", "validators", "json", "unique"), "Write it as a rule under Validation."),
    **dict.fromkeys(("placeholder", "prefix", "inputMask", "maskSettings"), "Say it in the help text."),
    **dict.fromkeys(("choicesVisibleIf", "choicesEnableIf", "rowsVisibleIf", "columnsVisibleIf"), ALWAYS_SHOWN),
}


def name_of(key: str) -> str:
    """A name as the form takes one: camelCase and other signs become snake_case."""
    plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode()
    plain = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", plain).lower()
    plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50].strip("_")
    return plain if plain[:1].isalpha() else f"field_{plain}".strip("_")


def choices_of(writer: Writer, part: Part, key: str, label: str, *, text: str = "text") -> list[dict[str, str]]:
    """The entries of a list, of plain values or of objects with `value` and `text`; each value once."""
    found: dict[str, str] = {}
    for row, item in enumerate(part.items(key)):
        one = Part(item if isinstance(item, dict) else {"value": item}, f"{part.at(key)}.{row}")
        value = value_text(one.get("value"))
        shown = one.text(text) or value
        if not value or value in found:
            said = "has no value" if not value else "is there already"
            if shown:
                writer.note(one.place, f"{label}: the entry “{shown[:60]}” {said}; it was not taken.")
            continue
        found[value] = shown
        writer.left_over(one, f"{label}, “{shown[:60]}”", ("shortcut",), ())
    if len(found) > f.MAX_CHOICES:
        writer.note(part.at(key), f"{label}: only the first {f.MAX_CHOICES} of {len(found)} entries were taken.")
    return [{"value": value, "label": shown} for value, shown in list(found.items())[: f.MAX_CHOICES]]


def scoped(around: Around, **more: Any) -> Around:
    """The same place with more said about it."""
    return replace(around, **more)


def _free(wanted: str, taken: Mapping[str, Any]) -> str:
    number, found = 2, wanted
    while found in taken:
        found, number = f"{wanted}_{number}", number + 1
    return found
