"""The end of the wizard: everything once more, and what stands against it before anybody is asked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Denied, Invalid
from flows.catalogue.enums import Names, basis, names_of, said
from flows.models import ProposalDraft
from flows.proposals import wizard
from flows.proposals.diff import difference
from flows.proposals.flow_def import FlowDef, FlowDefInvalid
from flows.proposals.selectors import choices
from flows.proposals.selectors.changes import ShownDiff, shown_diff
from flows.proposals.services.propose import proposal_validate
from flows.proposals.wizard import REMOVE, UPDATE, Step
from flows.views.refusals import conflict_of
from flows.views.wizard_steps import sharing_of

Problem = tuple[str, str, str]
"""Title of the step, its address, what is wrong."""


def summary(
    actor: Membership,
    draft: ProposalDraft,
    *,
    conflict: dict[str, str] | None = None,
    refused: Invalid | None = None,
    problems: Sequence[Problem] = (),
) -> dict[str, Any]:
    """The context of templates/flows/wizard_summary.html. Without an attempt it is tried out what an attempt would meet."""
    lacking = wizard.missing(draft.proposal_type, draft.data)
    found = [*problems, *_of(draft, refused)]
    if not lacking and conflict is None and not found:
        conflict, tried = _tried(actor, draft)
        found += tried
    sharing, more = sharing_of(actor, draft.data, draft.physical_flow_id)
    return {
        "sections": sections(actor, draft),
        "diff": preview(actor, draft) if draft.proposal_type == UPDATE and not lacking else None,
        "conflict": conflict,
        "problems": found,
        "complete": not lacking,
        "ready": not lacking and conflict is None and not found,
        "sharing": sharing if draft.proposal_type != REMOVE else (),
        "sharing_more": more,
    }


def command_of(draft: ProposalDraft) -> dict[str, Any]:
    flow = str(draft.physical_flow_id) if draft.physical_flow_id else None
    return wizard.command(draft.proposal_type, draft.data, flow)


def preview(actor: Membership, draft: ProposalDraft) -> ShownDiff | None:
    """What the change would change of the flow as it is today; None when the flow is gone or the draft is no command."""
    if draft.physical_flow_id is None:
        return None
    try:
        flow = choices.physical_flow(actor.organisation_id, draft.physical_flow_id)
        wanted = FlowDef.load(command_of(draft))
    except (choices.PhysicalFlowNotFound, FlowDefInvalid):
        return None
    return shown_diff(actor.organisation_id, difference(wanted, choices.before_of(flow)))


def sections(actor: Membership, draft: ProposalDraft) -> list[dict[str, Any]]:
    """Each step with what was entered, and the way back to it; a revision keeps its route."""
    made = []
    for step in wizard.STEPS[draft.proposal_type]:
        done = step.value in draft.data
        url = "" if step is Step.ROUTE and draft.proposal_id is not None else _url(draft, step)
        part = {"step": step.value, "title": step.heading, "done": done, "url": url}
        if done:
            part |= _entered(actor.organisation_id, draft, step)
        made.append(part)
    return made


def _entered(organisation_id: UUID, draft: ProposalDraft, step: Step) -> dict[str, Any]:
    kept = draft.data[step.value]
    if step is Step.DATA_TYPES:
        return {"types": choices.type_names(organisation_id, kept["ids"])}
    if step is Step.ROUTE:
        ends = choices.ends_of(organisation_id, (kept["source"], kept["target"]))
        logical = "The existing one" if kept.get("logical") else "A new one is made"
        return {
            "facts": [
                ("Source", _name(ends.get(kept["source"]))),
                ("Target", _name(ends.get(kept["target"]))),
                ("Logical flow", logical),
            ]
        }
    if step is Step.REASON:
        listed = dict(choices.reason_choices(organisation_id)).get(kept["code"], kept["code"])
        given = [("Reason", listed), ("In your words", kept["description"])]
        return {"facts": given if kept["code"] else [("Reason", kept["description"])]}
    names = names_of(organisation_id)
    if step is Step.SPECIFICATION:
        kind = "An existing one" if kept.get("id") else "A new one is made"
        return {
            "facts": [
                ("Name", kept["name"]),
                ("Format", said(names, "format", kept["format"])),
                ("Description", kept["description"]),
                ("External id", kept["external_id"]),
                ("Specification", kind),
            ]
        }
    return {"facts": _delivery(names, kept)}


def _delivery(names: Names, kept: dict[str, Any]) -> list[tuple[str, str]]:
    named = [
        (label, said(names, kind, kept[kind]))
        for label, kind in (("Transport", "transport"), ("Frequency", "frequency"), ("Criticality", "criticality"))
    ]
    return [
        ("Name", kept["name"]),
        *named,
        ("Basis offset", basis(int(kept["basis_offset"] or 0))),
        ("Description", kept["description"]),
        ("External id", kept["external_id"]),
    ]


def _name(end: choices.End | None) -> str:
    return f"{end.name} ({end.kind_label})" if end else "Not in the catalogue any more"


def _tried(actor: Membership, draft: ProposalDraft) -> tuple[dict[str, str] | None, list[Problem]]:
    """What proposing it now would meet. Writes nothing."""
    try:
        proposal_validate(actor=actor, flow_def=command_of(draft))
    except Conflict as error:
        return conflict_of(error), []
    except Invalid as error:
        return None, _of(draft, error)
    except Denied as error:
        return None, [("", "", error.message)]
    return None, []


def _of(draft: ProposalDraft, error: Invalid | None) -> list[Problem]:
    if error is None:
        return []
    steps = wizard.STEPS[draft.proposal_type]
    return [
        (step.heading, _url(draft, step), text) if step in steps else ("", "", text)
        for step, text in wizard.problems_by_step(error.fields or {"": [error.message]})
        if step is not None or text
    ]


def _url(draft: ProposalDraft, step: Step) -> str:
    return reverse("flows:draft", args=[draft.id, step.value])
