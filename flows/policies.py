"""Rights over the catalogue and over proposals.

Everybody of the organisation may read both. Who may approve or reject a proposal is no matter of a code: the sides say it, see
``flows.proposals.selectors``. Being a tenant admin gives no right to approve or to break the glass, and a platform admin who
stepped in is nobody's colleague: neither proposes nor speaks.
"""

from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models import Q

from accounts.models import ActingAdmin, Membership
from accounts.policies import Policy, has_code
from accounts.policies.people import AdministrationPolicy
from flows.models import (
    ApprovalSide,
    CatalogueEntity,
    DataType,
    DataTypeOwner,
    EnumValue,
    FlowSettings,
    Involvement,
    InvolvementKind,
    LogicalFlow,
    PhysicalFlow,
    PhysicalSpecification,
    ProposalReason,
    ProposedFlow,
    SideKind,
    SideRole,
)

PROPOSE = "flow.propose"
BREAK_GLASS = "flow.break_glass"
IMPORT = "flow.catalogue_import"
"""Permission codes that a role may carry."""

M = TypeVar("M", bound=models.Model)
NOBODY = Q(pk__in=())


def carries_code(code: str) -> Q:
    """People with a role that carries the code; unlike ``accounts.policies.has_code``, tenant admins are not included."""
    return Q(role_links__role__permissions__contains=[code])


class OfMembers(Policy[M]):
    """Rights of the organisation's own people: what is done is tied to the person."""

    def may(self, actor: Membership, action: str, obj: M | None = None) -> bool:
        return not isinstance(actor, ActingAdmin) and super().may(actor, action, obj)


class CataloguePolicy(AdministrationPolicy):
    """What tenant admins keep. ``manage`` is for them; ``import`` for whoever carries the code, too."""

    noun = "catalogue"
    actions: ClassVar[tuple[str, ...]] = ("manage", "administer", "import")
    codes: ClassVar[dict[str, str]] = {IMPORT: "Import applications, actors, data types and involvements from a file"}

    def holders(self, action: str, obj: models.Model | None) -> Q:
        if action == "import":
            return Q(is_tenant_admin=True) | carries_code(IMPORT)
        return super().holders(action, obj)


class FlowPolicy(OfMembers[Any]):
    """Logical and physical flows and specifications change by proposals; ``break_glass`` is the way past them."""

    noun = "flow"
    actions: ClassVar[tuple[str, ...]] = ("break_glass",)
    codes: ClassVar[dict[str, str]] = {
        BREAK_GLASS: "Change flows directly, without approvals; each use is recorded with its reason"
    }

    def holders(self, action: str, obj: models.Model | None) -> Q:
        return {"break_glass": carries_code(BREAK_GLASS)}[action]


class ProposalPolicy(OfMembers[ProposedFlow]):
    """``propose`` asks for the code, or to be involved with either end (``obj`` is a proposal, saved or not, with its ends).

    ``cancel`` and ``resubmit`` are the maker's. ``comment``, ``watch`` and ``keep`` (own drafts and views) are everybody's.
    """

    noun = "proposal"
    actions = ("propose", "cancel", "resubmit", "comment", "watch", "keep")
    codes: ClassVar[dict[str, str]] = {PROPOSE: "Propose changes of any data flow"}

    def holders(self, action: str, obj: ProposedFlow | None) -> Q:
        if action == "propose":
            return has_code(PROPOSE) | self._involved(obj)
        if action in ("cancel", "resubmit"):
            return Q(id=obj.maker_id) if obj is not None else NOBODY
        if action in ("comment", "watch", "keep"):
            return Q()
        raise KeyError(action)

    def _involved(self, obj: ProposedFlow | None) -> Q:
        """With either end; without a proposal, with anything at all, which is what a page asks to show the button."""
        if obj is None:
            return Q(involvements__isnull=False)
        return Q(involvements__entity_id__in=[obj.source_id, obj.target_id])


catalogue = CataloguePolicy()
flows = FlowPolicy()
proposals = ProposalPolicy()

KEPT_BY_ADMINS: tuple[type[models.Model], ...] = (
    *(CatalogueEntity, DataType, DataTypeOwner, EnumValue, InvolvementKind, Involvement),
    *(ApprovalSide, SideKind, SideRole, ProposalReason, FlowSettings),
)
POLICIES: dict[type[models.Model], Policy[Any]] = {
    **dict.fromkeys(KEPT_BY_ADMINS, catalogue),
    **dict.fromkeys((LogicalFlow, PhysicalFlow, PhysicalSpecification), flows),
    ProposedFlow: proposals,
}


def may_propose(actor: Membership, source_id: Any, target_id: Any) -> bool:
    """Whether the person may propose a flow between these ends."""
    return proposals.may(actor, "propose", ProposedFlow(source_id=source_id, target_id=target_id))
