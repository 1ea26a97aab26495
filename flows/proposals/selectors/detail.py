"""A physical flow as programs read it who want to propose its change."""

from typing import Any
from uuid import UUID

from flows.catalogue.selectors.answers import PhysicalAnswer, physical_answers
from flows.models import PhysicalFlow
from flows.proposals.selectors.choices import command_of, is_last_of_its_logical_flow


def physical_detail(organisation_id: UUID, row: PhysicalFlow) -> PhysicalAnswer:
    """With the command that would change nothing yet, its reason still to be given, and whether its removal takes the logical
    flow along. Neither is there for a flow that is removed."""
    (answer,) = physical_answers(organisation_id, [row])
    if not row.is_live:
        return answer
    command = _as_sent(command_of(row))
    return PhysicalAnswer(row, answer.data_types, answer.open_proposal_id, command, is_last_of_its_logical_flow(row))


def _as_sent(command: dict[str, Any]) -> dict[str, Any]:
    specification = command["specification"]
    return {
        **command,
        "source": _ref(command["source"]),
        "target": _ref(command["target"]),
        "reason": {"ratingId": None, "code": "", "description": ""},
        "specification": {**specification, "owningEntity": _ref(specification["owningEntity"])},
    }


def _ref(ref: dict[str, Any]) -> dict[str, Any]:
    return {**ref, "kind": ref["kind"].upper()}
