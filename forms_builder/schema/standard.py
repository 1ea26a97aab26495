"""The components of the types that every form needs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final, TypeVar

from forms_builder.rules import FieldSpec, FieldType
from forms_builder.schema import clean as c
from forms_builder.schema import fields as f
from forms_builder.schema.component import Component, Place, Posted, component_of, register
from forms_builder.schema.world import World
from forms_builder.uploads import EXTENSIONS

AnyText = TypeVar("AnyText", f.TextField, f.LongTextField)
Moment = TypeVar("Moment", f.DateField, f.DateRangeField, f.TimeField)
Reference = TypeVar("Reference", f.UserField, f.DepartmentField)
Files = TypeVar("Files", bound=f.UploadField)
OFF: Final = frozenset({"", "0", "false", "off", "no"})


def all_of(posted: Posted, name: str) -> list[Any]:
    """Every value that was posted under a name: a page's data holds several, a plain mapping a list or one."""
    if hasattr(posted, "getlist"):
        return list(posted.getlist(name))
    value = posted.get(name)
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def day_words(value: Any) -> str:
    """A stored day as people write it."""
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{day.day} {day:%b %Y}"


class _Text(Component[AnyText]):
    rule_type = FieldType.TEXT

    def clean(self, field: AnyText, raw: Any, world: World, key: str) -> str | None:
        return c.clean_text(field, raw, world, key)

    def attributes(self, field: AnyText) -> Mapping[str, Any]:
        complete = getattr(field, "autocomplete", "") or getattr(field, "format", "") or None
        return {"maxlength": field.max_length, "minlength": field.min_length or None, "autocomplete": complete}


class Text(_Text[f.TextField]):
    field = f.TextField


class LongText(_Text[f.LongTextField]):
    field = f.LongTextField
    read_template = "forms_builder/inputs/read_lines.html"


class Number(Component[f.NumberField]):
    field = f.NumberField
    rule_type = FieldType.NUMBER

    def clean(self, field: f.NumberField, raw: Any, world: World, key: str) -> int | str:
        return c.clean_number(field, raw, world, key)

    def words(self, field: f.NumberField, value: Any, known: Mapping[str, str]) -> str:
        return f"{value} {field.unit}".strip()

    def attributes(self, field: f.NumberField) -> Mapping[str, Any]:
        step = "1" if not field.decimals else f"{10**-field.decimals:f}"
        return {"min": field.min, "max": field.max, "step": step}


class Money(Component[f.MoneyField]):
    field = f.MoneyField
    rule_type = FieldType.MONEY
    kept = ("amount", "currency")

    def clean(self, field: f.MoneyField, raw: Any, world: World, key: str) -> dict[str, str] | None:
        return c.clean_money(field, raw, world, key)

    def words(self, field: f.MoneyField, value: Any, known: Mapping[str, str]) -> str:
        if not isinstance(value, Mapping):
            return str(value)
        return f"{value.get('currency', '')} {Decimal(str(value.get('amount', 0))):,.2f}".strip()

    def currency(self, field: f.MoneyField) -> str | None:
        return field.currencies[0] if len(field.currencies) == 1 else None

    def posted(self, field: f.MoneyField, posted: Posted, name: str) -> Any:
        if len(field.currencies) == 1:
            return posted.get(name)
        return {"amount": posted.get(name) or None, "currency": posted.get(f"{name}-currency") or None}

    def attributes(self, field: f.MoneyField) -> Mapping[str, Any]:
        return {"min": field.min, "max": field.max, "step": "0.01"}


class _Between(Component[Moment]):
    def attributes(self, field: Moment) -> Mapping[str, Any]:
        bounds = {"min": field.min, "max": field.max}
        return {key: value for key, value in bounds.items() if value != "today"}


class Date(_Between[f.DateField]):
    field = f.DateField
    rule_type = FieldType.DATE

    def clean(self, field: f.DateField, raw: Any, world: World, key: str) -> str:
        return c.clean_date(field, raw, world, key)

    def words(self, field: f.DateField, value: Any, known: Mapping[str, str]) -> str:
        return day_words(value)


class DateRange(_Between[f.DateRangeField]):
    field = f.DateRangeField
    is_group = True
    parts: ClassVar = {"from": ("first day", FieldType.DATE), "to": ("last day", FieldType.DATE)}

    def clean(self, field: f.DateRangeField, raw: Any, world: World, key: str) -> dict[str, str] | None:
        return c.clean_date_range(field, raw, world, key)

    def words(self, field: f.DateRangeField, value: Any, known: Mapping[str, str]) -> str:
        if not isinstance(value, Mapping):
            return str(value)
        return f"{day_words(value.get('from'))} to {day_words(value.get('to'))}"


class Time(_Between[f.TimeField]):
    field = f.TimeField
    rule_type = FieldType.TIME

    def clean(self, field: f.TimeField, raw: Any, world: World, key: str) -> str:
        return c.clean_time(field, raw, world, key)


class Choice(Component[f.ChoiceField]):
    field = f.ChoiceField
    rule_type = FieldType.CHOICE

    def clean(self, field: f.ChoiceField, raw: Any, world: World, key: str) -> str:
        return c.clean_choice(field, raw, world, key)

    def kind(self, field: f.ChoiceField) -> str:
        return "radio" if field.display == "radio" else "select"


class MultiChoice(Component[f.MultiChoiceField]):
    field = f.MultiChoiceField
    rule_type = FieldType.MULTI_CHOICE
    kept = ("#",)

    def clean(self, field: f.MultiChoiceField, raw: Any, world: World, key: str) -> list[str] | None:
        return c.clean_multi_choice(field, raw, world, key)

    def posted(self, field: f.MultiChoiceField, posted: Posted, name: str) -> list[Any]:
        return [item for item in all_of(posted, name) if item]

    def kind(self, field: f.MultiChoiceField) -> str:
        return "checkboxes" if field.display == "checkboxes" else "select_many"


class Checkbox(Component[f.CheckboxField]):
    field = f.CheckboxField
    rule_type = FieldType.BOOL

    def clean(self, field: f.CheckboxField, raw: Any, world: World, key: str) -> bool:
        return c.clean_checkbox(field, raw, world, key)

    def nothing(self) -> bool:
        return False

    def words(self, field: f.CheckboxField, value: Any, known: Mapping[str, str]) -> str:
        return "Yes" if value is True else "No"

    def posted(self, field: f.CheckboxField, posted: Posted, name: str) -> bool:
        return str(posted.get(name) or "").lower() not in OFF


class _Reference(Component[Reference]):
    def clean(self, field: Reference, raw: Any, world: World, key: str) -> str:
        return c.clean_reference(field, raw, world, key)

    def kind(self, field: Reference) -> str:
        return "select"


class User(_Reference[f.UserField]):
    field = f.UserField
    rule_type = FieldType.USER


class Department(_Reference[f.DepartmentField]):
    field = f.DepartmentField
    rule_type = FieldType.GROUP


class Upload(Component[Files]):
    """For all types whose value is a list of attachments."""

    rule_type = FieldType.FILE
    kept = ("#",)
    machines_write = False

    def clean(self, field: Files, raw: Any, world: World, key: str) -> list[str] | None:
        return c.clean_file(field, raw, world, key)

    def posted(self, field: Files, posted: Posted, name: str) -> list[Any]:
        return [item for item in all_of(posted, name) if item]


class File(Upload[f.FileField]):
    field = f.FileField

    def attributes(self, field: f.FileField) -> Mapping[str, Any]:
        accept = ",".join(f".{item}" for item in field.extensions) or ("image/*" if field.camera else None)
        return {"accept": accept, "capture": "environment" if field.camera else None}

    def problems(self, field: f.FileField, fields: Mapping[str, f.FieldBase]) -> Iterator[Place]:
        if field.extensions and not set(field.extensions) & set(EXTENSIONS):
            yield _not_taken(field, field.extensions)

    def warnings(self, field: f.FileField, fields: Mapping[str, f.FieldBase]) -> Iterator[Place]:
        never = [one for one in field.extensions if one not in EXTENSIONS]
        if never and len(never) < len(field.extensions):
            yield _not_taken(field, never)


def _not_taken(field: f.FileField, endings: Sequence[str]) -> Place:
    message = f"“{field.label}” asks for files that are not accepted here: {', '.join(endings)}."
    return "extensions", "not-accepted", message, f"Choose among {', '.join(EXTENSIONS)}."


class Table(Component[f.TableField]):
    field = f.TableField
    is_group = True
    redraws = True
    machines_write = False

    def clean(self, field: f.TableField, raw: Any, world: World, key: str) -> list[dict[str, Any]] | None:
        return c.clean_table(field, raw, world, key)

    def words(self, field: f.TableField, value: Any, known: Mapping[str, str]) -> str:
        rows = len(value) if isinstance(value, list) else 0
        return f"{rows} row" if rows == 1 else f"{rows} rows"

    def inside(self, field: f.TableField) -> frozenset[str]:
        found = {"#"}
        for column in field.columns:
            found |= {f"#.{column.name}", *(f"#.{column.name}.{one}" for one in component_of(column).inside(column))}
        return frozenset(found)

    def specs(self, field: f.TableField, here: str) -> Iterator[FieldSpec]:
        yield FieldSpec(f"{here}.count", f"{field.label}: number of rows", FieldType.NUMBER)
        for column in field.columns:
            if isinstance(column, f.NumberField | f.MoneyField):
                kind = FieldType.NUMBER if isinstance(column, f.NumberField) else FieldType.MONEY
                currency = Money().currency(column) if isinstance(column, f.MoneyField) else None
                label = f"{field.label}: sum of {column.label}"
                yield FieldSpec(f"{here}.{column.name}.sum", label, kind, None, currency)

    def facts(self, field: f.TableField, value: Any) -> Iterator[tuple[str, Any]]:
        rows = value or ()
        yield ".count", len(rows)
        for column in field.columns:
            if isinstance(column, f.NumberField | f.MoneyField):
                given = [row[column.name] for row in rows if row.get(column.name) is not None]
                # Amounts of several currencies have no sum: without the value a rule that reads it fails closed.
                if isinstance(column, f.NumberField) or len({value["currency"] for value in given}) <= 1:
                    yield f".{column.name}.sum", _sum(column, given)


def _sum(column: f.NumberField | f.MoneyField, given: list[Any]) -> Any:
    """The sum as a stored value of the column; None when there is nothing to add."""
    if not given:
        return None
    if isinstance(column, f.NumberField):
        total = sum((Decimal(str(value)) for value in given), Decimal(0))
        return int(total) if column.decimals == 0 else str(total)
    return {"amount": str(sum(Decimal(value["amount"]) for value in given)), "currency": given[0]["currency"]}


class Static(Component[f.StaticField]):
    field = f.StaticField


register(
    Text(), LongText(), Number(), Money(), Date(), DateRange(), Time(), Choice(), MultiChoice(), Checkbox(), User(),
    Department(), File(), Table(), Static(),
)  # fmt: skip
