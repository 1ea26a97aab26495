"""Many tasks at once over REST: a result per task, whatever becomes of the others."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Id, Text, Truth, Whole, checked
from workflows.api.inputs import MAX_COMMENT, Data
from workflows.models import BulkAct, BulkAction, BulkState
from workflows.selectors.bulk import access_bulk, time_to_undo
from workflows.services.bulk import (
    MAX_ROWS,
    BulkRow,
    BulkWish,
    RowResult,
    bulk_ask,
    bulk_cancel,
    bulk_run,
    results_of,
)


class BulkTaskBody(Body):
    id = Id()
    version = Whole(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The task's version as it was shown; a task that has changed since is left.",
    )
    data = Data()  # type: ignore[assignment]  # declared fields are taken off the class
    comment = Text(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=MAX_COMMENT,
        help_text="A reason of its own, in place of the common one.",
    )


class BulkActBody(Body):
    action = serializers.ChoiceField(choices=BulkAction.choices)
    tasks = BulkTaskBody(many=True, allow_empty=False, max_length=MAX_ROWS)  # type: ignore[call-arg]  # for the list
    transition = Text(
        required=False, allow_null=True, help_text="To decide: the name of the next step, the same for all."
    )
    assignee = Id(required=False, allow_null=True, help_text="Who is next, or to whom the tasks are handed.")
    comment = Text(required=False, allow_null=True, allow_blank=True, max_length=MAX_COMMENT)
    undo = Truth(
        required=False,
        default=False,
        help_text="Wait for the organisation's time to undo. Otherwise it is done before the answer.",
    )


class BulkResultSerializer(serializers.Serializer[RowResult]):
    """What became of one task."""

    task = serializers.UUIDField(read_only=True, source="task_id")
    run = serializers.UUIDField(read_only=True, source="run_id", allow_null=True)
    number = serializers.IntegerField(read_only=True, allow_null=True, help_text="Of the request.")
    title = serializers.CharField(read_only=True, help_text="Of the request.")
    step = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(
        read_only=True,
        choices=("done", "unchanged", "left"),
        help_text="`unchanged`: it was so already, by you. `left`: refused, see `code` and `message`.",
    )
    code = serializers.CharField(read_only=True, help_text="Why it was left, as the action on the task alone says it.")
    message = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True, allow_null=True, help_text="Of the task, as it is now.")


class BulkActSerializer(serializers.Serializer[BulkAct]):
    """One wish for many tasks. `results` are empty while it waits."""

    id = serializers.UUIDField(read_only=True)
    action = serializers.ChoiceField(read_only=True, choices=BulkAction.choices)
    state = serializers.ChoiceField(
        read_only=True,
        choices=BulkState.choices,
        help_text="`failed`: it broke off each time, and nothing has happened.",
    )
    run_at = serializers.DateTimeField(
        read_only=True, help_text="Until then it can be undone. Where an attempt broke off, when it is tried again."
    )
    asked = serializers.IntegerField(read_only=True, help_text="Tasks in all.")
    done = serializers.IntegerField(read_only=True)
    results = BulkResultSerializer(many=True, read_only=True, source="*")

    def to_representation(self, instance: BulkAct) -> dict[str, Any]:
        names = ("id", "action", "state", "run_at", "asked", "done")
        found = {name: self.fields[name].to_representation(getattr(instance, name)) for name in names}
        return found | {"results": [BulkResultSerializer().to_representation(one) for one in results_of(instance)]}


class BulkView(MemberView):
    serializer_class = BulkActSerializer

    @extend_schema(operation_id="tasks_bulk", request=BulkActBody, responses=BulkActSerializer)
    def post(self, request: Request) -> Response:
        """Decide, hand over or claim up to 500 tasks. Each is judged by itself: the answer has a result per task."""
        given = checked(BulkActBody, request)
        rows = [
            BulkRow(row["id"], row.get("version"), row["data"] or None, row.get("comment")) for row in given["tasks"]
        ]
        wish = BulkWish(
            BulkAction(given["action"]),
            rows,
            given.get("transition", ""),
            given.get("assignee"),
            given.get("comment", ""),
        )
        wait = time_to_undo(self.actor.organisation_id) if given["undo"] else timedelta(0)
        return Response(BulkActSerializer(bulk_ask(actor=self.actor, wish=wish, wait=wait)).data)


class BulkDetailView(MemberView):
    serializer_class = BulkActSerializer

    @extend_schema(operation_id="tasks_bulk_retrieve")
    def get(self, request: Request, bulk_id: UUID) -> Response:
        """A wish of your own, and what became of each task."""
        return Response(BulkActSerializer(access_bulk(self.actor, bulk_id)).data)


class BulkUndoView(MemberView):
    serializer_class = BulkActSerializer

    @extend_schema(operation_id="tasks_bulk_undo", request=None)
    def post(self, request: Request, bulk_id: UUID) -> Response:
        """Take a wish back that still waits: nothing has happened then. 409 when it is done already."""
        return Response(BulkActSerializer(bulk_cancel(bulk_id=bulk_id, actor=self.actor)).data)


class BulkRunView(MemberView):
    serializer_class = BulkActSerializer

    @extend_schema(operation_id="tasks_bulk_run", request=None)
    def post(self, request: Request, bulk_id: UUID) -> Response:
        """Do a wish that waits now."""
        return Response(BulkActSerializer(bulk_run(bulk_id=bulk_id, actor=self.actor)).data)
