"""The graph document: steps and transitions as stored, exchanged and drawn.

Structure is checked here (types, unknown keys, sizes). What a graph must mean, for example that every step leads to an
end, is the business of `workflows.graph.lint`, so that an unfinished draft can be saved and shown with its problems.
"""

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

SCHEMA_VERSION: Final = 1
MAX_STEPS: Final = 300
"""Steps a publishable graph may have; a document may hold more, the lint then blocks it."""
STORED_STEPS_LIMIT: Final = 1_000
STORED_TRANSITIONS_LIMIT: Final = 5_000
MAX_JSON_DEPTH: Final = 40

RawDocument = dict[str, Any]


class DocumentTooNew(ValueError):
    """The document was written by a later version of the product."""

    def __init__(self, version: object) -> None:
        super().__init__(f"This graph has schema version {version!r}; this product reads up to {SCHEMA_VERSION}.")


def _plain_text(value: str) -> str:
    """Control characters cannot be stored in PostgreSQL (NUL) or seen by a reader (the others)."""
    if any(ord(sign) < 32 and sign not in "\n\t" or ord(sign) == 127 for sign in value):
        raise ValueError("contains a control character")
    return value


def _storable(value: Any, depth: int = 0) -> Any:
    """Free JSON (a rule, layout properties): shallow enough to walk, finite, and text PostgreSQL can store."""
    if depth > MAX_JSON_DEPTH:
        raise ValueError(f"is nested deeper than {MAX_JSON_DEPTH} levels")
    if isinstance(value, str):
        if "\x00" in value or any(0xD800 <= ord(sign) <= 0xDFFF for sign in value):
            raise ValueError("contains text that cannot be stored")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("contains a number that is not finite")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _storable(key, depth + 1)
            _storable(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _storable(item, depth + 1)
    return value


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_plain_text)]
Text = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_plain_text)]
Period = Annotated[str, StringConstraints(max_length=20), AfterValidator(_plain_text)]
RuleJson = Annotated[dict[str, Any], AfterValidator(_storable)]
"""A rule of `forms_builder.rules`, kept as written; parsed by the lint and by `CompiledGraph`."""
Properties = Annotated[dict[str, JsonValue], AfterValidator(_storable)]


class StepKind(StrEnum):
    """What a step does. Later kinds (fork, join, delay, call) are added here and in `compiled.py`."""

    START = "start"
    TASK = "task"
    END = "end"


class AssigneeMode(StrEnum):
    """`one`: the actor before picks one person. `any`: every candidate sees the task, the first decision counts."""

    ONE = "one"
    ANY = "any"


class Fallback(StrEnum):
    """Who is asked when nobody else is left. Read from the requester for assignees, from the assignee for the SLA."""

    MANAGER = "manager"
    MANAGER_OF_MANAGER = "manager_of_manager"
    DEPARTMENT_HEAD = "department_head"
    WORKFLOW_OWNER = "workflow_owner"


class SlaMode(StrEnum):
    """Three states of a step, so that "none" has one meaning: take the workflow's, have none, have an own one."""

    INHERIT = "inherit"
    OFF = "off"
    OWN = "own"


class Escalation(StrEnum):
    """Where an overdue task goes: the assignee's manager, or nowhere (it is only marked overdue)."""

    MANAGER = "manager"
    NONE = "none"


class StakeholderKind(StrEnum):
    """Whom a definition names as stakeholder of every run; `member` needs an id, the others depend on the requester."""

    MEMBER = "member"
    MANAGER = "manager"
    DEPARTMENT_HEAD = "department_head"
    WORKFLOW_OWNER = "workflow_owner"


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True, allow_inf_nan=False
    )


class Separation(_Part):
    """Who may not decide although the rule names them."""

    not_requester: bool = True


class Assignee(_Part):
    """Who may be asked at a step: everybody the rule matches, in the rule context "assignee"."""

    rule: RuleJson | Literal["requester"]
    mode: AssigneeMode = AssigneeMode.ONE
    fallback: tuple[Fallback, ...] = Field(default=(), max_length=10)
    separation: Separation = Separation()

    def excludes_requester(self) -> bool:
        """True when the requester may never decide here; a step that is the requester's own work excludes nobody."""
        return self.rule != "requester" and self.separation.not_requester


class SlaRule(_Part):
    """A time limit in working time ("30m", "2h", "2d", "1w") and what happens when it has passed.

    `remind_after` counts from the opening of the task, like `period`, and is the shorter of the two.
    """

    period: Period = ""
    remind_after: Period = ""
    escalate: Escalation = Escalation.MANAGER
    fallback: tuple[Fallback, ...] = Field(default=(), max_length=10)


class StepSla(SlaRule):
    """The limit of one step; its own values count in mode `own` only."""

    mode: SlaMode = SlaMode.INHERIT


class Position(_Part):
    """Centre of a step on the canvas, in drawing units; set by hand, else laid out."""

    x: float = Field(ge=-1_000_000, le=1_000_000)
    y: float = Field(ge=-1_000_000, le=1_000_000)


class Step(_Part):
    """One stage of a request. `key` never changes once published; `name` is what people read and pick."""

    key: Key
    name: Name
    kind: StepKind
    outcome: Annotated[str, StringConstraints(max_length=120), AfterValidator(_plain_text)] = ""
    description: Text = ""
    assignee: Assignee | None = None
    sla: StepSla = StepSla()
    position: Position | None = None
    layout: Properties = Field(default_factory=dict, max_length=50)

    @model_validator(mode="after")
    def _outcome_is_for_ends(self) -> Self:
        if self.outcome and self.kind is not StepKind.END:
            raise ValueError("only an end step has an outcome")
        return self


class Transition(_Part):
    """A line between two steps. `is_return` ("return" in JSON) marks a way back, which may close a circle."""

    key: Key
    name: Annotated[str, StringConstraints(max_length=120), AfterValidator(_plain_text)] = ""
    source: Key = Field(alias="from")
    target: Key = Field(alias="to")
    is_return: bool = Field(default=False, alias="return")
    condition: RuleJson | None = None
    reason_required: bool = False


class Stakeholder(_Part):
    """Somebody who is told about every run of the workflow."""

    kind: StakeholderKind
    id: UUID | None = None

    @model_validator(mode="after")
    def _id_is_for_members(self) -> Self:
        if (self.kind is StakeholderKind.MEMBER) != (self.id is not None):
            raise ValueError("a member needs an id, the other kinds have none")
        return self


class GraphDocument(_Part):
    """A whole graph. Load it with `load`, write it with `to_json`."""

    schema_version: Literal[1] = 1
    steps: tuple[Step, ...] = Field(default=(), max_length=STORED_STEPS_LIMIT)
    transitions: tuple[Transition, ...] = Field(default=(), max_length=STORED_TRANSITIONS_LIMIT)
    sla: SlaRule | None = None
    stakeholders: tuple[Stakeholder, ...] = Field(default=(), max_length=50)
    layout: Properties = Field(default_factory=dict, max_length=50)

    @classmethod
    def load(cls, raw: object) -> Self:
        """Read stored or imported JSON of this or an earlier schema version.

        Raises `DocumentTooNew`, or pydantic's `ValidationError` naming every wrong place.
        """
        return cls.model_validate(upgraded(raw))

    def to_json(self) -> RawDocument:
        """The document as JSON-ready data, without the values that are at their default."""
        data = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return {"schema_version": SCHEMA_VERSION, "steps": [], "transitions": []} | data

    def step(self, key: str) -> Step | None:
        """The first step of that key, found by a linear search; use `CompiledGraph` on hot paths."""
        return next((step for step in self.steps if step.key == key), None)

    def transition_name(self, transition: Transition) -> str:
        """What the transition is called: its own name, else the name of the step it leads to."""
        if transition.name:
            return transition.name
        target = self.step(transition.target)
        return target.name if target else transition.target


UPGRADES: Final[dict[int, Callable[[RawDocument], RawDocument]]] = {}
"""From a schema version to the next: `UPGRADES[1]` turns a document of version 1 into one of version 2."""


def upgraded(raw: object) -> object:
    """Bring raw JSON to the current schema version; anything that is no object is returned as it is.

    Raises `DocumentTooNew` for a version this product does not know.
    """
    if not isinstance(raw, dict):
        return raw
    version = raw.get("schema_version", SCHEMA_VERSION)
    if not isinstance(version, int) or isinstance(version, bool):
        return raw
    if version > SCHEMA_VERSION:
        raise DocumentTooNew(version)
    while version < SCHEMA_VERSION and version in UPGRADES:
        raw = UPGRADES[version](raw)
        version += 1
    return raw
