"""What can be wrong with a rule: when it is saved (`RuleError`) and when it is evaluated (`EvaluationError`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleError:
    """One thing wrong with a rule document.

    `place` is a JSON path (`$.all[1].value`), `code` is stable for programs, `message` tells a person what to do.
    """

    place: str
    code: str
    message: str


class RuleErrors(ValueError):
    """A rule document was refused; `errors` holds everything that is wrong with it, in document order."""

    def __init__(self, errors: Sequence[RuleError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{error.place}: {error.message}" for error in self.errors))


class EvaluationError(Exception):
    """A rule has no answer for these values. Callers treat it as "do not act", never as "condition not set"."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        self.code = code
        self.message = message
        self.field = field
        super().__init__(message)


class WrongValue(ValueError):
    """A raw value does not have the shape that its field type asks for; the message says which shape that is."""


def shown(value: object, limit: int = 60) -> str:
    """A short, printable, UTF-8 safe picture of any value for use in a message."""
    if isinstance(value, str):
        text = value[: limit + 1]
        text = text if text.isprintable() else ascii(text)[1:-1]
        return f'"{text[:limit]}…"' if len(text) > limit else f'"{text}"'
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 128 else "a huge number"
    if isinstance(value, float):
        return repr(value)
    return kind_of(value)


def kind_of(value: object) -> str:
    """What sort of thing a value is; says nothing about its content, which may be confidential."""
    kinds = {str: "a text", bool: "yes or no", int: "a number", float: "a number", list: "a list", tuple: "a list"}
    for kind, words in kinds.items():
        if isinstance(value, kind):
            return words
    return "an object" if isinstance(value, dict) else f"a {type(value).__name__}"
