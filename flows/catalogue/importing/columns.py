"""The columns that a kind of file has: their names, what may stand in them, and how a head is understood."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from flows.catalogue.importing.reading import RawRow
from forms_builder.schema.parts import has_unstorable

YES: Final = {"yes", "true", "1", "y", "x"}
NO: Final = {"", "no", "false", "0", "n"}
MOST_COMPARED: Final = 200
UNNAMED: Final = "Something stands here, and the first row does not name this column. A text with a comma needs quotes."
SEPARATORS: Final = re.compile(r"[\s_\-]+")


class CellRefused(ValueError):
    """What is wrong with a cell, for the person."""


class HeadRefused(ValueError):
    """The head does not fit: pairs of column and message."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__("The columns of this file do not fit.")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``choices`` are codes with their words; both are understood. ``example`` is for the file to begin with."""

    name: str
    help: str
    example: str = ""
    required: bool = False
    most: int = 255
    choices: Mapping[str, str] = field(default_factory=dict)
    is_flag: bool = False
    is_number: bool = False
    pattern: str = ""

    def read(self, text: str) -> Any:
        """The value of a cell: text, a code, a bool, a number. Raises CellRefused."""
        if has_unstorable(text):
            raise CellRefused("This holds a character that cannot be stored.")
        if self.required and not text:
            raise CellRefused("This may not be empty.")
        if len(text) > self.most:
            raise CellRefused(f"At most {self.most:,} characters; this has {len(text):,}.")
        if self.is_flag:
            return _flag(text)
        if self.is_number:
            return _number(text)
        if self.choices and text:
            return self._choice(text)
        if self.pattern and text and not re.fullmatch(self.pattern, text):
            raise CellRefused("Use letters, digits and underscores, beginning with a letter, at most 64.")
        return text

    def _choice(self, text: str) -> str:
        wanted = folded(text)
        for code, words in self.choices.items():
            if wanted in (folded(code), folded(words)):
                return code
        raise CellRefused(f"There is no {shown(text)}{hint(text, self.choices)} Use one of: {', '.join(self.choices)}.")


@dataclass(slots=True)
class ParsedRow:
    """One row by column; columns that the file has not are not in it."""

    number: int
    values: dict[str, str]
    problems: list[tuple[str, str]] = field(default_factory=list)


def parsed(columns: Sequence[Column], ignored: Iterable[str], rows: Iterator[RawRow]) -> Iterator[ParsedRow]:
    """The rows below the head. Raises HeadRefused, FileRefused."""
    head = next(rows).cells
    places = _places(columns, set(ignored), head)
    for row in rows:
        values = {name: row.cells[place] if place < len(row.cells) else "" for place, name in places.items()}
        problems = [(places[place], text) for place, text in row.problems.items() if place in places]
        yield ParsedRow(row.number, values, problems + _unnamed(row, head))


def _unnamed(row: RawRow, head: Sequence[str]) -> list[tuple[str, str]]:
    """What stands beside the table; as a rule a comma without quotes has cut a text in two."""
    places = (place for place, cell in enumerate(row.cells) if cell and (place >= len(head) or not head[place]))
    return [(f"column {place + 1}", UNNAMED) for place in places][:1]


def _places(columns: Sequence[Column], ignored: set[str], head: Sequence[str]) -> dict[int, str]:
    known = {folded(column.name): column.name for column in columns}
    left_out = {folded(name) for name in ignored}
    places: dict[int, str] = {}
    problems: list[tuple[str, str]] = []
    for place, raw in enumerate(head):
        name = known.get(folded(raw), "")
        if name and name in places.values():
            problems.append((named(raw), "This column is there twice."))
        elif name:
            places[place] = name
        elif raw and folded(raw) not in left_out:
            problems.append((named(raw), f"There is no such column{hint(raw, [one.name for one in columns])}"))
    missing = [column.name for column in columns if column.required and column.name not in places.values()]
    problems += [(name, "This column is missing.") for name in missing]
    if problems:
        raise HeadRefused(problems)
    return places


def cleaned(columns: Iterable[Column], row: ParsedRow) -> dict[str, Any]:
    """The values of the row; what is wrong is added to its problems and left out."""
    bad = {name for name, _ in row.problems}
    found = {}
    for column in columns:
        if column.name in row.values and column.name not in bad:
            try:
                found[column.name] = column.read(row.values[column.name])
            except CellRefused as error:
                row.problems.append((column.name, str(error)))
    return found


def folded(text: str) -> str:
    """How names are compared: without case, and blanks, hyphens and underscores are the same."""
    return SEPARATORS.sub("_", text.strip().casefold())


def shown(text: str) -> str:
    """A piece of a file inside a message."""
    return f"“{named(text)}”"


def named(text: str) -> str:
    """A piece of a file that stands alone."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text[:60])
    return f"{plain}{'…' if len(text) > 60 else ''}"


def hint(text: str, names: Iterable[str]) -> str:
    """The end of a sentence that says that there is no such thing: ". Did you mean name?" where something is near."""
    return _hint(folded(text)[:60], tuple(names))


@lru_cache(1_024)
def _hint(wanted: str, names: tuple[str, ...]) -> str:
    """The same mistake stands in many rows, and looking for what is near is slow."""
    if len(names) > MOST_COMPARED:
        return "."
    by_fold = {folded(name): name for name in names}
    near = difflib.get_close_matches(wanted, by_fold, n=1, cutoff=0.6)
    return f". Did you mean {by_fold[near[0]]}?" if near else "."


def _flag(text: str) -> bool:
    wanted = text.casefold()
    if wanted in YES:
        return True
    if wanted in NO:
        return False
    raise CellRefused("Say yes or no.")


def _number(text: str) -> int:
    try:
        number = int(text or "0")
    except ValueError:
        raise CellRefused("This is not a whole number.") from None
    if abs(number) > 10_000:
        raise CellRefused("This number is too large.")
    return number
