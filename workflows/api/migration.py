"""Open requests on their way to another version of their workflow, over REST."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Id, Text, behind, checked
from accounts.api.people import PersonSerializer
from workflows.api.inputs import MAX_COMMENT
from workflows.engine.migrate import TaskMove
from workflows.services.migration import (
    MOST_AT_ONCE,
    MigrationResult,
    Rehearsal,
    Rehearsed,
    may_migrate,
    migration_apply,
    migration_rehearse,
)


class StepMap(serializers.DictField):
    child = Text(max_length=60)

    def __init__(self, **more: Any) -> None:
        told = "From keys of steps now to keys of steps of the published version; others keep their key."
        super().__init__(required=False, help_text=told, **more)


class RehearsalBody(Body):
    steps = StepMap()
    after = Id(required=False, allow_null=True, help_text="`after` of the page before.")


class MigrationBody(Body):
    runs = serializers.ListField(child=Id(), min_length=1, max_length=MOST_AT_ONCE)
    steps = StepMap()
    comment = Text(required=False, allow_null=True, allow_blank=True, max_length=MAX_COMMENT)


class TaskMoveSerializer(serializers.Serializer[TaskMove]):
    step = serializers.CharField(read_only=True, source="task.step")
    step_name = serializers.CharField(read_only=True, source="task.step_name")
    to = serializers.CharField(read_only=True, source="target.key")
    to_name = serializers.CharField(read_only=True, source="target.name")
    holder_changes = serializers.SerializerMethodField()
    assignee = PersonSerializer(read_only=True, allow_null=True, source="holder.person", default=None)
    queue = PersonSerializer(read_only=True, many=True, source="holder.queue", default=())

    def get_holder_changes(self, move: TaskMove) -> bool:
        return move.holder is not None


class RehearsedSerializer(serializers.Serializer[Rehearsed]):
    run = serializers.UUIDField(read_only=True, source="run.id")
    number = serializers.IntegerField(read_only=True, source="run.number")
    title = serializers.CharField(read_only=True, source="run.title")
    version = serializers.IntegerField(read_only=True, source="from_version")
    moves = serializers.BooleanField(read_only=True)
    tasks = TaskMoveSerializer(many=True, read_only=True, source="judgement.moves")
    blocked = serializers.ListField(read_only=True, child=serializers.CharField(), source="judgement.blocked")
    warnings = serializers.ListField(read_only=True, child=serializers.CharField(), source="judgement.warnings")


class RehearsalSerializer(serializers.Serializer[Rehearsal]):
    version = serializers.IntegerField(read_only=True, help_text="The published one.")
    total = serializers.IntegerField(read_only=True, help_text="Open requests on other versions.")
    after = serializers.UUIDField(read_only=True, allow_null=True, help_text="Send it for the next page.")
    steps = serializers.DictField(read_only=True, child=serializers.CharField(), help_text="Where they are: key, name.")
    targets = serializers.DictField(read_only=True, child=serializers.CharField(), help_text="Where they may go.")
    rows = RehearsedSerializer(many=True, read_only=True)


class MigrationResultSerializer(serializers.Serializer[MigrationResult]):
    run = serializers.UUIDField(read_only=True, source="run_id")
    number = serializers.IntegerField(read_only=True)
    moved = serializers.BooleanField(read_only=True)
    why = serializers.CharField(read_only=True, help_text="Why it was not moved.")


class MigrationResultsSerializer(serializers.Serializer[Any]):
    results = MigrationResultSerializer(many=True, read_only=True)


class MigrationRehearsalView(MemberView):
    serializer_class = RehearsalSerializer

    @extend_schema(operation_id="definitions_migration_rehearse", request=RehearsalBody, responses=RehearsalSerializer)
    def post(self, request: Request, definition_id: UUID) -> Response:
        """What moving the open requests to the published version would mean, for each; changes nothing."""
        with behind(lambda: may_migrate(self.actor, definition_id)):
            body = checked(RehearsalBody, request)
            found = migration_rehearse(
                definition_id=definition_id, actor=self.actor, steps=body.get("steps"), after=body.get("after")
            )
        return Response(RehearsalSerializer(found).data)


class MigrationView(MemberView):
    serializer_class = MigrationResultsSerializer

    @extend_schema(operation_id="definitions_migrate", request=MigrationBody, responses=MigrationResultsSerializer)
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Move the named requests to the published version; a result for each. What cannot be moved stays as it is."""
        with behind(lambda: may_migrate(self.actor, definition_id)):
            body = checked(MigrationBody, request)
            found = migration_apply(
                definition_id=definition_id,
                actor=self.actor,
                run_ids=body["runs"],
                steps=body.get("steps"),
                comment=body.get("comment", ""),
            )
        return Response(MigrationResultsSerializer({"results": found}).data)
