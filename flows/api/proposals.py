"""Proposals over REST: propose, try a proposal, list, read, and what belongs to one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import behind, checked
from accounts.models import Membership
from accounts.tenancy.errors import Invalid
from flows.api.answers import ListView, WholeListView, written
from flows.api.filters import ProposalListFilter
from flows.api.inputs import SayBody
from flows.api.outputs import (
    ApproversSerializer,
    CheckedSerializer,
    PermissionsSerializer,
    ProposalCommentSerializer,
    ProposalSerializer,
    ProposalTransitionSerializer,
)
from flows.api.paging import KeysetPages
from flows.api.schemas import EXAMPLES, FlowDefSerializer
from flows.models import Approval, ProposalComment, ProposedFlow
from flows.proposals.selectors import access_proposal, approvers, my_permissions, pending_counted
from flows.proposals.selectors.answers import comments_of, proposal_answers, proposals_read, transitions_of
from flows.proposals.selectors.board import COLUMNS
from flows.proposals.services.act import proposal_comment, proposal_unwatch, proposal_watch
from flows.proposals.services.acting import Acted
from flows.proposals.services.judging import Duplicate
from flows.proposals.services.propose import proposal_propose, proposal_validate


class ProposalPages(KeysetPages):
    orders = COLUMNS
    default = "-acted"


class PendingPages(ProposalPages):
    """With ``count``: how many proposals wait for the caller, as far as the badge of the pages counts them."""

    count = 0

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"count": self.count, "next": self._next, "previous": self._previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = super().get_paginated_response_schema(schema)
        found["properties"] = {"count": {"type": "integer", "minimum": 0}, **found["properties"]}
        found["required"] = ["count", *found.get("required", ())]
        return found


class CommentPages(KeysetPages):
    orders = {"created": "created_at"}
    default = "created"


@contextmanager
def linked() -> Iterator[None]:
    """A duplicate is answered with the way to what is there already. Raises Duplicate."""
    try:
        yield
    except Duplicate as error:
        error.params |= links_of(error)
        raise


def links_of(error: Duplicate) -> dict[str, str]:
    """The page and the address here of what a duplicate repeats."""
    for name, page, address in (
        ("proposal", "flows:proposal", "api-flows-proposal"),
        ("physical_flow", "flows:physical", "api-flows-physical"),
    ):
        if ident := error.params.get(name):
            return {"url": reverse(page, args=[ident]), "href": reverse(address, args=[ident])}
    return {}


def proposal_answer(actor: Membership, proposal_id: UUID, acted: Acted | None = None, status: int = 200) -> Response:
    """The proposal as it stands, after what the person did to it. Raises ProposalNotFound."""
    row = access_proposal(actor, proposal_id)
    outcome, message = (acted.outcome.value, acted.message) if acted else (None, None)
    (answer,) = proposal_answers(actor, [row], outcome=outcome, message=message)
    return Response(written(ProposalSerializer, answer), status=status, headers={"ETag": f'"{row.version}"'})


class ProposalListView(ListView):
    queryset = ProposedFlow._base_manager.none()  # tells the description the model
    serializer_class = ProposalSerializer
    filterset_class = ProposalListFilter
    pagination_class = ProposalPages

    def get_queryset(self) -> QuerySet[ProposedFlow]:
        return proposals_read(self.actor.organisation_id)

    def complete(self, rows: list[Any]) -> list[Any]:
        return proposal_answers(self.actor, rows)

    @extend_schema(operation_id="flows_proposals_list")
    def get(self, request: Request) -> Response:
        """All proposals of the organisation, the newest action first."""
        return self.list(request)

    @extend_schema(
        operation_id="flows_proposals_create",
        request=FlowDefSerializer,
        responses={201: ProposalSerializer},
        examples=EXAMPLES,
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Propose a flow, its change or its removal. The approvers of both ends are asked at once. What is proposed or there
        already is answered with 409 and the way to it."""
        with linked():
            acted = proposal_propose(actor=self.actor, flow_def=request.data)
        answer = proposal_answer(self.actor, acted.proposal.id, acted, 201)
        answer["Location"] = reverse("api-flows-proposal", args=[acted.proposal.id])
        return answer


class ProposalValidateView(MemberView):
    serializer_class = CheckedSerializer

    @extend_schema(operation_id="flows_proposals_validate", request=FlowDefSerializer, examples=EXAMPLES)
    def post(self, request: Request) -> Response:
        """Try a proposal without proposing: every wrong place, and what is there already. Nothing is written."""
        found: dict[str, Any] = {"valid": False, "problems": {}, "duplicate": None, "flow_def": None}
        try:
            checked_command = proposal_validate(actor=self.actor, flow_def=request.data)
        except Invalid as error:
            found["problems"] = error.fields
        except Duplicate as error:
            found["duplicate"] = _Repeated(error)
        else:
            kept = checked_command.command.dump()
            kept.pop("schema_version")
            found |= {"valid": True, "flow_def": kept}
        return Response(written(CheckedSerializer, _Told(found)))


class _Told:
    """A dictionary by its attributes."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


class _Repeated(_Told):
    def __init__(self, error: Duplicate) -> None:
        ids = {"proposal_id": error.params.get("proposal"), "physical_flow_id": error.params.get("physical_flow")}
        links = {"url": "", "href": "", **links_of(error)}
        super().__init__({"message": error.message, "number": error.params.get("number"), **ids, **links})


class ProposalPendingView(ListView):
    queryset = ProposedFlow._base_manager.none()  # tells the description the model
    serializer_class = ProposalSerializer
    pagination_class = PendingPages
    filter_backends = ()

    def get_queryset(self) -> QuerySet[ProposedFlow]:
        found = pending_counted(self.actor)
        cast(PendingPages, self.paginator).count = found.number
        return found.rows.select_related("source", "target", "maker")

    def complete(self, rows: list[Any]) -> list[Any]:
        return proposal_answers(self.actor, rows)

    @extend_schema(operation_id="flows_proposals_pending")
    def get(self, request: Request) -> Response:
        """What waits for your approval or rejection, and how many there are; of very many the first thousand are counted."""
        return self.list(request)


class ProposalDetailView(MemberView):
    serializer_class = ProposalSerializer

    @extend_schema(operation_id="flows_proposals_retrieve")
    def get(self, request: Request, proposal_id: UUID) -> Response:
        """One proposal with its approvals, its history and what you may do with it."""
        return proposal_answer(self.actor, proposal_id)


class ProposalApproversView(WholeListView):
    queryset = Approval._base_manager.none()  # tells the description the model
    serializer_class = ApproversSerializer

    def rows(self) -> Iterable[Any]:
        return approvers(access_proposal(self.actor, self.kwargs["proposal_id"]))

    @extend_schema(operation_id="flows_proposals_approvers")
    def get(self, request: Request, proposal_id: UUID) -> Response:
        """Who speaks for each side: one list in all."""
        return self.list(request)


class ProposalPermissionsView(MemberView):
    serializer_class = PermissionsSerializer

    @extend_schema(operation_id="flows_proposals_permissions")
    def get(self, request: Request, proposal_id: UUID) -> Response:
        """What you may do with a proposal now, and why not the rest."""
        found = my_permissions(self.actor, access_proposal(self.actor, proposal_id))
        return Response(written(PermissionsSerializer, found))


class ProposalTransitionsView(WholeListView):
    queryset = ProposedFlow._base_manager.none()  # tells the description the model
    serializer_class = ProposalTransitionSerializer

    def rows(self) -> Iterable[Any]:
        return transitions_of(access_proposal(self.actor, self.kwargs["proposal_id"]))

    @extend_schema(operation_id="flows_proposals_transitions")
    def get(self, request: Request, proposal_id: UUID) -> Response:
        """How the proposal came to where it is, oldest first."""
        return self.list(request)


class ProposalCommentsView(ListView):
    queryset = ProposalComment._base_manager.none()  # tells the description the model
    serializer_class = ProposalCommentSerializer
    pagination_class = CommentPages
    filter_backends = ()

    def get_queryset(self) -> QuerySet[ProposalComment]:
        return comments_of(access_proposal(self.actor, self.kwargs["proposal_id"]))

    @extend_schema(operation_id="flows_proposals_comments_list")
    def get(self, request: Request, proposal_id: UUID) -> Response:
        """What was written about a proposal, oldest first."""
        return self.list(request)

    @extend_schema(
        operation_id="flows_proposals_comments_create", request=SayBody, responses={201: ProposalCommentSerializer}
    )
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Write a comment; maker, approvers and followers are told."""
        with behind(lambda: access_proposal(self.actor, proposal_id)):
            text = checked(SayBody, request)["text"]
        comment = proposal_comment(proposal_id=proposal_id, actor=self.actor, text=text)
        return Response(written(ProposalCommentSerializer, comment), status=201)


class ProposalWatchView(MemberView):
    serializer_class = ProposalSerializer

    @extend_schema(operation_id="flows_proposals_watch", request=None)
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Follow a proposal."""
        proposal_watch(proposal_id=proposal_id, actor=self.actor)
        return proposal_answer(self.actor, proposal_id)

    @extend_schema(operation_id="flows_proposals_watch_end", request=None, responses={204: None})
    def delete(self, request: Request, proposal_id: UUID) -> Response:
        """Stop following."""
        proposal_unwatch(proposal_id=proposal_id, actor=self.actor)
        return Response(status=204)
