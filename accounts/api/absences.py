"""Absences over REST: be away, ask a substitute, answer, come back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Day, Id, Text, checked
from accounts.api.people import PersonSerializer
from accounts.filters import AbsenceFilter
from accounts.models import Absence
from accounts.models.absences import MAX_KEY
from accounts.scopes import MOST_KEYS, scope_choices
from accounts.selectors.absences import absences_visible
from accounts.services.absences import absence_accept, absence_ask, absence_decline, absence_end, absence_set
from accounts.tenancy.pages import CursorPages

ANSWERS = ("none", "asked", "accepted", "declined")


class AbsenceSerializer(serializers.Serializer[Absence]):
    """Both days are inclusive, by the clock of `time_zone`; an absence ends by itself after the last one."""

    id = serializers.UUIDField(read_only=True)
    member = PersonSerializer(read_only=True)
    substitute = PersonSerializer(read_only=True, allow_null=True)
    answer = serializers.ChoiceField(
        read_only=True,
        choices=[(one, one) for one in ANSWERS],
        help_text="Of the substitute, who counts once accepted.",
    )
    starts_on = serializers.DateField(read_only=True)
    ends_on = serializers.DateField(read_only=True)
    time_zone = serializers.CharField(read_only=True)
    scope = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Keys of `absences/scopes/`; empty for all work."
    )
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)


class AbsenceBody(Body):
    starts_on = Day()
    ends_on = Day(help_text="The last day away.")
    substitute = Id(required=False, allow_null=True, help_text="Who is asked to stand in.")
    member = Id(required=False, allow_null=True, help_text="Who is away; oneself unless one manages people.")
    scope = serializers.ListField(
        child=Text(max_length=MAX_KEY),
        required=False,
        max_length=MOST_KEYS,
        help_text="None for all work.",
    )


class SubstituteBody(Body):
    substitute = Id(allow_null=True, help_text="Null to do without.")


class ScopeSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]  # declared fields are taken off the class


class ScopesSerializer(serializers.Serializer[Any]):
    results = ScopeSerializer(many=True, read_only=True)


class AbsencePages(CursorPages):
    ordering = ("-starts_at", "-id")


class AbsenceListView(mixins.ListModelMixin, MemberView):
    queryset = Absence._base_manager.none()  # tells the description the model
    serializer_class = AbsenceSerializer
    filterset_class = AbsenceFilter
    pagination_class = AbsencePages

    def get_queryset(self) -> QuerySet[Absence]:
        return absences_visible(self.actor)

    @extend_schema(operation_id="absences_list")
    def get(self, request: Request) -> Response:
        """Your absences and those in which you are the substitute; everybody's if you manage people."""
        return self.list(request)

    @extend_schema(operation_id="absences_set", request=AbsenceBody, responses={201: AbsenceSerializer})
    def post(self, request: Request) -> Response:
        """Be away from one day to another. The substitute is asked, and stands in once they accept."""
        given = checked(AbsenceBody, request)
        absence = absence_set(
            actor=self.actor,
            member_id=given.get("member"),
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            substitute_id=given.get("substitute"),
            scope=given.get("scope", ()),
        )
        return Response(AbsenceSerializer(absence).data, status=201)


class AbsenceScopesView(MemberView):
    serializer_class = ScopesSerializer

    @extend_schema(operation_id="absences_scopes")
    def get(self, request: Request) -> Response:
        """What an absence can be limited to."""
        choices = scope_choices(self.actor.organisation_id)
        return Response({"results": [{"key": key, "label": label} for key, label in choices.items()]})


class AbsenceAction(MemberView):
    serializer_class = AbsenceSerializer

    def done(self, service: Callable[..., Absence], absence_id: UUID, **more: Any) -> Response:
        return Response(AbsenceSerializer(service(actor=self.actor, absence_id=absence_id, **more)).data)


class AbsenceAcceptView(AbsenceAction):
    @extend_schema(operation_id="absences_accept", request=None)
    def post(self, request: Request, absence_id: UUID) -> Response:
        """Agree to stand in; for the substitute."""
        return self.done(absence_accept, absence_id)


class AbsenceDeclineView(AbsenceAction):
    @extend_schema(operation_id="absences_decline", request=None)
    def post(self, request: Request, absence_id: UUID) -> Response:
        """Do not stand in, or not any longer; for the substitute."""
        return self.done(absence_decline, absence_id)


class AbsenceEndView(AbsenceAction):
    @extend_schema(operation_id="absences_end", request=None)
    def post(self, request: Request, absence_id: UUID) -> Response:
        """Be back early, or do not go."""
        return self.done(absence_end, absence_id)


class AbsenceSubstituteView(AbsenceAction):
    @extend_schema(operation_id="absences_substitute", request=SubstituteBody)
    def post(self, request: Request, absence_id: UUID) -> Response:
        """Ask somebody else to stand in, or do without."""
        given = checked(SubstituteBody, request)
        return self.done(absence_ask, absence_id, substitute_id=given.get("substitute"))
