"""Who must approve: the sides of a proposal, and by which involvement or role somebody speaks for a side."""

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

from accounts.models import Role
from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned
from flows.models.catalogue import EntityKind, InvolvementKind
from workflows.models import is_state_code
from workflows.models.states import one_of

SOURCE_SIDE, TARGET_SIDE = "source", "target"
"""The sides that every proposal has; they can be called otherwise and asked differently, not taken away."""

is_side_code = RegexValidator(
    r"\A[a-z][a-z0-9_]{0,29}\Z", "Use lower-case letters, digits and underscores, at most 30."
)


class Anchor(models.TextChoices):
    """Whose people a side asks: those of the source, of the target, the owners of the data types, or role holders only."""

    SOURCE = "source", "People of the source"
    TARGET = "target", "People of the target"
    DATA_TYPE = "data_type", "Owners of the data types"
    NONE = "none", "Nobody in particular: roles only"


class ApprovalSide(OrganisationOwned):
    """One side that each new proposal needs. ``quorum`` people must approve; one rejection rejects.

    ``approved_state`` and ``rejected_state`` are codes of the state metadata. A change holds for revisions made from then on.
    """

    code = models.CharField(max_length=30, validators=[is_side_code])
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    anchor = models.CharField("asks", max_length=20, choices=Anchor.choices)
    quorum = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1)], help_text="How many people must approve."
    )
    approved_state = models.CharField(
        max_length=40, blank=True, validators=[is_state_code], help_text="Blank: a state of its own is made."
    )
    rejected_state = models.CharField(
        max_length=40, blank=True, validators=[is_state_code], help_text="Blank: a state of its own is made."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "approval side"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "code"), name="approvalside_code"),
            one_of("approvalside_anchor", "anchor", Anchor.values),
            models.CheckConstraint(condition=models.Q(quorum__gte=1), name="approvalside_quorum"),
        )

    def __str__(self) -> str:
        return self.name


class SideKind(OrganisationOwned):
    """Who has this involvement with the anchor speaks for the side. ``entity_kind`` blank: whatever the anchor is."""

    side = OrganisationForeignKey(ApprovalSide, on_delete=models.CASCADE, related_name="kinds")
    entity_kind = models.CharField(max_length=30, choices=EntityKind.choices, blank=True)
    involvement_kind = OrganisationForeignKey(InvolvementKind, on_delete=models.PROTECT, related_name="side_kinds")
    may_approve = models.BooleanField(default=True)
    may_reject = models.BooleanField(default=True)

    class Meta:
        verbose_name = "involvement that speaks for a side"
        verbose_name_plural = "involvements that speak for sides"
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "side", "entity_kind", "involvement_kind"), name="sidekind_once"
            ),
            one_of("sidekind_entity_kind", "entity_kind", ["", *EntityKind.values]),
        )

    def __str__(self) -> str:
        return f"{self.side_id}: {self.involvement_kind_id}"


class SideRole(OrganisationOwned):
    """Who has this role speaks for the side, whatever the anchor."""

    side = OrganisationForeignKey(ApprovalSide, on_delete=models.CASCADE, related_name="roles")
    role = OrganisationForeignKey(Role, on_delete=models.PROTECT, related_name="side_roles")
    may_approve = models.BooleanField(default=True)
    may_reject = models.BooleanField(default=True)

    class Meta:
        verbose_name = "role that speaks for a side"
        verbose_name_plural = "roles that speak for sides"
        constraints = (models.UniqueConstraint(fields=("organisation", "side", "role"), name="siderole_once"),)

    def __str__(self) -> str:
        return f"{self.side_id}: {self.role_id}"


class ProposalReason(OrganisationOwned):
    """Why something is proposed, to choose from."""

    code = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "proposal reason"
        constraints = (models.UniqueConstraint(fields=("organisation", "code"), name="proposalreason_code"),)

    def __str__(self) -> str:
        return self.name
