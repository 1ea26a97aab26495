"""What every organisation has from the beginning: attribute values, sides, involvement kinds, reasons, the life of proposals.

New organisations get it when they are made (``accounts.services.platform.register_preparation``); one that was there before
this app gets it when its settings are first asked for (``settings_of``). What is there stays as the organisation has it.
"""

from typing import Final
from uuid import UUID

from django.db import transaction

from flows.models import (
    SOURCE_SIDE,
    TARGET_SIDE,
    Anchor,
    ApprovalSide,
    DataType,
    EnumKind,
    EnumValue,
    FlowSettings,
    InvolvementKind,
    ProposalReason,
    ProposalState,
    SideKind,
)
from workflows.models import Tone
from workflows.services.tracking import LifeDocument, StateDocument, tracking_prepare

PROPOSAL_WORKFLOW: Final = "proposed_flow"
PROPOSAL_KIND: Final = "flows.proposedflow"
LOGICAL_KIND: Final = "flows.logicalflow"
PHYSICAL_KIND: Final = "flows.physicalflow"
SPECIFICATION_KIND: Final = "flows.physicalspecification"
"""How the tracking tables name proposals and what comes of them."""

S = ProposalState
_ENDED_BY_TIME_OR_MAKER = (S.CANCELLED, S.TIMED_OUT, S.SENT_BACK)

PROPOSAL_LIFE: Final = LifeDocument(
    code=PROPOSAL_WORKFLOW,
    name="Propose Flow Lifecycle Workflow",
    description="A maker proposes a change of a data flow, the approvers of both ends check it.",
    subject_kind=PROPOSAL_KIND,
    states=(
        StateDocument(S.PROPOSED_CREATE, S.PROPOSED_CREATE.label, (S.PENDING_APPROVALS,), is_start=True),
        StateDocument(
            S.PENDING_APPROVALS,
            S.PENDING_APPROVALS.label,
            (S.SOURCE_APPROVED, S.TARGET_APPROVED, S.SOURCE_REJECTED, S.TARGET_REJECTED, *_ENDED_BY_TIME_OR_MAKER),
            tone=Tone.ACCENT,
        ),
        StateDocument(
            S.SOURCE_APPROVED,
            S.SOURCE_APPROVED.label,
            (S.TARGET_APPROVED, S.FULLY_APPROVED, S.TARGET_REJECTED, *_ENDED_BY_TIME_OR_MAKER),
            tone=Tone.ACCENT,
        ),
        StateDocument(
            S.TARGET_APPROVED,
            S.TARGET_APPROVED.label,
            (S.SOURCE_APPROVED, S.FULLY_APPROVED, S.SOURCE_REJECTED, *_ENDED_BY_TIME_OR_MAKER),
            tone=Tone.ACCENT,
        ),
        StateDocument(S.FULLY_APPROVED, S.FULLY_APPROVED.label, is_end=True, tone=Tone.GOOD),
        StateDocument(S.SOURCE_REJECTED, S.SOURCE_REJECTED.label, (S.PENDING_APPROVALS,), is_end=True, tone=Tone.BAD),
        StateDocument(S.TARGET_REJECTED, S.TARGET_REJECTED.label, (S.PENDING_APPROVALS,), is_end=True, tone=Tone.BAD),
        StateDocument(S.SENT_BACK, S.SENT_BACK.label, (S.PENDING_APPROVALS,), is_end=True, tone=Tone.WARN),
        StateDocument(S.CANCELLED, S.CANCELLED.label, is_end=True),
        StateDocument(S.TIMED_OUT, S.TIMED_OUT.label, is_end=True, tone=Tone.WARN),
    ),
)

# B1.7 of the reference. The word for people is made from the code where none is given.
ENUM_CODES: Final[dict[EnumKind, tuple[str, ...]]] = {
    EnumKind.TRANSPORT: (
        *("DATABASE_CONNECTION", "EMAIL", "FILE_TRANSPORT", "FILE_SHARE", "MANUAL", "MESSAGING"),
        *("OTHER", "RPC", "UDP", "UNKNOWN", "WEB"),
    ),
    EnumKind.FREQUENCY: (
        *("REAL_TIME", "INTRA_DAY", "DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "BIANNUALLY", "YEARLY"),
        *("ON_DEMAND", "UNKNOWN"),
    ),
    EnumKind.CRITICALITY: ("NONE", "LOW", "MEDIUM", "HIGH", "VERY_HIGH", "UNKNOWN"),
    EnumKind.FORMAT: ("BINARY", "DATABASE", "FLAT_FILE", "JSON", "OTHER", "UNKNOWN", "UNSTRUCTURED", "XML"),
}
ENUM_NAMES: Final = {"RPC": "RPC", "UDP": "UDP", "JSON": "JSON", "XML": "XML", "REAL_TIME": "Real-time"}

INVOLVEMENT_KINDS: Final = {"OWNER": "Owner", "FLOW_APPROVER": "Flow approver", "CONTACT": "Contact"}
SPEAKING_KINDS: Final = ("OWNER", "FLOW_APPROVER")
"""The involvement kinds that speak for source and target until the organisation says otherwise."""

REASONS: Final = {
    "NEW_REQUIREMENT": ("New requirement", "A new or changed business need."),
    "CORRECTION": ("Correction", "The catalogue does not say what is really there."),
    "REPLACEMENT": ("Replacement", "An application or an interface is replaced."),
    "DECOMMISSION": ("Decommission", "What was used is used no more."),
    "AUDIT": ("Audit finding", "A review asks for it."),
    "OTHER": ("Other", "Say more in the text."),
}


@transaction.atomic
def organisation_prepare(organisation_id: UUID) -> None:
    """Put in what is missing. May be called again, also by two at once. Needs the organisation's scope."""
    tracking_prepare(PROPOSAL_LIFE, organisation_id=organisation_id)
    _enums(organisation_id)
    _sides(organisation_id)
    own = {"organisation_id": organisation_id}
    unknown = DataType(**own, code="UNKNOWN", name="Unknown", is_unknown=True)
    DataType.objects.bulk_create([unknown], ignore_conflicts=True)
    reasons = [
        ProposalReason(**own, code=code, name=name, description=text, position=10 * number)
        for number, (code, (name, text)) in enumerate(REASONS.items(), start=1)
    ]
    ProposalReason.objects.bulk_create(reasons, ignore_conflicts=True)
    FlowSettings.objects.bulk_create([FlowSettings(**own)], ignore_conflicts=True)


def _enums(organisation_id: UUID) -> None:
    values = [
        EnumValue(
            organisation_id=organisation_id,
            kind=kind,
            code=code,
            name=ENUM_NAMES.get(code) or code.replace("_", " ").capitalize(),
            position=10 * number,
        )
        for kind, codes in ENUM_CODES.items()
        for number, code in enumerate(codes, start=1)
    ]
    EnumValue.objects.bulk_create(values, ignore_conflicts=True)


def _sides(organisation_id: UUID) -> None:
    own = {"organisation_id": organisation_id}
    kinds = [InvolvementKind(**own, code=code, name=name) for code, name in INVOLVEMENT_KINDS.items()]
    InvolvementKind.objects.bulk_create(kinds, ignore_conflicts=True)
    sides = [
        ApprovalSide(
            **own,
            code=SOURCE_SIDE,
            name="Source",
            position=10,
            anchor=Anchor.SOURCE,
            approved_state=S.SOURCE_APPROVED,
            rejected_state=S.SOURCE_REJECTED,
        ),
        ApprovalSide(
            **own,
            code=TARGET_SIDE,
            name="Target",
            position=20,
            anchor=Anchor.TARGET,
            approved_state=S.TARGET_APPROVED,
            rejected_state=S.TARGET_REJECTED,
        ),
    ]
    ApprovalSide.objects.bulk_create(sides, ignore_conflicts=True)
    both = ApprovalSide.objects.filter(**own, code__in=(SOURCE_SIDE, TARGET_SIDE))
    speaking = InvolvementKind.objects.filter(**own, code__in=SPEAKING_KINDS)
    links = [SideKind(**own, side=side, involvement_kind=kind) for side in both for kind in speaking]
    SideKind.objects.bulk_create(links, ignore_conflicts=True)


def settings_of(organisation_id: UUID) -> FlowSettings:
    """The organisation's settings; makes everything ready for an organisation that was there before this app."""
    found = FlowSettings.objects.filter(organisation_id=organisation_id).first()
    if found is None:
        organisation_prepare(organisation_id)
        found = FlowSettings.objects.get(organisation_id=organisation_id)
    settings: FlowSettings = found
    return settings
