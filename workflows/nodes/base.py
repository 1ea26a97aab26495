"""The base of every kind of automatic step: what it is given, and what it may answer.

A kind knows neither tables nor transactions. It reads from `Work`, reaches the world through `Tools`, and answers `Done`
or `Pause`, or raises `NodeFailure`. No transaction is open while it runs, and it may be run again after a crash.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from forms_builder.schema.parts import Part
from workflows.nodes.templating import RECORD, SHOWN, MissingValue, placeholders, render, render_address, render_text

if TYPE_CHECKING:
    from workflows.nodes.egress import Answer, Call

P = TypeVar("P", bound=Part)
T = TypeVar("T")
JsonValue = Any


class NodeFailure(Exception):
    """The attempt failed, and the text says why to an admin.

    ``again`` False: trying again cannot help. ``unknown`` True: the effect may have happened all the same, so a repetition
    must carry the same key. ``late`` True: the time was up.
    """

    def __init__(self, text: str, *, again: bool = True, unknown: bool = False, late: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.again = again
        self.unknown = unknown
        self.late = late
        self.fault = False
        """Whether it is a mistake of ours rather than an answer: it counts as a crash."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that the step has made; in a file field of the form if it names one, else with the step."""

    name: str
    content: bytes
    field: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """Something to tell people; `to` as in `graph.automation.Recipient`."""

    to: tuple[str, ...]
    text: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The step has succeeded. `output` goes into the run's context, `fields` into the form. `way` is the name of the way to go
    on by, where the step has one of that name."""

    output: JsonValue = None
    fields: Mapping[str, JsonValue] = field(default_factory=dict)
    artifacts: tuple[Artifact, ...] = ()
    messages: tuple[Message, ...] = ()
    way: str = ""


@dataclass(frozen=True, slots=True)
class Chained:
    """A request that a step has started, as it stands."""

    run_id: UUID
    number: int
    status: str
    outcome: str
    data: Mapping[str, JsonValue]
    is_over: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing to do until then, or until something comes in (`until` None: for ever). Not a failure."""

    until: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Question:
    """A decision that is asked by links: of an `address`, of the one in a `field`, or of the `people` whom a rule names."""

    address: str
    field: str
    people: Mapping[str, JsonValue] | None
    medium: str
    subject: str
    text: str
    lasts: timedelta
    needs_code: bool
    turn: int
    key: UUID


@dataclass(frozen=True, slots=True)
class AskedState:
    """How a question stands: until when its links hold, or what was decided by one. `who` names mailboxes, masked."""

    turn: int
    until: datetime
    who: str
    transition: str = ""
    name: str = ""
    comment: str = ""
    at: datetime | None = None
    withdrawn_by: str = ""


class Tools(Protocol):
    """The world, as far as kinds may reach it. What it refuses comes as `NodeFailure`."""

    seal: str
    """What tells the placeholders of secrets from words of the same looks that somebody has filled in; empty: they stay."""

    def call(self, call: "Call") -> "Answer":
        """Speak HTTP with another machine; sealed secrets in the call are filled in here and nowhere else."""

    def file(self, field: str) -> tuple[str, bytes]:
        """Name and content of the newest file of a form field."""

    def business_time(self, start: datetime, period: str) -> datetime:
        """When so much working time has passed in the organisation's calendar."""

    def zone(self) -> str:
        """The organisation's time zone."""

    def incoming(self) -> JsonValue | None:
        """What came in for this step from outside; None as long as nothing has."""

    def chained(self, key: UUID, workflow: str, data: Mapping[str, JsonValue]) -> Chained:
        """The request of another workflow that this step has started; started now if it has none, and where the last one has
        ended without a decision under another key."""

    def asked(self, key: UUID) -> AskedState | None:
        """What became of the newest question of this step; None where none was asked under the key."""

    def ask(self, question: Question) -> AskedState:
        """Send the links of a question; those of an earlier one stop working."""

    def rows(self, connection: str, sql: str, values: Mapping[str, JsonValue], most: int) -> list[dict[str, JsonValue]]:
        """The rows of a query over an allowed connection, at most so many."""


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt: what it is about, and the world. `key` stays the same when the outcome of an attempt is unknown."""

    run_id: UUID
    workflow_id: UUID
    step: str
    attempt: int
    key: UUID
    at: datetime
    timeout: int
    values: Mapping[str, JsonValue]
    """What placeholders may name: run, workflow, record, shown, requester, context, previous, callback."""
    tools: Tools
    paused_until: datetime | None = None
    """Set when an earlier attempt has paused."""
    resumed: bool = False
    """Whether an earlier attempt has paused, also for ever."""

    def text(self, template: str) -> str:
        """A text for a machine with its placeholders filled in; those of secrets are sealed."""
        return self._filled(render_text, template, self.values, self.tools.seal)

    def address(self, template: str) -> str:
        """The same for an address: a value is one part of it."""
        return self._filled(render_address, template, self.values, self.tools.seal)

    def words(self, template: str) -> str:
        """A text for people: answers that point to a person, an entry or a file are called by name, as on the pages."""
        return self._filled(render_text, template, {**self.values, RECORD: self.values[SHOWN]})

    def value(self, template: JsonValue) -> JsonValue:
        """JSON for a machine: a text that is one placeholder becomes the value itself."""
        return self._filled(render, template, self.values, self.tools.seal)

    def _filled(self, fill: Callable[..., T], *given: Any) -> T:
        try:
            return fill(*given)
        except MissingValue as missing:
            raise NodeFailure(str(missing), again=False) from missing


class NodeKind(ABC, Generic[P]):
    """A kind of automatic step. `kind` is its name in documents and never changes."""

    kind: ClassVar[str]
    label: ClassVar[str]
    params: type[P]
    speaks: ClassVar[bool] = False
    """Whether it makes calls, which may carry secrets."""
    setting: ClassVar[str] = ""
    """The setting that must be on for it to run; kinds that can do harm are off by default."""

    @abstractmethod
    def run(self, params: P, work: Work) -> Done | Pause:
        """Do it. Raises NodeFailure."""

    def problems(self, params: P) -> Iterator[tuple[str, str]]:
        """What is wrong with parameters that are well formed: (dotted path, sentence)."""
        return iter(())

    def files(self, params: P) -> Iterator[tuple[str, str]]:
        """The file fields of the form that it reads or fills, with the place where each is named."""
        return iter(())

    def writes(self, params: P) -> Iterator[tuple[str, str]]:
        """The other fields of the form that it fills, with the place where each is named."""
        return iter(())

    def address_fields(self, params: P) -> Iterator[tuple[str, str]]:
        """The text fields of the form that it takes mail addresses from, with the place where each is named."""
        return iter(())

    def people_rules(self, params: P) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
        """Its rules about people, with the place of each."""
        return iter(())

    def tells_outside(self, params: P) -> bool:
        """Whether its texts go to people without an account, and may hold only what the step shows."""
        return False

    def asks_outside(self, params: P) -> bool:
        """Whether it asks people without an account to decide."""
        return False

    def names(self, params: P) -> Iterator[tuple[str, str]]:
        """Every placeholder of the parameters with its place."""
        yield from placeholders(params.model_dump(mode="json", by_alias=True))
