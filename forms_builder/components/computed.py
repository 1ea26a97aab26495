"""A value that follows from the other answers by a formula; nobody can write it."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from forms_builder.design import controls
from forms_builder.design.kinds import FieldKind, Group, PaletteItem, Setting, register
from forms_builder.design.settings import named
from forms_builder.formulas import MAX_LENGTH, NO_ANSWER, Currencies, Formula, FormulaError
from forms_builder.rules import FieldType
from forms_builder.schema import component
from forms_builder.schema.component import Component, Place
from forms_builder.schema.conditions import ROOT
from forms_builder.schema.editing.texts import with_names
from forms_builder.schema.fields import MAX_NUMBER, Currency, FieldBase, MoneyField
from forms_builder.schema.parts import ShortText, has_unstorable, plain
from forms_builder.schema.sources import Sources
from forms_builder.schema.standard import day_words
from forms_builder.schema.world import World, wrong

LONGEST: Final = 2_000
RULE_TYPES: Final[Mapping[str, FieldType]] = {
    "number": FieldType.NUMBER,
    "money": FieldType.MONEY,
    "text": FieldType.TEXT,
    "date": FieldType.DATE,
    "yes_no": FieldType.BOOL,
}


class ComputedField(FieldBase):
    """Worked out by `formula`, in which the other fields are `form.<name>`; stored like a field of the kind `result`."""

    answered = False
    type: Literal["computed"] = "computed"
    formula: Annotated[str, StringConstraints(max_length=MAX_LENGTH), AfterValidator(plain)] = ""
    result: Literal["number", "money", "text", "date", "yes_no"] = "number"
    decimals: int = Field(default=0, ge=0, le=6)
    unit: ShortText = ""
    currency: Currency = "INR"


class Computed(Component[ComputedField]):
    field = ComputedField
    shape = "by its result: a number, text, date, true or false, or money; nobody writes it"
    redraws = True
    limits = ("formula", "result", "decimals", "unit", "currency")

    def clean(self, field: ComputedField, raw: Any, world: World, key: str) -> Any:
        raise wrong("This follows from other fields.")

    def words(self, field: ComputedField, value: Any, known: Mapping[str, str]) -> str:
        if field.result == "money" and isinstance(value, Mapping):
            return f"{value.get('currency', '')} {Decimal(str(value.get('amount', 0))):,.2f}".strip()
        if field.result == "yes_no":
            return "Yes" if value is True else "No"
        if field.result == "date":
            return day_words(value)
        return f"{value} {field.unit}".strip() if field.result == "number" else str(value)

    def type_in_rules(self, field: ComputedField) -> FieldType:
        return RULE_TYPES[field.result]

    def inside(self, field: ComputedField) -> frozenset[str]:
        return frozenset({"amount", "currency"} if field.result == "money" else ())

    def currency(self, field: ComputedField) -> str | None:
        return field.currency if field.result == "money" else None

    def reads(self, field: ComputedField) -> frozenset[str]:
        try:
            return frozenset(name.split(".")[1] for name in Formula(field.formula).names if name.startswith(f"{ROOT}."))
        except FormulaError:
            return frozenset()

    def derive(self, field: ComputedField, values: Mapping[str, Any]) -> Any:
        try:
            return _kept(field, Formula(field.formula).answer({ROOT: values}, currency=self.currency(field)))
        except (FormulaError, InvalidOperation, ValueError):
            return NO_ANSWER

    def scene(self, field: ComputedField, value: Any, sources: Sources | None) -> Mapping[str, Any]:
        return {"answer": json.dumps(value)}

    def renamed(self, raw: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        return {**raw, "formula": with_names(raw["formula"], names, (ROOT,))} if "formula" in raw else dict(raw)

    def problems(self, field: ComputedField, fields: Mapping[str, FieldBase]) -> Iterator[Place]:
        try:
            formula = Formula(field.formula)
        except FormulaError as error:
            yield "formula", "bad-formula", f"“{field.label}” cannot be worked out: {error}", "Correct the formula."
            return
        for name in sorted(formula.names):
            root, _, rest = name.partition(".")
            first, _, part = rest.partition(".")
            other = fields.get(first) if root == ROOT else None
            if other is None or not other.keeps_value:
                message = f"“{field.label}” asks for {name}, which is no field."
                yield "formula", "unknown-field", message, f"Name fields as {ROOT}.<name in the data>."
            elif missing := component.missing_part(other, part):
                message = f"“{field.label}” asks for {name}: {missing}"
                column = f"Ask for a column as each({ROOT}.{first}, '{part}')."
                yield "formula", "unknown-part", message, column if _column(other, part) else "Correct the formula."
        for rows, column in sorted(formula.columns):
            other = fields.get(rows.removeprefix(f"{ROOT}."))
            if other is not None and _column(other, column) is None:
                message = f"“{field.label}” asks for {column} of {rows}, which is no column of it."
                yield "formula", "unknown-column", message, "Name a column of the table as in the data."
        if field.required or field.default is not None or field.prefill is not None:
            message = f"“{field.label}” follows from other fields: required, default and prefill do not apply."
            yield "formula", "computed-given", message, "Remove them."

    def warnings(self, field: ComputedField, fields: Mapping[str, FieldBase]) -> Iterator[Place]:
        wanted = self.currency(field)
        try:
            found = Formula(field.formula).currencies(lambda name: _currencies_of(fields, name)) if wanted else None
        except FormulaError:
            return
        if found is not None and wanted not in found:
            what = f"in {' or '.join(sorted(found))}" if found else "in no common currency"
            message = f"“{field.label}” is always empty: what it adds up is {what}, and it gives {wanted}."
            yield (
                "currency",
                "other-currency",
                message,
                "Choose that currency, or convert as in number(form.price) * 90.",
            )


def _column(table: FieldBase, name: str) -> FieldBase | None:
    columns: tuple[FieldBase, ...] = getattr(table, "columns", ())
    return next((one for one in columns if one.name == name), None)


def _currencies_of(fields: Mapping[str, FieldBase], name: str) -> Currencies:
    """The currencies of a field by its name in a formula, or of a column as `form.<table>.<column>`."""
    _, first, *rest = [*name.split("."), ""]
    found = fields.get(first)
    column = [part for part in rest if part and not part.isdecimal()]
    if found is not None and column:
        found = _column(found, column[0]) if len(column) == 1 else None
    if isinstance(found, MoneyField):
        return frozenset(found.currencies)
    return frozenset({found.currency}) if isinstance(found, ComputedField) and found.result == "money" else None


def _kept(field: ComputedField, answer: Any) -> Any:
    """The answer as a field of that kind stores it. Raises FormulaError or ValueError for one that it cannot store."""
    if answer is None or answer == "":
        return None
    if field.result == "yes_no":
        return bool(_fitting(answer, not isinstance(answer, str)))
    if field.result == "date":
        return date.fromisoformat(str(answer)).isoformat()
    if field.result == "text":
        text = str(answer)
        return _fitting(text, len(text) <= LONGEST and not has_unstorable(text))
    places = 2 if field.result == "money" else field.decimals
    number = Decimal(str(_fitting(answer, not isinstance(answer, bool))))
    _fitting(number, number.is_finite() and abs(number) <= MAX_NUMBER)
    number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0
    if field.result == "money":
        return {"amount": f"{number:.2f}", "currency": field.currency}
    return int(number) if places == 0 else f"{number:.{places}f}"


def _fitting(answer: Any, does_fit: bool) -> Any:
    if not does_fit:
        raise FormulaError("The answer is of another kind than the field, or too large.")
    return answer


_SAMPLES: Final[Mapping[str, Any]] = {"number": 3, "text": "Example", "date": "2025-10-06", "yes_no": True}
_FORMULA_HELP: Final = (
    "Such as form.price * form.quantity, sum(each(form.lines, 'amount')) or "
    "days_between(form.period['from'], form.period['to']) + 1. The names are those in the data."
)

component.register(Computed())
register(
    FieldKind(
        "computed", "Calculated value", icon="calculator", answered=False, settings=named(
            Setting("formula", "Formula", controls.Area(), help=_FORMULA_HELP),
            Setting("result", "Gives", controls.Select((
                ("number", "A number"), ("money", "Money"), ("text", "A text"), ("date", "A date"), ("yes_no", "Yes or no"),
            ))),
            Setting("decimals", "Decimals", controls.Whole(), help="Of a number; what is beyond is rounded."),
            Setting("unit", "Unit", controls.Text(), help="Stands behind a number."),
            Setting("currency", "Currency", controls.Code(), help="Of money, such as EUR."),
        ),
        sample=lambda field, sources: _SAMPLES.get(getattr(field, "result", "")),
    ),
    PaletteItem(
        "computed", "Calculated value", icon="calculator", group=Group.INPUTS, words="formula total sum computed expression",
        field={"type": "computed", "formula": "1 + 1"},
    ),
)  # fmt: skip
