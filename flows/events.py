"""The facts that this app publishes. People are ids with the name they had then; whoever is told of a fact is named in it.

``approver_ids`` are the people who can act on a side that is still open, as they were then, without the maker unless the maker
may; those of them who would act on behalf of somebody who is away are the keys of ``substitutes``, with the names of these.
``watcher_ids`` who follows by own choice.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from accounts.audit.events import Event


class ProposalEvent(Event):
    """Something about one proposal, which is the subject."""

    subject_kind: ClassVar[str] = "flows.proposedflow"

    number: int
    proposal_type: str
    revision: int
    state: str
    source_id: UUID
    source_name: str
    target_id: UUID
    target_name: str
    maker_id: UUID
    maker_name: str
    approver_ids: tuple[UUID, ...] = ()
    substitutes: dict[UUID, str] = {}
    watcher_ids: tuple[UUID, ...] = ()


class ProposalAct(ProposalEvent):
    """The same, done by somebody; without an id: by the product. ``on_behalf_of`` is in whose place an approver decided."""

    by_id: UUID | None
    by_name: str
    on_behalf_of_id: UUID | None = None
    on_behalf_of_name: str = ""
    reason: str = ""


class ProposalCreated(ProposalAct):
    kind: ClassVar[str] = "proposal.created"

    due_at: datetime


class ProposalSideApproved(ProposalAct):
    """A vote for a side. ``policies`` are those that allowed what four eyes would refuse."""

    kind: ClassVar[str] = "proposal.side_approved"

    sides: tuple[str, ...]
    side_names: tuple[str, ...]
    is_complete: bool
    """Whether the quorum of each of these sides is reached."""
    policies: tuple[str, ...] = ()


class ProposalApproved(ProposalAct):
    """Every side has approved and the catalogue is changed."""

    kind: ClassVar[str] = "proposal.approved"

    logical_flow_id: UUID | None
    physical_flow_id: UUID | None
    specification_id: UUID | None
    policies: tuple[str, ...] = ()


class ProposalRejected(ProposalAct):
    kind: ClassVar[str] = "proposal.rejected"

    side: str
    side_name: str


class ProposalCancelled(ProposalAct):
    kind: ClassVar[str] = "proposal.cancelled"


class ProposalTimedOut(ProposalEvent):
    """Nobody acted for so many days."""

    kind: ClassVar[str] = "proposal.timed_out"

    days: int


class ProposalReminded(ProposalEvent):
    """The reminder before that."""

    kind: ClassVar[str] = "proposal.reminded"

    due_at: datetime


class ProposalResubmitted(ProposalAct):
    """The maker revised what had come back; ``revision`` is the new one."""

    kind: ClassVar[str] = "proposal.resubmitted"

    due_at: datetime


class ProposalSentBack(ProposalAct):
    """The catalogue changed in between, so that the proposal no longer fits; ``problems`` are for the maker."""

    kind: ClassVar[str] = "proposal.sent_back"

    problems: tuple[str, ...]


class ProposalFailed(ProposalAct):
    """The last approval could not change the catalogue; nothing of it stays, and it can be tried again."""

    kind: ClassVar[str] = "proposal.failed"

    failure: str


class ProposalCommented(ProposalEvent):
    kind: ClassVar[str] = "proposal.commented"

    comment_id: UUID
    author_id: UUID
    author_name: str
    text: str


class ProposalWatched(ProposalEvent):
    """Somebody follows the proposal, or no longer."""

    kind: ClassVar[str] = "proposal.watched"

    member_id: UUID
    member_name: str
    is_watching: bool


class ProposalUnattended(ProposalEvent):
    """A side has nobody left who may approve; tenant admins are told."""

    kind: ClassVar[str] = "proposal.unattended"

    side: str
    side_name: str
    admin_ids: tuple[UUID, ...]


class FlowEvent(Event):
    """Something about one flow, which is the subject; ``flow_kind`` is "logical", "physical" or "specification".

    ``author_id`` is the maker, not the last approver; without ``proposal_id`` it came by the loader or by break-glass.
    """

    subject_kind: ClassVar[str] = "flows.flow"

    flow_kind: str
    label: str
    source_id: UUID | None
    source_name: str
    target_id: UUID | None
    target_name: str
    author_id: UUID | None
    author_name: str
    approver_ids: tuple[UUID, ...] = ()
    proposal_id: UUID | None = None
    proposal_number: int | None = None


class FlowCreated(FlowEvent):
    """A new flow; ``revived`` is one that had been removed."""

    kind: ClassVar[str] = "flow.created"

    revived: bool = False
    data_types: tuple[str, ...] = ()


class FlowUpdated(FlowEvent):
    """``changes`` are what was and what is, by the name of the attribute."""

    kind: ClassVar[str] = "flow.updated"

    changes: dict[str, tuple[str, str]]


class FlowRemoved(FlowEvent):
    kind: ClassVar[str] = "flow.removed"


class FlowBreakGlass(Event):
    """Somebody changed the catalogue past the approvals, with the right to and a reason."""

    kind: ClassVar[str] = "flow.break_glass"
    subject_kind: ClassVar[str] = "flows.flow"

    flow_kind: str
    label: str
    action: str
    reason: str
    by_id: UUID
    by_name: str
    changes: dict[str, tuple[str, str]] = {}


class FlowSettingsChanged(Event):
    kind: ClassVar[str] = "flow_settings.changed"
    subject_kind: ClassVar[str] = "flows.flowsettings"

    changes: dict[str, tuple[str, str]]
    by_id: UUID
    by_name: str


class CatalogueImported(Event):
    """A file was applied; ``counts`` are rows by what became of them."""

    kind: ClassVar[str] = "catalogue.imported"
    subject_kind: ClassVar[str] = "flows.catalogueimport"

    import_kind: str
    file_name: str
    counts: dict[str, int]
    reason: str = ""
    by_id: UUID | None
    by_name: str


class FlowsBackfillBatch(Event):
    """One batch of the loader: the logical flows after ``after_id`` up to ``last_id`` got ``made`` physical ones."""

    kind: ClassVar[str] = "flows.backfill_batch"
    subject_kind: ClassVar[str] = "flows.backfill"

    batch: int
    made: int
    seen: int
    after_id: UUID | None
    last_id: UUID | None
    by_id: UUID | None
    by_name: str


class FlowsBackfilled(Event):
    """The loader gave logical flows without a physical one a definition; ``counts`` are logical flows by their fate."""

    kind: ClassVar[str] = "flows.backfilled"
    subject_kind: ClassVar[str] = "flows.backfill"

    made: int
    seen: int
    dry_run: bool
    counts: dict[str, int] = {}
    failure: str = ""
    by_id: UUID | None
    by_name: str
