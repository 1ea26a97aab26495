"""What a field can begin with, in words: the facts of `prefill`, and the types of field that take each."""

from collections.abc import Iterable
from typing import Final

TEXTS: Final = frozenset({"text", "long_text"})
ANY: Final = TEXTS | {"number", "date", "time", "choice"}
Fact = tuple[str, str, frozenset[str]]

_FACTS: Final[tuple[Fact, ...]] = (
    ("today", "The day on which it begins", frozenset({"date"})),
    ("now", "The time at which it begins", frozenset({"time"})),
    ("requester", "The requester", frozenset({"user"})),
    ("requester.name", "The requester's name", TEXTS),
    ("requester.email", "The requester's e-mail", TEXTS),
    ("requester.manager", "The requester's manager", frozenset({"user"})),
    ("requester.manager_name", "The name of the requester's manager", TEXTS),
    ("requester.department", "The requester's department", frozenset({"department", "choice"})),
    ("requester.department_name", "The name of the requester's department", TEXTS),
    ("requester.designation", "The requester's designation", frozenset({"choice"})),
    ("requester.designation_name", "The name of the requester's designation", TEXTS),
    ("requester.place", "The requester's place", frozenset({"choice"})),
    ("requester.city", "The requester's city", TEXTS),
    ("requester.country", "The requester's country", TEXTS),
)


def facts_with(attributes: Iterable[str]) -> tuple[Fact, ...]:
    """All facts; `attributes` are the names of what the organisation keeps of its people besides."""
    known = {fact.partition(".")[2] for fact, _, _ in _FACTS}
    own = (name for name in sorted(set(attributes)) if name not in known)
    return (*_FACTS, *((f"requester.{name}", f"The requester's {name.replace('_', ' ')}", ANY) for name in own))
