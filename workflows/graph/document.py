"""The graph document: steps and transitions as stored, exchanged and drawn.

Structure is checked here (types, unknown keys, sizes). What a graph must mean, for example that every step leads to an
end, is the business of `workflows.graph.lint`, so that an unfinished draft can be saved and shown with its problems.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, ValidationError, model_validator

from forms_builder.schema.document import DocumentError, refuse_large
from forms_builder.schema.parts import LongText, Part, RuleJson, StepKey, plain, storable
from forms_builder.schema.upgrades import DocumentTooNew, upgraded
from workflows.graph.approval_rule import Approval
from workflows.graph.automation import Node
from workflows.graph.gateways import Join
from workflows.graph.outside import Outside
from workflows.graph.timing import Period, Rungs, Timeout

__all__ = ["DocumentError", "GraphDocument", "Step", "Transition"]

SCHEMA_VERSION: Final = 1
MAX_STEPS: Final = 300
"""Steps a publishable graph may have; a document may hold more, the lint then blocks it."""
STORED_STEPS_LIMIT: Final = 1_000
STORED_TRANSITIONS_LIMIT: Final = 5_000
MAX_BYTES: Final = 1024 * 1024

RawDocument = dict[str, Any]
UPGRADES: Final[dict[int, Callable[[RawDocument], RawDocument]]] = {}
"""From a schema version to the next: `UPGRADES[1]` turns a document of version 1 into one of version 2."""

OptionalName = Annotated[str, StringConstraints(max_length=120), AfterValidator(plain)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(plain)]
Properties = Annotated[dict[str, JsonValue], AfterValidator(storable)]


class StepKind(StrEnum):
    """What a step does. A request stays at a task, and where a machine works (`auto`); forks, joins and no-ops are passed
    through by the decision before."""

    START = "start"
    TASK = "task"
    END = "end"
    FORK = "fork"
    JOIN = "join"
    NOOP = "noop"
    AUTO = "auto"

    @property
    def is_gateway(self) -> bool:
        """Whether nobody ever does anything there."""
        return self in (StepKind.FORK, StepKind.JOIN, StepKind.NOOP)


class AssigneeMode(StrEnum):
    """What happens when the rule names several people. `one`: the actor before picks one. `any`: every candidate sees the
    task, the first decision counts. `round_robin`: one after the other, in turn. `least_loaded`: who has the fewest open tasks.
    `previous_holder`: who decided the step last time for the same requester; the actor picks where there was nobody. `panel`:
    every candidate votes, and the step's `approval` says what the votes come to."""

    ONE = "one"
    ANY = "any"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    PREVIOUS_HOLDER = "previous_holder"
    PANEL = "panel"


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


class ByMail(StrEnum):
    """Whether the mail about a task brings a link that decides it: not at all, with the link alone, or after a login too."""

    OFF = "off"
    LINK = "link"
    LOGIN = "login"


class Separation(Part):
    """Who may not decide although the rule names them: the requester, and whoever decided one of `not_same_as`."""

    not_requester: bool = True
    not_own_delegate: bool = False
    """Keeps out whoever stands in for the requester as well, while they do."""
    not_same_as: tuple[StepKey, ...] = Field(default=(), max_length=50)


class GeneralSeparation(Separation):
    """What holds at every step of the workflow besides its own; a step is never compared with itself."""

    not_requester: bool = False


class Assignee(Part):
    """Who may be asked at a step: everybody the rule matches, in the rule context "assignee"."""

    rule: RuleJson | Literal["requester"]
    mode: AssigneeMode = AssigneeMode.ONE
    fallback: tuple[Fallback, ...] = Field(default=(), max_length=10)
    separation: Separation = Separation()
    by_mail: ByMail = ByMail.OFF
    outside: Outside | None = None
    """Whom without an account the decision is asked from; whom the rule names looks after it then."""

    def excludes_requester(self) -> bool:
        """True when the requester may never decide here; a step that is the requester's own work excludes nobody."""
        return self.rule != "requester" and self.separation.not_requester


class SlaRule(Part):
    """A time limit in working time ("30m", "2h", "2d", "1w") and what happens when it has passed.

    `remind_after` counts from the opening of the task, like `period`, and is the shorter of the two. It and `escalate` are
    shorthand for the usual ladder; with `rungs` these are the ladder, and `fallback` serves their hand-overs.
    """

    period: Period = ""
    remind_after: Period = ""
    escalate: Escalation = Escalation.MANAGER
    fallback: tuple[Fallback, ...] = Field(default=(), max_length=10)
    rungs: Rungs = ()


class StepSla(SlaRule):
    """The limit of one step; its own values count in mode `own` only."""

    mode: SlaMode = SlaMode.INHERIT


class Position(Part):
    """Centre of a step on the canvas, in drawing units; set by hand, else laid out."""

    x: float = Field(ge=-1_000_000, le=1_000_000)
    y: float = Field(ge=-1_000_000, le=1_000_000)


class Step(Part):
    """One stage of a request. `key` never changes once published; `name` is what people read and pick."""

    key: StepKey
    name: Name
    kind: StepKind
    outcome: OptionalName = ""
    description: LongText = ""
    assignee: Assignee | None = None
    approval: Approval | None = None
    sla: StepSla = StepSla()
    shown_required: bool = False
    """Whether programs too must send with a decision what they were shown, as pages always do."""
    join: Join | None = None
    timeout: Timeout | None = None
    """Of the tasks of this step, in place of the workflow's `task_timeout`."""
    node: Node | None = None
    position: Position | None = None
    layout: Properties = Field(default_factory=dict, max_length=50)

    @property
    def outside(self) -> Outside | None:
        """Whom without an account its decision is asked from; None as a rule."""
        return self.assignee.outside if self.assignee is not None else None

    @model_validator(mode="after")
    def _parts_are_for_their_kind(self) -> Self:
        if self.outcome and self.kind is not StepKind.END:
            raise ValueError("only an end step has an outcome")
        if self.join is not None and self.kind is not StepKind.JOIN:
            raise ValueError("only a join says what it waits for")
        return self


class Transition(Part):
    """A line between two steps. `is_return` ("return" in JSON) marks a way back, which may close a circle.

    `otherwise` marks the way out of a gateway that is taken where no other is: no condition holds, or the join was not met.
    """

    key: StepKey
    name: OptionalName = ""
    source: StepKey = Field(alias="from")
    target: StepKey = Field(alias="to")
    is_return: bool = Field(default=False, alias="return")
    condition: RuleJson | None = None
    otherwise: bool = False
    reason_required: bool = False


class Stakeholder(Part):
    """Somebody who is told about every run of the workflow."""

    kind: StakeholderKind
    id: UUID | None = None

    @model_validator(mode="after")
    def _id_is_for_members(self) -> Self:
        if (self.kind is StakeholderKind.MEMBER) != (self.id is not None):
            raise ValueError("a member needs an id, the other kinds have none")
        return self


class GraphDocument(Part):
    """A whole graph. Load it with `load`, write it with `to_json`."""

    schema_version: Literal[1] = 1
    steps: tuple[Step, ...] = Field(default=(), max_length=STORED_STEPS_LIMIT)
    transitions: tuple[Transition, ...] = Field(default=(), max_length=STORED_TRANSITIONS_LIMIT)
    sla: SlaRule | None = None
    separation: GeneralSeparation = GeneralSeparation()
    timeout: Timeout | None = None
    """Of the whole request."""
    task_timeout: Timeout | None = None
    stakeholders: tuple[Stakeholder, ...] = Field(default=(), max_length=50)
    layout: Properties = Field(default_factory=dict, max_length=50)

    @classmethod
    def load(cls, raw: object) -> Self:
        """Read stored or imported JSON data of this or an earlier schema version.

        Raises `DocumentError` with all wrong places at once.
        """
        try:
            refuse_large(raw, MAX_BYTES)
            return cls.model_validate(upgraded(raw, current=SCHEMA_VERSION, upgrades=UPGRADES))
        except ValidationError as error:
            raise DocumentError(
                (problem_path(item["loc"]), problem_message(item["msg"])) for item in error.errors()
            ) from error
        except DocumentTooNew as error:
            raise DocumentError([("schema_version", str(error))]) from error

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


def problem_path(location: tuple[int | str, ...]) -> str:
    """A place of pydantic as a dotted path, without the union members it tried ("literal['requester']")."""
    return ".".join(str(part) for part in location if not (isinstance(part, str) and "[" in part))


def problem_message(text: str) -> str:
    """A message of pydantic as a sentence's start."""
    text = text.removeprefix("Value error, ")
    return text[:1].upper() + text[1:]
