"""Expressions of SurveyJS, such as `{kind} = 'other' and {days} > 3`, as conditions; what else they can say is not taken."""

import re
from typing import Any, Final

from forms_builder.exchange.conditions import Condition, Group, Negation, NotTaken, Operator, Test

MAX_LENGTH: Final = 2_000
MAX_DEPTH: Final = 10
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<name>\{[^{}]{1,200}\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?\d{1,20}(?:\.\d{1,10})?)"
    r"|(?P<sign><>|<=|>=|==|!=|&&|\|\||[=<>!()\[\],])|(?P<word>[A-Za-z]{1,20}(?![A-Za-z0-9_(])))",
    re.ASCII,
)
_COMPARE: Final[dict[str, Operator]] = {
    "=": "eq", "==": "eq", "equal": "eq", "<>": "ne", "!=": "ne", "notequal": "ne", ">": "gt", "greater": "gt",
    ">=": "gte", "greaterorequal": "gte", "<": "lt", "less": "lt", "<=": "lte", "lessorequal": "lte",
    "contains": "contains", "contain": "contains", "notcontains": "not_contains", "notcontain": "not_contains",
    "anyof": "any_of", "allof": "all_of", "noneof": "none_of",
}  # fmt: skip
_ALONE: Final[dict[str, Operator]] = {"empty": "empty", "notempty": "filled"}
_TURNED: Final[dict[Operator, Operator]] = {"eq": "eq", "ne": "ne", "gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}


def condition_of(text: str) -> Condition:
    """Raises NotTaken with the part that is not understood."""
    if len(text) > MAX_LENGTH:
        raise NotTaken("it is too long")
    reader = _Reader(_tokens(text))
    found = reader.any_of(0)
    if reader.kind:
        raise NotTaken(f"“{reader.text}” is not understood")
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place, text = 0, text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise NotTaken(f"“{text[place : place + 30].strip()}” is not understood")
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        place = match.end()
    return found


class _Reader:
    """Recursive descent: or, and, not, a comparison, a group in brackets."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.here = 0

    @property
    def kind(self) -> str:
        """Of the next token; empty at the end."""
        return self.tokens[self.here][0] if self.here < len(self.tokens) else ""

    @property
    def text(self) -> str:
        return self.tokens[self.here][1] if self.here < len(self.tokens) else "the end"

    def takes(self, *texts: str) -> bool:
        """Goes on where the next token is one of these signs or words."""
        if self.kind in ("sign", "word") and self.text.lower() in texts:
            self.here += 1
            return True
        return False

    def any_of(self, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise NotTaken("it is nested too deeply")
        parts = [self.all_of(depth)]
        while self.takes("or", "||"):
            parts.append(self.all_of(depth))
        return parts[0] if len(parts) == 1 else Group("any", tuple(parts))

    def all_of(self, depth: int) -> Condition:
        parts = [self.one(depth)]
        while self.takes("and", "&&"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else Group("all", tuple(parts))

    def one(self, depth: int) -> Condition:
        if self.takes("!", "not", "negate"):
            if depth >= MAX_DEPTH:
                raise NotTaken("it is nested too deeply")
            return Negation(self.one(depth + 1))
        if self.takes("("):
            found = self.any_of(depth + 1)
            if not self.takes(")"):
                raise NotTaken("a bracket is not closed")
            return found
        return self.comparison()

    def comparison(self) -> Condition:
        if self.kind != "name":
            value = self.value()
            op = _TURNED.get(self.operator())
            if op is None or self.kind != "name":
                raise NotTaken(f"“{self.text}” is not understood")
            return Test(self.name(), op, value)
        name = self.name()
        if self.kind == "word" and self.text.lower() in _ALONE:
            self.here += 1
            return Test(name, _ALONE[self.tokens[self.here - 1][1].lower()])
        if self.kind not in ("sign", "word") or self.text.lower() not in _COMPARE:
            return Test(name, "filled")
        return Test(name, self.operator(), self.value())

    def operator(self) -> Operator:
        op = _COMPARE.get(self.text.lower()) if self.kind in ("sign", "word") else None
        if op is None:
            raise NotTaken(f"“{self.text}” is not understood")
        self.here += 1
        return op

    def name(self) -> str:
        self.here += 1
        return self.tokens[self.here - 1][1][1:-1].strip()

    def value(self) -> Any:
        if self.takes("["):
            found = [] if self.takes("]") else [self.constant()]
            while found and not self.takes("]"):
                if not self.takes(","):
                    raise NotTaken("a list is not closed")
                found.append(self.constant())
            return found
        return self.constant()

    def constant(self) -> Any:
        kind, text = self.kind, self.text
        self.here += 1
        if kind == "text":
            return text[1:-1]
        if kind == "number":
            return text
        if kind == "word" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        raise NotTaken(f"“{text}” is not understood")
