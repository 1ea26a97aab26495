"""What judging an answer needs from outside of its value, and how it is refused."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from forms_builder.schema import fields as f
from forms_builder.schema.sources import Sources


class Refused(ValueError):
    """The value is wrong; `problems` are (path within the field, message), the path empty for the field itself."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(message for _, message in problems))


@dataclass
class World:
    """What is outside of the values, and the labels of what was picked, collected by field name.

    `stored` are the values that the request has already, for types that must know whether an answer is a new one.
    """

    sources: Sources
    labels: dict[str, dict[str, str]] = dataclass_field(default_factory=dict)
    stored: Mapping[str, Any] = dataclass_field(default_factory=dict)

    def pick(self, key: str, wanted: f.SourcedChoices, values: Collection[str]) -> Mapping[str, str]:
        found = self.sources.labels(wanted, values)
        self.labels.setdefault(key, {}).update(found)
        return found


def wrong(message: str) -> Refused:
    """A refusal of the whole field."""
    return Refused(("", message))
