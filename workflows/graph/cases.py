"""Test cases of a workflow: people that exist only in the case, what they do and when, and what must come of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from accounts.public_holidays import FIRST_YEAR, LAST_YEAR
from forms_builder.schema.parts import FieldName, FreeJson, LongText, Part, ShortText, StepKey
from workflows.graph.document import Name, OptionalName
from workflows.graph.timing import Period

MAX_CASES: Final = 200
MAX_PEOPLE: Final = 50
MAX_ACTS: Final = 200
MOST_ACTS: Final = 2_000
"""Of all cases of a workflow together: they are played while somebody waits."""
MONDAY: Final = datetime.fromisoformat("2025-09-29T05:00:00+00:00")
"""When a case begins that does not say: 10:30 on a working Monday in India, 07:00 in Central Europe."""


def _in_reach(moment: datetime) -> datetime:
    """Beyond these years calendars know nothing, and some time zones have no such time."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"the year must be from {FIRST_YEAR} to {LAST_YEAR}")
    return moment


PersonKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Persona(Part):
    """Somebody of a case, with what rules may ask about a person. `head` leads the department of the person."""

    key: PersonKey
    name: OptionalName = ""
    department: ShortText = ""
    designation: ShortText = ""
    level: int | None = Field(default=None, ge=0, le=1_000)
    city: ShortText = ""
    state: ShortText = ""
    country: ShortText = ""
    roles: tuple[ShortText, ...] = Field(default=(), max_length=20)
    manager: PersonKey | None = None
    head: PersonKey | None = None
    is_active: bool = True


class Act(Part):
    """One decision; `transition` is the name or the key of the way, `after` the working time that passes before it, in which
    time limits may run out.

    In `data` a text "@key" is the id of a persona, for fields that hold a person. With `refused` the act must be refused,
    at that place: "transition", "assignee", "data.<field>", or "person" where somebody may not decide.
    """

    step: StepKey
    by: PersonKey
    transition: OptionalName = ""
    data: Mapping[FieldName, FreeJson] = Field(default_factory=dict, max_length=500)
    assignee: PersonKey | None = None
    assignees: Mapping[StepKey, PersonKey] = Field(default_factory=dict, max_length=50)
    comment: LongText = ""
    after: Period = ""
    refused: ShortText = ""


class Expected(Part):
    """What must come of it; what is not said is not checked.

    `path` are the keys of the steps in the order in which they opened, gateways and machines' steps left out. `waits`
    says who has what at the end: by step the people who may decide there.
    """

    path: tuple[StepKey, ...] | None = Field(default=None, max_length=1_000)
    outcome: OptionalName = ""
    waits: Mapping[StepKey, tuple[PersonKey, ...]] | None = None
    values: Mapping[FieldName, FreeJson] = Field(default_factory=dict, max_length=500)


class Case(Part):
    """A story that a version of the workflow must play as told. The first act is the requester's start.

    One without acts is still to be told: it never passes.
    """

    name: Name
    description: LongText = ""
    people: tuple[Persona, ...] = Field(min_length=1, max_length=MAX_PEOPLE)
    owner: PersonKey | None = None
    """Who owns the workflow in the case, for fallbacks."""
    at: Annotated[datetime, AfterValidator(_in_reach)] = MONDAY
    acts: tuple[Act, ...] = Field(default=(), max_length=MAX_ACTS)
    expect: Expected = Expected()

    @property
    def requester(self) -> str:
        """Who asks: of a story that has not begun the first of its people."""
        return self.acts[0].by if self.acts else self.people[0].key

    @model_validator(mode="after")
    def _people_are_named(self) -> Self:
        keys = [person.key for person in self.people]
        if len(set(keys)) < len(keys):
            raise ValueError("two people have the same key")
        if self.at.utcoffset() is None:
            raise ValueError("the time needs a time zone, such as 2025-09-29T10:30:00+05:30")
        unknown = set(self._named()) - set(keys)
        if unknown:
            raise ValueError(f"nobody in the case is called {', '.join(sorted(unknown))}")
        return self

    def _named(self) -> list[str]:
        found: list[str | None] = [self.owner]
        for person in self.people:
            found += [person.manager, person.head]
        for act in self.acts:
            found += [act.by, act.assignee, *act.assignees.values()]
        for people in (self.expect.waits or {}).values():
            found += people
        return [one for one in found if one is not None]


def cases_of(raw: Any) -> tuple[Case, ...]:
    """Stored cases. Raises pydantic's ValidationError."""
    return tuple(Case.model_validate(one) for one in raw or ())


def cases_to_json(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """As JSON-ready data, without the values that are at their default."""
    return [case.model_dump(mode="json", exclude_defaults=True) for case in cases]
