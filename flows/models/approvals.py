"""What the sides say: one approval per side and revision, one vote per person. The database holds the four eyes."""

import pgtrigger
from django.db import models

from accounts.models import Membership
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned, OrganisationRow
from flows.models.catalogue import CatalogueEntity
from flows.models.proposals import ProposedFlow
from flows.models.sides import Anchor, ApprovalSide
from workflows.models.states import one_of


class ApprovalStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


# No side has approved that was not approved by as many people as it needs; their votes are behind four eyes.
COUNTED = pgtrigger.Trigger(
    name="counted",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition("NEW.status = 'approved' AND OLD.status IS DISTINCT FROM NEW.status"),
    func="""
        IF (SELECT count(*) FROM flows_vote v WHERE v.organisation_id = NEW.organisation_id AND v.approval_id = NEW.id
              AND v.decision = 'approve') < NEW.quorum THEN
            RAISE EXCEPTION 'approval_counted' USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_counted';
        END IF;
        RETURN NEW;
    """,
)


# The database keeps it, so that approvals of the version before have it too, which writes some while a deployment is under way.
AS_ASKED = pgtrigger.Trigger(
    name="as_asked",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        SELECT s.position, s.anchor, s.approved_state, s.rejected_state
            INTO NEW.position, NEW.anchor, NEW.approved_state, NEW.rejected_state
            FROM flows_approvalside s WHERE s.organisation_id = NEW.organisation_id AND s.id = NEW.side_id;
        RETURN NEW;
    """,
)


class Approval(OrganisationOwned):
    """What one side of one revision says. Name, quorum, position, anchor and states of the side are kept as they were asked;
    the last four by a trigger, whatever is given.

    ``entity`` is the end whose people are asked, where the side has one. A specification that several flows share makes
    one row per end concerned. ``unattended_at``: since when too few people are left who may approve; the admins were told then.
    ``is_asked``: somebody can still answer, so it is pending, of the current revision of an open proposal. ``is_open`` is that
    of the proposal, of whatever revision; it follows by a trigger, and with it nobody is asked any more.
    """

    proposal = OrganisationForeignKey(ProposedFlow, on_delete=models.PROTECT, related_name="approvals")
    revision = models.PositiveIntegerField()
    side = OrganisationForeignKey(ApprovalSide, on_delete=models.PROTECT, related_name="approvals")
    side_code = models.CharField(max_length=40)
    side_name = models.CharField(max_length=120)
    entity = OrganisationForeignKey(CatalogueEntity, on_delete=models.PROTECT, null=True, related_name="approvals")
    quorum = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(db_default=0)
    anchor = models.CharField(max_length=20, choices=Anchor.choices, db_default=Anchor.NONE)
    approved_state = models.CharField(max_length=40, blank=True, db_default="")
    rejected_state = models.CharField(max_length=40, blank=True, db_default="")
    status = models.CharField(max_length=10, choices=ApprovalStatus.choices, default=ApprovalStatus.PENDING)
    decided_at = models.DateTimeField(null=True)
    unattended_at = models.DateTimeField(null=True)
    is_asked = models.BooleanField(default=True)
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "proposal", "revision", "side", "entity"),
                nulls_distinct=False,
                name="approval_once",
            ),
            one_of("approval_status", "status", ApprovalStatus.values),
            one_of("approval_anchor", "anchor", Anchor.values),
            models.CheckConstraint(
                condition=models.Q(status="pending", decided_at=None)
                | models.Q(status__in=["approved", "rejected"], decided_at__isnull=False),
                name="approval_decided_at",
            ),
            models.CheckConstraint(condition=models.Q(quorum__gte=1), name="approval_quorum"),
            models.CheckConstraint(
                condition=models.Q(is_asked=False) | models.Q(status="pending", is_open=True), name="approval_asked"
            ),
        )
        indexes = (
            # What waits for the people of an entity.
            models.Index(
                fields=("organisation", "entity", "side"), condition=models.Q(is_asked=True), name="approval_asks"
            ),
            # What waits for the holders of a role.
            models.Index(
                fields=("organisation", "side", "proposal"),
                condition=models.Q(is_asked=True),
                name="approval_asks_side",
            ),
            # What waits for the owners of data types.
            models.Index(
                fields=("organisation", "proposal"),
                condition=models.Q(is_asked=True, anchor=Anchor.DATA_TYPE),
                name="approval_asks_types",
            ),
            # What the people of an entity were ever asked, of the active proposals or of the completed ones.
            models.Index(fields=("organisation", "entity", "side", "is_open", "proposal"), name="approval_of_entity"),
            # What the holders of a role were ever asked, likewise.
            models.Index(fields=("organisation", "side", "is_open", "proposal"), name="approval_of_side"),
            # What the owners of data types were ever asked, likewise.
            models.Index(
                fields=("organisation", "is_open", "proposal"),
                condition=models.Q(anchor=Anchor.DATA_TYPE),
                name="approval_of_types",
            ),
        )
        triggers = (COUNTED, AS_ASKED)

    def __str__(self) -> str:
        return f"{self.side_name}: {self.status}"


class Decision(models.TextChoices):
    APPROVE = "approve", "Approved"
    REJECT = "reject", "Rejected"


class VotePolicy(models.TextChoices):
    """By which policy of the organisation a vote stands that four eyes would refuse."""

    NONE = "", "None needed"
    MAKER_MAY_APPROVE = "maker_may_approve", "The maker may approve"
    SAME_PERSON_BOTH_SIDES = "same_person_both_sides", "One person may approve several sides"
    EXTERNAL_ACTOR = "external_actor", "External actors approve by themselves"


# The last wall behind the services, which hold the proposal's row already. Locking it here makes two votes of one person for
# two sides wait for each other, so that the second sees the first. What is not found refuses: a vote is written after its
# proposal and its approval, never in the same statement. Who votes on behalf of somebody has a part in the vote, and that
# person has too; neither has another part in the approval, or in another side. The key of absences is ``SUBJECT``.
FOUR_EYES = pgtrigger.Trigger(
    name="four_eyes",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[
        ("_maker", "uuid"),
        ("_side", "uuid"),
        ("_maker_may", "boolean"),
        ("_both_may", "boolean"),
        ("_external_may", "boolean"),
    ],
    func="""
        SELECT p.maker_id INTO _maker FROM flows_proposedflow p
            WHERE p.id = NEW.proposal_id AND p.organisation_id = NEW.organisation_id AND p.revision = NEW.revision
            FOR UPDATE;
        SELECT a.side_id INTO _side FROM flows_approval a
            WHERE a.id = NEW.approval_id AND a.proposal_id = NEW.proposal_id AND a.revision = NEW.revision;
        IF _maker IS NULL OR _side IS NULL THEN
            RAISE EXCEPTION 'vote_of_its_approval' USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_of_its_approval';
        END IF;
        SELECT s.maker_may_approve, s.same_person_both_sides, s.auto_approve_external_actors
            INTO _maker_may, _both_may, _external_may
            FROM flows_flowsettings s WHERE s.organisation_id = NEW.organisation_id;
        IF NEW.policy = 'external_actor' AND NOT coalesce(_external_may, false) THEN
            RAISE EXCEPTION 'vote_external_actor' USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_external_actor';
        END IF;
        IF NEW.decision = 'approve' AND NEW.member_id = _maker AND NOT coalesce(_maker_may, false) THEN
            RAISE EXCEPTION 'vote_not_the_maker' USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_not_the_maker';
        END IF;
        IF NEW.on_behalf_of_id IS NOT NULL AND _maker IN (NEW.member_id, NEW.on_behalf_of_id) THEN
            RAISE EXCEPTION 'vote_not_the_maker' USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_not_the_maker';
        END IF;
        IF NEW.on_behalf_of_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM accounts_absence b
            WHERE b.organisation_id = NEW.organisation_id AND b.member_id = NEW.on_behalf_of_id
              AND b.substitute_id = NEW.member_id AND b.accepted_at IS NOT NULL AND b.ended_at IS NULL
              AND b.starts_at <= NEW.at AND b.ends_at > NEW.at AND (b.scope = '[]' OR b.scope ? 'flows:approvals')
        ) THEN
            RAISE EXCEPTION 'vote_stands_in' USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_stands_in';
        END IF;
        IF EXISTS (
            SELECT 1 FROM flows_vote v
            WHERE v.organisation_id = NEW.organisation_id AND v.approval_id = NEW.approval_id
              AND (v.member_id IN (NEW.member_id, NEW.on_behalf_of_id)
                   OR v.on_behalf_of_id IN (NEW.member_id, NEW.on_behalf_of_id))
        ) THEN
            RAISE EXCEPTION 'vote_once' USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_once';
        END IF;
        IF NEW.decision = 'approve' AND NOT coalesce(_both_may, false) AND EXISTS (
            SELECT 1 FROM flows_vote v JOIN flows_approval a ON a.id = v.approval_id
            WHERE v.organisation_id = NEW.organisation_id AND v.proposal_id = NEW.proposal_id
              AND v.revision = NEW.revision AND v.decision = 'approve' AND a.side_id <> _side
              AND (v.member_id IN (NEW.member_id, NEW.on_behalf_of_id)
                   OR v.on_behalf_of_id IN (NEW.member_id, NEW.on_behalf_of_id))
        ) THEN
            RAISE EXCEPTION 'vote_one_side' USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_one_side';
        END IF;
        RETURN NEW;
    """,
)


class Vote(OrganisationRow):
    """One person's word for one approval, append-only. Without a person: the product, for an external actor.

    ``on_behalf_of`` is who was away, where the word was given in their place. ``shown_hash`` is what the person had seen of
    the proposal.
    """

    approval = OrganisationForeignKey(Approval, on_delete=models.PROTECT, related_name="votes")
    proposal = OrganisationForeignKey(ProposedFlow, on_delete=models.PROTECT, related_name="votes")
    revision = models.PositiveIntegerField()
    member = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="votes")
    member_name = models.CharField(max_length=200)
    on_behalf_of = OrganisationForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    on_behalf_of_name = models.CharField(max_length=200, blank=True, db_default="")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    reason = models.TextField(max_length=4_000, blank=True)
    at = models.DateTimeField()
    policy = models.CharField(max_length=40, choices=VotePolicy.choices, blank=True)
    shown_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "approval", "member"), nulls_distinct=False, name="vote_once"
            ),
            one_of("vote_decision", "decision", Decision.values),
            one_of("vote_policy", "policy", VotePolicy.values),
            models.CheckConstraint(
                condition=models.Q(member__isnull=False) | models.Q(policy="external_actor", decision="approve"),
                name="vote_of_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(decision="approve") | ~models.Q(reason=""), name="vote_rejects_with_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(on_behalf_of=None, on_behalf_of_name="")
                | (models.Q(member__isnull=False) & ~models.Q(on_behalf_of=models.F("member"))),
                name="vote_on_behalf",
            ),
        )
        indexes = (
            # The votes of a proposal.
            models.Index(fields=("organisation", "proposal", "revision"), name="vote_proposal"),
            # What somebody decided, newest first.
            models.Index(
                fields=("organisation", "member", "-at"), condition=models.Q(member__isnull=False), name="vote_member"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            FOUR_EYES,
        )

    def __str__(self) -> str:
        return f"{self.member_name}: {self.decision}"
