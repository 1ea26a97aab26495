"""What is done to proposals over REST: approve, reject, cancel, resubmit, retry, and many at once.

An approval that could not be carried out, or that found the catalogue changed, is no refusal: what came of it is kept. The
answer is 200 and ``outcome`` says ``failed`` or ``sent_back``.
"""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import behind, checked
from flows.api.answers import written
from flows.api.inputs import BulkBody, CancelBody, DecideBody, ResubmitBody, RetryBody, below, places
from flows.api.outputs import BulkSerializer, ProposalSerializer
from flows.api.proposals import linked, proposal_answer
from flows.api.schemas import DECISION
from flows.proposals.selectors import access_proposal
from flows.proposals.services.act import (
    RowResult,
    proposal_approve,
    proposal_cancel,
    proposal_reject,
    proposal_retry,
    proposals_bulk,
)
from flows.proposals.services.resubmit import last_command, proposal_resubmit
from workflows.api.inputs import expected_version

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The proposal's ETag, in place of `version`."
)


class ProposalAction(MemberView):
    """One action on one proposal; the answer is the proposal as it stands then, with what the action came to."""

    serializer_class = ProposalSerializer

    def given(self, body: Any) -> dict[str, Any]:
        """The body in the words of the services, with the version that the client has seen."""
        with behind(lambda: access_proposal(self.actor, self.kwargs["proposal_id"])):
            found = checked(body, self.request)
            version = expected_version(self.request, found.pop("version", None))
        names = {"comment": "reason", "shownHash": "shown_hash"}
        return {"version": version, **{names.get(name, name): value for name, value in found.items()}}


class ProposalApproveView(ProposalAction):
    @extend_schema(operation_id="flows_proposals_approve", request=DecideBody, parameters=[IF_MATCH], examples=DECISION)
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Approve for a side. With the last approval the catalogue is changed, all or nothing."""
        given = self.given(DecideBody)
        with places(reason="comment"):
            acted = proposal_approve(proposal_id=proposal_id, actor=self.actor, **given)
        return proposal_answer(self.actor, proposal_id, acted)


class ProposalRejectView(ProposalAction):
    @extend_schema(operation_id="flows_proposals_reject", request=DecideBody, parameters=[IF_MATCH], examples=DECISION)
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Reject for a side, with a comment that says why; the maker may revise the proposal and send it again."""
        given = {"reason": "", **self.given(DecideBody)}
        with places(reason="comment"):
            acted = proposal_reject(proposal_id=proposal_id, actor=self.actor, **given)
        return proposal_answer(self.actor, proposal_id, acted)


class ProposalCancelView(ProposalAction):
    @extend_schema(operation_id="flows_proposals_cancel", request=CancelBody, parameters=[IF_MATCH])
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Take an own open proposal back."""
        given = self.given(CancelBody)
        with places(reason="comment"):
            acted = proposal_cancel(proposal_id=proposal_id, actor=self.actor, **given)
        return proposal_answer(self.actor, proposal_id, acted)


class ProposalResubmitView(ProposalAction):
    @extend_schema(operation_id="flows_proposals_resubmit", request=ResubmitBody, parameters=[IF_MATCH])
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Send an own proposal again that was rejected or sent back, revised or as it was; everybody is asked anew. A change
        that is sent as it was leaves alone what has changed of the flow meanwhile. A comment takes the place of the reason's
        description."""
        given = self.given(ResubmitBody)
        command, words = given.get("flowDef"), given.get("reason")
        if command is None:
            command = last_command(access_proposal(self.actor, proposal_id))
        if words and isinstance(command, dict) and isinstance(command.get("reason"), dict):
            command = {**command, "reason": {**command["reason"], "description": words}}
        with linked(), below("flowDef"):
            acted = proposal_resubmit(
                proposal_id=proposal_id, actor=self.actor, flow_def=command, version=given["version"]
            )
        return proposal_answer(self.actor, proposal_id, acted)


class ProposalRetryView(ProposalAction):
    @extend_schema(operation_id="flows_proposals_retry", request=RetryBody)
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Repeat the last approval after it could not be carried out."""
        with behind(lambda: access_proposal(self.actor, proposal_id)):
            checked(RetryBody, request)
        acted = proposal_retry(proposal_id=proposal_id, actor=self.actor)
        return proposal_answer(self.actor, proposal_id, acted)


class _Bulk:
    def __init__(self, results: list[RowResult]) -> None:
        self.results = results
        self.done = sum(row.ok for row in results)
        self.failed = len(results) - self.done


class ProposalsBulkView(MemberView):
    serializer_class = BulkSerializer

    @extend_schema(operation_id="flows_proposals_bulk", request=BulkBody, responses=BulkSerializer)
    def post(self, request: Request) -> Response:
        """Approve or reject up to 500 proposals with one comment. Each succeeds or fails by itself; the answer says how."""
        given = checked(BulkBody, request)
        with places(reason="comment"):
            rows = proposals_bulk(
                actor=self.actor, ids=given["ids"], decision=given["decision"], reason=given.get("comment", "")
            )
        return Response(written(BulkSerializer, _Bulk(rows)))
