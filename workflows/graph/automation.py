"""What a machine's step says: the kind of work and its settings, how often it is tried, and where to go when it fails."""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints

from forms_builder.schema import fields as f
from forms_builder.schema.component import component_of
from forms_builder.schema.parts import FieldName, Label, LongText, Part, ShortText, plain, storable

LONGEST_PAUSE: Final = 24 * 3600.0
LONGEST_ATTEMPT: Final = 200
"""Seconds; below the time limit of the worker's own task."""

SAVED: Final = "saved"
"""The kind of a step that does what a saved task says."""
SHIPPED: Final = "shipped/"
"""How the keys of saved tasks begin that come with the product."""
MOST_LINKS: Final = 10
MOST_PARAMETERS: Final = 30

KindName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
SavedKey = Annotated[str, StringConstraints(pattern=r"^(shipped/)?[a-z][a-z0-9_]{0,59}$")]
"""A saved task: of the organisation, or one that comes with the product."""
OptionalName = Annotated[str, StringConstraints(max_length=120), AfterValidator(plain)]
OutputPath = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(plain)]
Params = Annotated[dict[str, Any], AfterValidator(storable)]
Recipient = Annotated[
    str,
    StringConstraints(
        pattern=r"^(owner|requester|stakeholders|admins|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$"
    ),
]
"""`owner`, `requester`, `stakeholders`, `admins`, or the id of a person."""


def takes_answers(field: f.FieldBase) -> bool:
    """Whether the answer of a machine can be written to the field."""
    return field.answered and component_of(field).machines_write


class Backoff(StrEnum):
    FIXED = "fixed"
    EXPONENTIAL = "exponential"


class Retry(Part):
    """How often a failed attempt is repeated, and after how many seconds; with `jitter` a share is added or taken."""

    count: int = Field(default=0, ge=0, le=20)
    interval: int = Field(default=30, ge=1, le=86_400)
    backoff: Backoff = Backoff.FIXED
    jitter: float = Field(default=0.1, ge=0, le=1)

    def pause(self, failures: int, chance: float) -> float | None:
        """Seconds until the next attempt after so many failures, None when there is none; `chance` is within 0 and 1."""
        if failures > self.count:
            return None
        factor = 2.0 ** (failures - 1) if self.backoff is Backoff.EXPONENTIAL else 1.0
        seconds = min(self.interval * factor, LONGEST_PAUSE)
        return seconds * (1 + self.jitter * (2 * chance - 1))


class Occasion(StrEnum):
    """When people are told of a machine's step."""

    COMPLETION = "completion"
    RETRY = "retry"
    TIMEOUT = "timeout"
    FAILURE = "failure"


class StepNotice(Part):
    """Whom to tell on an occasion and in which words; nobody named means the workflow's owner."""

    on: Occasion
    to: tuple[Recipient, ...] = Field(default=(), max_length=20)
    text: LongText = ""


class Job(Part):
    """A piece of work and how it is done. What `params` may hold is said by the kind, see `workflows.nodes`.

    `save` writes parts of the answer into form fields: {"rate": "body.rates.0"}.
    """

    kind: KindName
    params: Params = Field(default_factory=dict, max_length=50)
    retry: Retry = Retry()
    timeout: int = Field(default=60, ge=1, le=LONGEST_ATTEMPT)
    save: dict[FieldName, OutputPath] = Field(default_factory=dict, max_length=50)
    notices: tuple[StepNotice, ...] = Field(default=(), max_length=20)


class Link(Job):
    """One of several pieces of work that are done in a row. Later ones name its answer as `{{ link.<key> }}`."""

    key: FieldName
    name: OptionalName = ""


class Parameter(Part):
    """A setting of a saved task that each workflow may say anew: the one at `path` of the link `link`.

    With `required` each workflow must; else what the saved task says holds.
    """

    name: FieldName
    label: Label
    help: ShortText = ""
    link: FieldName
    path: OutputPath
    required: bool = False


class Content(Part):
    """What a saved task does, and what may be said anew."""

    links: tuple[Link, ...] = Field(min_length=1, max_length=MOST_LINKS)
    parameters: tuple[Parameter, ...] = Field(default=(), max_length=MOST_PARAMETERS)


class Pinned(Content):
    """A saved task as it was when it came into the workflow; later changes of it do not reach here."""

    name: Label
    edition: int = Field(default=1, ge=1)


class Node(Job):
    """The work of a machine's step.

    The whole answer is kept in the run's context under `save_as`, else under the step's key. `on_failure` is the key of the
    transition that is gone when the step has failed for good; without one the request waits for an admin.

    A node of the kind `saved` does what the saved task `task` says, all of its links in a row, as one step: `params` holds its
    parameters by name, `pinned` the task itself, put there when the version is published. How often a link is tried and for how
    long is said by the link; the answer of the last one is the step's.
    """

    on_failure: ShortText = ""
    save_as: FieldName | None = None
    task: SavedKey | None = None
    pinned: Pinned | None = None
