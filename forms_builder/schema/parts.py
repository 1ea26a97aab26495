"""The bricks of a form document: names, texts and rules as they may be stored, and the base of every model."""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

MAX_JSON_DEPTH: Final = 30
NAME_PATTERN: Final = r"^[a-z][a-z0-9_]{0,59}$"
_TURNS: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def has_unstorable(value: str) -> bool:
    """True for text that PostgreSQL cannot keep (NUL, lone surrogates) or that nobody can see (control characters)."""
    return any(
        (sign < " " and sign not in "\n\r\t") or sign == "\x7f" or "\ud800" <= sign <= "\udfff" for sign in value
    )


def unturned(value: str) -> str:
    """Without the embeddings, overrides and isolates of UAX #9 (2.1 to 2.4), which nobody sees: with one of them a sentence is
    read otherwise than it is stored (CVE-2021-42574). They come along when something is copied, and right-to-left writing
    does not need them."""
    return value if value.isascii() else value.translate(_TURNS)


def plain(value: str) -> str:
    """Refuse invisible and unstorable characters."""
    if has_unstorable(value):
        raise ValueError("contains a character that cannot be stored")
    return value


def refuse_deep(value: Any, depth: int = 0) -> None:
    """Refuse nesting that could exhaust the stack of whoever walks the value later."""
    if depth > MAX_JSON_DEPTH:
        raise ValueError(f"is nested deeper than {MAX_JSON_DEPTH} levels")
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for item in value:
        refuse_deep(item, depth + 1)


def storable(value: Any, depth: int = 0) -> Any:
    """Free JSON (a rule, a default): shallow enough to walk, finite, and text the database can keep."""
    if depth > MAX_JSON_DEPTH:
        raise ValueError(f"is nested deeper than {MAX_JSON_DEPTH} levels")
    if isinstance(value, str):
        plain(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("contains a number that is not finite")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            storable(key, depth + 1)
            storable(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            storable(item, depth + 1)
    return value


FieldName = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
StepKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=60)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(plain)]
ShortText = Annotated[str, StringConstraints(max_length=200), AfterValidator(plain)]
LongText = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(plain)]
RuleJson = Annotated[dict[str, Any], AfterValidator(storable)]
"""A rule of `forms_builder.rules` as written; parsed by `schema.check` and by `schema.plan`."""
FreeJson = Annotated[Any, AfterValidator(storable)]


class Access(StrEnum):
    """What the person at a step may do with a field. The order is the order of rights."""

    HIDDEN = "hidden"
    READ = "read"
    WRITE = "write"
    REQUIRED = "required"

    @property
    def writable(self) -> bool:
        return self in (Access.WRITE, Access.REQUIRED)


class Part(BaseModel):
    """Frozen, and no unknown keys: a misspelt key is an error, not a silent default."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True, allow_inf_nan=False
    )
