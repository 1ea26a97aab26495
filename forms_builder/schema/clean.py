"""From what was submitted to what is stored, for one field: total, without I/O except through `Sources`.

HTML and REST hand in the same raw shapes (text, number, true/false, list, object); nothing is guessed across types
except that numbers may be written as text. Whether a value is required is decided in `schema.intake`.
"""

import math
import re
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import re2

from forms_builder.rules import FieldType
from forms_builder.schema import fields as f
from forms_builder.schema.addresses import BadAddress, address
from forms_builder.schema.component import component_of
from forms_builder.schema.parts import has_unstorable, unturned
from forms_builder.schema.sources import Sources
from forms_builder.schema.world import Refused, World, wrong

DATE: Final = re.compile(r"(19|2\d)\d{2}-\d{2}-\d{2}", re.ASCII)
TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:00)?", re.ASCII)
NUMBER: Final = re.compile(r"[+-]?(\d{1,30}(\.\d{0,20})?|\.\d{1,20})", re.ASCII)
PATTERN_MEMORY: Final = 2 * 1024 * 1024
FILE_GONE: Final = "One of these files is not there. Upload it again."


def clean(field: f.FieldBase, raw: Any, world: World, key: str = "") -> Any:
    """The JSON-ready value to store, or None when nothing was given. Raises `Refused`."""
    component = component_of(field)
    if raw is None or raw == "" or (isinstance(raw, list | tuple | dict) and not raw):
        return component.nothing()
    return component.clean(field, raw, world, key or field.name)


def as_answer(field: f.FieldBase, fact: Any) -> Any:
    """Something known from elsewhere as the raw value of a field: a text takes every fact."""
    is_text = component_of(field).type_in_rules(field) is FieldType.TEXT
    return str(fact) if is_text and fact is not None and not isinstance(fact, str) else fact


def is_empty(value: Any) -> bool:
    """True for a stored value that counts as no answer. An unticked box is no answer when one is required."""
    return value is None or value == "" or value is False or value == []


@lru_cache(maxsize=1_000)
def compiled_pattern(expression: str) -> Any:
    """The pattern in RE2, which takes linear time. Raises `ValueError` with the reason for a malformed one."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY
    try:
        return re2.compile(expression, options=options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it is malformed"
        raise ValueError(reason.decode() if isinstance(reason, bytes) else str(reason)) from error


def clean_text(field: f.TextField | f.LongTextField, raw: Any, world: World, key: str) -> str | None:
    if not isinstance(raw, str):
        raise wrong("Enter text.")
    if len(raw) > 2 * f.MAX_TEXT:
        raise wrong(f"Use at most {field.max_length} characters.")
    if has_unstorable(raw):
        raise wrong("This contains a character that cannot be stored.")
    value = unturned(raw).replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(field, f.TextField):
        value = " ".join(value.splitlines())
    if not value:
        return None
    if len(value) > field.max_length:
        raise wrong(f"Use at most {field.max_length} characters; this has {len(value)}.")
    if len(value) < field.min_length:
        raise wrong(f"Use at least {field.min_length} characters; this has {len(value)}.")
    if isinstance(field, f.TextField) and field.format == "email":
        value = _mail_address(value)
    if field.pattern and not compiled_pattern(field.pattern.expression).fullmatch(value):
        raise wrong(field.pattern.message)
    return value


def _mail_address(value: str) -> str:
    try:
        return address(value)
    except BadAddress as error:
        text = str(error)
        raise wrong(f"{text[:1].upper()}{text[1:]}.") from error


def decimal_of(raw: Any) -> Decimal | None:
    """The number that was meant, or None when it is none or beyond any sense."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Decimal(raw) if raw.bit_length() <= 100 else None
    if isinstance(raw, float):
        return Decimal(repr(raw)) if math.isfinite(raw) else None
    if isinstance(raw, Decimal):
        return raw if raw.is_finite() else None
    if isinstance(raw, str) and len(raw) <= 80 and NUMBER.fullmatch(raw.strip()):
        return Decimal(raw.strip())
    return None


def _bounded(value: Decimal, low: Decimal | None, high: Decimal | None, decimals: int) -> Decimal:
    if abs(value) > f.MAX_NUMBER:
        raise wrong("This number is too large.")
    step = Decimal(1).scaleb(-decimals)
    rounded = value.quantize(step)
    if rounded != value:
        raise wrong("Enter a whole number." if decimals == 0 else f"Use at most {decimals} decimals.")
    if low is not None and value < low:
        raise wrong(f"Enter {low} or more.")
    if high is not None and value > high:
        raise wrong(f"Enter {high} or less.")
    return rounded + 0  # turns -0 into 0


def clean_number(field: f.NumberField, raw: Any, world: World, key: str) -> int | str:
    value = decimal_of(raw)
    if value is None:
        raise wrong("Enter a number.")
    rounded = _bounded(value, field.min, field.max, field.decimals)
    return int(rounded) if field.decimals == 0 else f"{rounded:.{field.decimals}f}"


def clean_money(field: f.MoneyField, raw: Any, world: World, key: str) -> dict[str, str] | None:
    currency: Any = field.currencies[0]
    if isinstance(raw, Mapping):
        if set(raw) - {"amount", "currency"}:
            raise wrong("An amount of money has the keys amount and currency only.")
        currency = raw.get("currency") or currency
        raw = raw.get("amount")
        if raw is None or raw == "":
            return None
    if currency not in field.currencies:
        raise wrong(f"Use one of these currencies: {', '.join(field.currencies)}.")
    value = decimal_of(raw)
    if value is None:
        raise wrong("Enter an amount, for example 1250.00.")
    return {"amount": f"{_bounded(value, field.min, field.max, 2):.2f}", "currency": currency}


def _day(raw: Any) -> date:
    if isinstance(raw, str) and DATE.fullmatch(raw.strip()):
        try:
            return date.fromisoformat(raw.strip())
        except ValueError:
            raise wrong("This day does not exist.") from None
    raise wrong("Enter a date as year-month-day, for example 2025-10-06.")


def _day_between(day: date, field: f.DateField | f.DateRangeField, sources: Sources) -> date:
    low, high = (
        sources.today if bound == "today" else date.fromisoformat(bound) if bound else None
        for bound in (field.min, field.max)
    )
    if low and day < low:
        raise wrong("Choose today or a later day." if field.min == "today" else f"Choose {low} or a later day.")
    if high and day > high:
        raise wrong("Choose today or an earlier day." if field.max == "today" else f"Choose {high} or an earlier day.")
    return day


def clean_date(field: f.DateField, raw: Any, world: World, key: str) -> str:
    return _day_between(_day(raw), field, world.sources).isoformat()


def clean_date_range(field: f.DateRangeField, raw: Any, world: World, key: str) -> dict[str, str] | None:
    if not isinstance(raw, Mapping) or set(raw) - {"from", "to"}:
        raise wrong("Enter a first and a last day.")
    ends: dict[str, date] = {}
    problems: list[tuple[str, str]] = []
    if not raw.get("from") and not raw.get("to"):
        return None
    for end in ("from", "to"):
        try:
            ends[end] = _day_between(_day(raw.get(end)), field, world.sources)
        except Refused as refusal:
            problems.extend((end, message) for _, message in refusal.problems)
    if problems:
        raise Refused(*problems)
    days = (ends["to"] - ends["from"]).days + 1
    if days < 1:
        raise Refused(("to", "The last day must not be before the first."))
    if field.max_days is not None and days > field.max_days:
        raise Refused(("to", f"Choose at most {field.max_days} days; this is {days}."))
    return {end: day.isoformat() for end, day in ends.items()}


def clean_time(field: f.TimeField, raw: Any, world: World, key: str) -> str:
    if not isinstance(raw, str) or not TIME.fullmatch(raw.strip()):
        raise wrong("Enter a time as hours:minutes, for example 14:30.")
    value = time.fromisoformat(raw.strip()).strftime("%H:%M")
    if field.min and value < field.min:
        raise wrong(f"Choose {field.min} or later.")
    if field.max and value > field.max:
        raise wrong(f"Choose {field.max} or earlier.")
    return value


def _pickable(
    source: f.SourcedChoices | None, fixed: tuple[f.Choice, ...], values: list[str], world: World, key: str
) -> Mapping[str, str]:
    if source is not None:
        return world.pick(key, source, values)
    labels = {choice.value: choice.label for choice in fixed if choice.value in values}
    world.labels.setdefault(key, {}).update(labels)
    return labels


def clean_choice(field: f.ChoiceField, raw: Any, world: World, key: str) -> str:
    if not isinstance(raw, str) or len(raw) > 200 or has_unstorable(raw):
        raise wrong("Choose one of the entries.")
    if raw not in _pickable(field.source, field.fixed, [raw], world, key):
        raise wrong("Choose one of the entries; this one is not offered.")
    return raw


def clean_multi_choice(field: f.MultiChoiceField, raw: Any, world: World, key: str) -> list[str] | None:
    items = _texts(raw, f.MAX_CHOICES, "Choose entries of the list.")
    if not items:
        return None
    offered = _pickable(field.source, field.fixed, items, world, key)
    if any(item not in offered for item in items):
        raise wrong("Choose entries of the list; one of these is not offered.")
    if len(items) < field.min_items:
        raise wrong(f"Choose at least {field.min_items}.")
    if field.max_items is not None and len(items) > field.max_items:
        raise wrong(f"Choose at most {field.max_items}.")
    order = {choice.value: number for number, choice in enumerate(field.fixed)}
    return sorted(items, key=lambda item: order.get(item, 0))


def _texts(raw: Any, most: int, message: str) -> list[str]:
    items = [raw] if isinstance(raw, str) else raw
    if not isinstance(items, list | tuple) or len(items) > most:
        raise wrong(message)
    if any(not isinstance(item, str) or len(item) > 200 or has_unstorable(item) for item in items):
        raise wrong(message)
    return list(dict.fromkeys(item for item in items if item))


def clean_checkbox(field: f.CheckboxField, raw: Any, world: World, key: str) -> bool:
    if not isinstance(raw, bool):
        raise wrong("Answer with true or false.")
    return raw


def clean_reference(field: f.UserField | f.DepartmentField, raw: Any, world: World, key: str) -> str:
    message = "Choose a person of the list." if isinstance(field, f.UserField) else "Choose a department of the list."
    wanted = uuid_of(raw)
    if wanted is None or wanted not in world.pick(key, field.source, [wanted]):
        raise wrong(message)
    return wanted


def uuid_of(raw: Any) -> str | None:
    """The id in its usual spelling, or None when it is none."""
    if not isinstance(raw, str) or len(raw) != 36:
        return None
    try:
        return str(UUID(raw))
    except ValueError:
        return None


def clean_file(field: f.UploadField, raw: Any, world: World, key: str) -> list[str] | None:
    ids = [uuid_of(item) for item in _texts(raw, 100, "Give the ids of attachments.")]
    wanted = [item for item in ids if item]
    if not ids:
        return None
    found = world.sources.files(wanted)
    if len(wanted) != len(ids) or any(item not in found for item in wanted):
        raise wrong(FILE_GONE)
    if len(wanted) > field.max_files:
        raise wrong(f"Attach at most {field.max_files} files.")
    for item in wanted:
        facts = found[item]
        if facts.size > field.max_megabytes * 1024 * 1024:
            raise wrong(f"{facts.name} is larger than {field.max_megabytes} MB.")
        # What a case stands in for has no ending; a real file always has one, see `uploads.judge`.
        ending = facts.name.rpartition(".")[2].lower() if "." in facts.name else ""
        if field.accepted and ending and ending not in field.accepted:
            raise wrong(f"{facts.name}: only these kinds of files are accepted here: {', '.join(field.accepted)}.")
    world.labels.setdefault(key, {}).update({item: found[item].name for item in wanted})
    return wanted


def clean_table(field: f.TableField, raw: Any, world: World, key: str) -> list[dict[str, Any]] | None:
    if not isinstance(raw, list | tuple):
        raise wrong("Give a list of rows.")
    if len(raw) > f.MAX_ROWS:
        raise wrong(f"Use at most {field.max_rows} rows.")
    rows: list[dict[str, Any]] = []
    problems: list[tuple[str, str]] = []
    for number, line in enumerate(raw):
        try:
            row = _row(field, line, world, key)
        except Refused as refusal:
            problems.extend((f"{number}.{path}".rstrip("."), message) for path, message in refusal.problems)
        else:
            if row is not None:
                rows.append(row)
    if not problems and len(rows) > field.max_rows:
        problems.append(("", f"Use at most {field.max_rows} rows; these are {len(rows)}."))
    if not problems and rows and len(rows) < field.min_rows:
        problems.append(("", f"Fill in at least {field.min_rows} rows."))
    if problems:
        raise Refused(*problems)
    return rows or None


def _row(field: f.TableField, line: Any, world: World, key: str) -> dict[str, Any] | None:
    if not isinstance(line, Mapping):
        raise wrong("Give a row as an object.")
    names = {column.name for column in field.columns}
    problems = [("", "This row has columns that do not exist.")] if any(name not in names for name in line) else []
    row: dict[str, Any] = {}
    for column in field.columns:
        try:
            row[column.name] = clean(column, line.get(column.name), world, f"{key}.{column.name}")
        except Refused as refusal:
            row[column.name] = ...
            problems.extend((f"{column.name}.{path}".rstrip("."), message) for path, message in refusal.problems)
    if not problems and all(is_empty(value) for value in row.values()):
        return None
    problems += [
        (column.name, "This is required.") for column in field.columns if column.required and is_empty(row[column.name])
    ]
    if problems:
        raise Refused(*problems)
    return row
