"""A proposed change of the catalogue, what each side says to it, and what is kept around it."""

import pgtrigger
from django.db import models
from django_fsm import RETURN_VALUE, FSMField
from django_fsm import transition as fsm

from accounts.models import Membership
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned, OrganisationRow
from flows.models.catalogue import CatalogueEntity, DataType, LogicalFlow, PhysicalFlow, PhysicalSpecification
from workflows.models import is_state_code
from workflows.models.states import Stateful, one_of


class ProposalType(models.TextChoices):
    CREATE = "CREATE", "Create"
    UPDATE = "UPDATE", "Update"
    REMOVE = "REMOVE", "Remove"


class ProposalState(models.TextChoices):
    """The states that the product brings; an organisation may have more, see ``workflows.models.EntityStateKind``."""

    PROPOSED_CREATE = "PROPOSED_CREATE", "Proposed create"
    PENDING_APPROVALS = "PENDING_APPROVALS", "Pending approval"
    SOURCE_APPROVED = "SOURCE_APPROVED", "Source approved"
    TARGET_APPROVED = "TARGET_APPROVED", "Target approved"
    FULLY_APPROVED = "FULLY_APPROVED", "Fully approved"
    SOURCE_REJECTED = "SOURCE_REJECTED", "Source rejected"
    TARGET_REJECTED = "TARGET_REJECTED", "Target rejected"
    SENT_BACK = "SENT_BACK", "Sent back"
    CANCELLED = "CANCELLED", "Cancelled"
    TIMED_OUT = "TIMED_OUT", "Timed out"


OPEN_STATES = (
    *(ProposalState.PROPOSED_CREATE, ProposalState.PENDING_APPROVALS),
    *(ProposalState.SOURCE_APPROVED, ProposalState.TARGET_APPROVED),
)
CLOSED_STATES = (
    *(ProposalState.FULLY_APPROVED, ProposalState.SOURCE_REJECTED, ProposalState.TARGET_REJECTED),
    *(ProposalState.SENT_BACK, ProposalState.CANCELLED, ProposalState.TIMED_OUT),
)


# The lists of a person are read from the approvals; whoever closes or opens a proposal need not think of them.
FOLLOWED = pgtrigger.Trigger(
    name="followed",
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition("NEW.is_open IS DISTINCT FROM OLD.is_open"),
    func="""
        UPDATE flows_approval SET is_open = NEW.is_open, is_asked = is_asked AND NEW.is_open
            WHERE organisation_id = NEW.organisation_id AND proposal_id = NEW.id AND is_open <> NEW.is_open;
        RETURN NULL;
    """,
)


class ProposalCounter(OrganisationRow):
    """The last number given to a proposal. Proposing holds this row until its commit; deciding never touches it."""

    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation",), name="proposalcounter_one"),)

    def __str__(self) -> str:
        return str(self.last)


class ProposedFlow(Stateful, OrganisationOwned):
    """One proposal. ``flow_def`` is the command as it was given last, with its ``schema_version``.

    ``state`` follows from the approvals and is written with one row of history in the tracking tables; ``is_open`` says
    that somebody is still asked. ``identity`` is the key of B3.2's duplicates among the open ones. ``acted_at`` is the last
    action of a person, from which ``due_at`` counts. ``version`` grows with every change, ``revision`` when resubmitted.
    ``before`` is what the flow was like when this revision was proposed, against which the approvers see the difference.
    ``failed_vote`` is the last approval that could not be carried out, to be repeated by a retry.
    """

    number = models.BigIntegerField()
    proposal_type = models.CharField(max_length=10, choices=ProposalType.choices)
    state = FSMField(
        default=ProposalState.PROPOSED_CREATE.value,
        max_length=40,
        protected=True,
        editable=False,
        validators=[is_state_code],
    )
    is_open = models.BooleanField(default=True)
    source = OrganisationForeignKey(CatalogueEntity, on_delete=models.PROTECT, related_name="proposals_out")
    target = OrganisationForeignKey(CatalogueEntity, on_delete=models.PROTECT, related_name="proposals_in")
    logical_flow = OrganisationForeignKey(LogicalFlow, on_delete=models.PROTECT, null=True, related_name="proposals")
    physical_flow = OrganisationForeignKey(PhysicalFlow, on_delete=models.PROTECT, null=True, related_name="proposals")
    specification = OrganisationForeignKey(
        PhysicalSpecification, on_delete=models.PROTECT, null=True, related_name="proposals"
    )
    flow_def = models.JSONField()
    before = models.JSONField(null=True)
    revision = models.PositiveIntegerField(default=1)
    maker = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="proposals")
    maker_name = models.CharField(max_length=200)
    reason_code = models.CharField(max_length=64, blank=True)
    reason = models.TextField(max_length=4_000, blank=True)
    identity = models.CharField(max_length=200)
    acted_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True)
    failed_vote = models.JSONField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "proposal"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "number"), name="proposedflow_number"),
            # Of two identical proposals at once, one is refused.
            models.UniqueConstraint(
                fields=("organisation", "identity"),
                condition=models.Q(is_open=True),
                name="proposedflow_one_open",
            ),
            one_of("proposedflow_type", "proposal_type", ProposalType.values),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="proposedflow_no_loop"),
            # The states of the product agree with the mark; of its own states an organisation says which ones end.
            models.CheckConstraint(
                condition=models.Q(is_open=True) | ~models.Q(state__in=[str(s) for s in OPEN_STATES]),
                name="proposedflow_open",
            ),
            models.CheckConstraint(
                condition=models.Q(is_open=False) | ~models.Q(state__in=[str(s) for s in CLOSED_STATES]),
                name="proposedflow_closed",
            ),
        )
        indexes = (
            # The dashboard: active or completed, newest action first.
            models.Index(fields=("organisation", "is_open", "-acted_at", "-id"), name="proposedflow_dashboard"),
            # The dashboard in its other orders, and its counts by state and by type.
            models.Index(fields=("organisation", "is_open", "created_at", "id"), name="proposedflow_created"),
            models.Index(fields=("organisation", "is_open", "maker_name", "id"), name="proposedflow_maker_name"),
            models.Index(fields=("organisation", "is_open", "state", "id"), name="proposedflow_tab_state"),
            models.Index(fields=("organisation", "is_open", "proposal_type", "id"), name="proposedflow_type_order"),
            # What somebody proposed.
            models.Index(fields=("organisation", "maker", "-acted_at"), name="proposedflow_maker"),
            # What waits for the people of an end, and all that touched it.
            models.Index(fields=("organisation", "source", "is_open", "-acted_at"), name="proposedflow_source"),
            models.Index(fields=("organisation", "target", "is_open", "-acted_at"), name="proposedflow_target"),
            # Dashboard by state, and the counts of its filter.
            models.Index(fields=("organisation", "state", "-acted_at"), name="proposedflow_state"),
            # The sweep: open ones whose time has come, or comes soon.
            models.Index(
                fields=("organisation", "due_at"), condition=models.Q(is_open=True), name="proposedflow_sweep"
            ),
            # Proposals about a physical flow.
            models.Index(
                fields=("organisation", "physical_flow"),
                condition=models.Q(physical_flow__isnull=False),
                name="proposedflow_physical",
            ),
            # Proposals about a logical flow.
            models.Index(
                fields=("organisation", "logical_flow"),
                condition=models.Q(logical_flow__isnull=False),
                name="proposedflow_logical",
            ),
        )
        triggers = (
            # Four eyes rest on the maker.
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "((NEW.id, NEW.organisation_id, NEW.number, NEW.maker_id) IS DISTINCT FROM"
                    " (OLD.id, OLD.organisation_id, OLD.number, OLD.maker_id))"
                ),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            FOLLOWED,
        )

    def __str__(self) -> str:
        return f"proposal {self.number}"

    @fsm(field="state", source="*", target=RETURN_VALUE())
    def advance(self, to: str) -> str:
        """Be in the state that the services found; which may follow which, ``workflows.services.tracking`` knows."""
        return to


class ProposalRevision(OrganisationRow):
    """What each revision asked for, as it was put before the approvers; append-only, so that a vote can be read later."""

    proposal = OrganisationForeignKey(ProposedFlow, on_delete=models.PROTECT, related_name="revisions")
    revision = models.PositiveIntegerField()
    flow_def = models.JSONField()
    before = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "revision"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "proposal", "revision"), name="proposalrevision_once"),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.revision}"


class ProposalDataType(OrganisationRow):
    """What the current revision would carry, for the owners of data types and the dashboard."""

    proposal = OrganisationForeignKey(ProposedFlow, on_delete=models.CASCADE, related_name="type_links")
    data_type = OrganisationForeignKey(DataType, on_delete=models.PROTECT, related_name="proposal_links")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "proposal", "data_type"), name="proposaldatatype_once"),
        )
        indexes = (
            # What the owner of a data type must approve.
            models.Index(fields=("organisation", "data_type", "proposal"), name="proposaldatatype_type"),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.data_type_id}"


class ProposalComment(OrganisationOwned):
    """What somebody wrote to a proposal."""

    proposal = OrganisationForeignKey(ProposedFlow, on_delete=models.PROTECT, related_name="comments")
    author = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=200)
    text = models.TextField(max_length=5_000)

    class Meta:
        verbose_name = "comment"
        indexes = (
            # The comments of a proposal in order.
            models.Index(fields=("organisation", "proposal", "created_at"), name="proposalcomment_of"),
        )

    def __str__(self) -> str:
        return self.text[:60]


class ProposalWatcher(OrganisationOwned):
    """Somebody who follows a proposal by own choice."""

    proposal = OrganisationForeignKey(ProposedFlow, on_delete=models.CASCADE, related_name="watchers")
    member = OrganisationForeignKey(Membership, on_delete=models.PROTECT, related_name="watched_proposals")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "proposal", "member"), name="proposalwatcher_once"),
        )
        indexes = (
            # What somebody follows.
            models.Index(fields=("organisation", "member", "proposal"), name="proposalwatcher_member"),
        )

    def __str__(self) -> str:
        return f"{self.member_id} watches {self.proposal_id}"


class SavedView(OrganisationOwned):
    """A filter of the dashboard under a name; ``query`` is the query string without the question mark."""

    owner = OrganisationForeignKey(Membership, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2_000, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "owner", "name"), name="savedview_name"),)

    def __str__(self) -> str:
        return self.name


class ProposalDraft(OrganisationOwned):
    """What somebody has filled in of the wizard; ``step`` is where they were."""

    owner = OrganisationForeignKey(Membership, on_delete=models.CASCADE, related_name="proposal_drafts")
    step = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    proposal_type = models.CharField(max_length=10, choices=ProposalType.choices, default=ProposalType.CREATE)
    physical_flow = OrganisationForeignKey(PhysicalFlow, on_delete=models.CASCADE, null=True, related_name="+")
    proposal = OrganisationForeignKey(ProposedFlow, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = (one_of("proposaldraft_type", "proposal_type", ProposalType.values),)
        indexes = (
            # My drafts, newest first.
            models.Index(fields=("organisation", "owner", "-modified_at"), name="proposaldraft_owner"),
        )

    def __str__(self) -> str:
        return f"draft of {self.owner_id}"
