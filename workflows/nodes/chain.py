"""Start a request of another workflow, wait for its end, and go on by the way that is called as it ended."""

from datetime import timedelta
from typing import Any, Final

from pydantic import Field

from forms_builder.schema.parts import FieldName, Part, ShortText
from workflows.nodes.base import Done, NodeFailure, NodeKind, Pause, Work

LOOK_AGAIN: Final = timedelta(minutes=10)
"""The end of the other request wakes the step; this is for a wake-up that was lost."""


class ChainParams(Part):
    """`workflow` is its short name in addresses. `data` are the answers of its first step, with placeholders.
    {{ record.approver }} is what is stored, for a field of that kind; for a text {{ shown.approver }} is the name."""

    workflow: ShortText
    data: dict[FieldName, Any] = Field(default_factory=dict, max_length=100)


class Chain(NodeKind[ChainParams]):
    kind = "chain"
    label = "Another workflow"
    params = ChainParams

    def run(self, params: ChainParams, work: Work) -> Done | Pause:
        child = work.tools.chained(work.key, params.workflow, work.value(params.data))
        if child.status == "completed":
            found = {
                "id": str(child.run_id),
                "number": child.number,
                "outcome": child.outcome,
                "data": dict(child.data),
            }
            return Done(found, way=child.outcome)
        if child.is_over:
            raise NodeFailure(f"Request {child.number} has ended without a decision: {child.outcome}.", again=False)
        return Pause(work.at + LOOK_AGAIN, f"waits for request {child.number}")
