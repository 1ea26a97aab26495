"""Links that ask for a decision over REST: who was asked, asking anew, and withdrawing one."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Text, behind, checked
from workflows.selectors.doors import open_task
from workflows.selectors.links import LinkRow, links_of_run, run_of_link
from workflows.services.deciding import MAX_COMMENT
from workflows.services.links import link_revoke, links_send_again

STATES = ("open", "decided", "other", "revoked", "replaced", "expired", "closed")


class DecisionLinkSerializer(serializers.Serializer[LinkRow]):
    """One mailbox that was asked. Its address is masked for who does not look after the step."""

    id = serializers.UUIDField(read_only=True)
    task_id = serializers.UUIDField(read_only=True)
    step_name = serializers.CharField(read_only=True)
    address = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True, help_text="As it was typed by who decided.")
    state = serializers.ChoiceField(choices=STATES, read_only=True)
    transition = serializers.CharField(read_only=True)
    sent_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)
    needs_code = serializers.BooleanField(read_only=True)
    may_revoke = serializers.BooleanField(read_only=True)


class DecisionLinksSerializer(serializers.Serializer[Any]):
    results = DecisionLinkSerializer(many=True, read_only=True)


class RevokeBody(Body):
    reason = Text(
        required=False, allow_blank=True, max_length=MAX_COMMENT, default="", help_text="Kept in the history."
    )


class TaskLinksView(MemberView):
    serializer_class = DecisionLinksSerializer
    pagination_class = None

    @extend_schema(operation_id="tasks_links", responses=DecisionLinksSerializer)
    def get(self, request: Request, task_id: UUID) -> Response:
        """The links by which somebody was asked to decide the task, and what became of each."""
        return _listed(self.actor, task_id)

    @extend_schema(operation_id="tasks_links_send", request=None, responses=DecisionLinksSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Ask the step's people outside anew; links that are out stop working."""
        links_send_again(task_id=task_id, actor=self.actor)
        return _listed(self.actor, task_id)


class LinkRevokeView(MemberView):
    serializer_class = DecisionLinkSerializer

    @extend_schema(operation_id="decision_links_revoke", request=RevokeBody, responses=DecisionLinkSerializer)
    def post(self, request: Request, link_id: UUID) -> Response:
        """Withdraw a link; it stops working at once."""
        with behind(lambda: run_of_link(self.actor, link_id)):
            given = checked(RevokeBody, request)
        link_revoke(link_id=link_id, actor=self.actor, reason=given["reason"])
        rows = links_of_run(run_of_link(self.actor, link_id))
        return Response(DecisionLinkSerializer(next(row for row in rows if row.id == link_id)).data)


def _listed(actor: Any, task_id: UUID) -> Response:
    seen = open_task(actor, task_id)
    return Response(DecisionLinksSerializer({"results": links_of_run(seen.view, task_id)}).data)
