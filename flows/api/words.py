"""What proposals are made of and go through, as the organisation has it: data types, codes, reasons, states, sides."""

from collections.abc import Iterable

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.filters import TruthFilter
from accounts.tenancy.errors import Invalid
from flows.api.answers import ListView, Shape, WholeListView
from flows.api.catalogue_outputs import DataTypeSerializer, EnumValueSerializer, KindOfInvolvementSerializer
from flows.api.filters import MAX_WORDS, Rows
from flows.api.outputs import IdNameSerializer
from flows.api.paging import KeysetPages
from flows.catalogue.selectors.answers import data_types_read, enums_read
from flows.models import Anchor, ApprovalSide, DataType, EnumKind, EnumValue, ProposalReason
from flows.proposals.selectors.answers import SideAnswer, life_of_proposals, reasons_of, sides_answered
from workflows.models import EntityStateKind, Tone
from workflows.selectors.tracking import StateInfo


class StateSerializer(Shape):
    """One state of the life of proposals."""

    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    position = serializers.IntegerField(read_only=True)
    is_start = serializers.BooleanField(read_only=True)
    is_end = serializers.BooleanField(read_only=True)
    tone = serializers.ChoiceField(read_only=True, choices=Tone.choices)
    next = serializers.ListField(
        child=serializers.CharField(), read_only=True, source="nexts", help_text="Codes of states that may follow."
    )


class SpeakerOfSideSerializer(Shape):
    """An involvement in the end, or a role, that speaks for a side."""

    involvement = KindOfInvolvementSerializer(read_only=True, allow_null=True)
    role = IdNameSerializer(read_only=True, allow_null=True)
    entity_kind = serializers.CharField(read_only=True, allow_null=True, help_text="Only for ends of this kind.")
    may_approve = serializers.BooleanField(read_only=True)
    may_reject = serializers.BooleanField(read_only=True)


class SideSerializer(Shape):
    """One side that proposals need."""

    within = "side"
    beside = ("speakers",)

    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    position = serializers.IntegerField(read_only=True)
    asks = serializers.ChoiceField(read_only=True, source="anchor", choices=Anchor.choices)
    quorum = serializers.IntegerField(read_only=True, help_text="How many people must approve.")
    approved_state = serializers.CharField(read_only=True)
    rejected_state = serializers.CharField(read_only=True)
    is_active = serializers.BooleanField(read_only=True, help_text="New proposals ask it.")
    speakers = SpeakerOfSideSerializer(many=True, read_only=True)


class ReasonSerializer(Shape):
    """A reason for a proposal: `reason.ratingId` is its id, `reason.code` its code."""

    id = serializers.UUIDField(read_only=True)
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)


class ByName(KeysetPages):
    orders = {"name": "name"}
    default = "name"


class DataTypeFilter(django_filters.FilterSet):
    """``q`` are words of the name or the code; ``concrete`` and ``deprecated`` say what can be chosen."""

    q = django_filters.CharFilter(method="by_words", max_length=MAX_WORDS, label="Words of the name or the code.")
    concrete = TruthFilter(label="Can be chosen, unless deprecated.")
    deprecated = TruthFilter(label="Can be chosen no more.")
    parent = django_filters.UUIDFilter(field_name="parent_id", label="The id of the one above.")

    class Meta:
        model = DataType
        fields = ("q", "concrete", "deprecated", "parent")

    def by_words(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(Q(name__icontains=value.strip()) | Q(code__icontains=value.strip()))


class DataTypeListView(ListView):
    queryset = DataType._base_manager.none()  # tells the description the model
    serializer_class = DataTypeSerializer
    filterset_class = DataTypeFilter
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[DataType]:
        return data_types_read(self.actor.organisation_id)

    @extend_schema(operation_id="flows_data_types_list")
    def get(self, request: Request) -> Response:
        """The data types by name; `parentId` makes the tree."""
        return self.list(request)


class EnumsView(WholeListView):
    queryset = EnumValue._base_manager.none()  # tells the description the model
    serializer_class = EnumValueSerializer

    def rows(self) -> Iterable[EnumValue]:
        kind = self.request.query_params.get("kind", "")
        if kind and kind not in EnumKind.values:
            raise Invalid({"kind": [f"Choose one of {', '.join(EnumKind.values)}."]})
        return [row for row in enums_read(self.actor.organisation_id) if kind in ("", row.kind)]

    @extend_schema(
        operation_id="flows_enums_list",
        parameters=[OpenApiParameter("kind", str, enum=EnumKind.values, description="Only of this kind.")],
    )
    def get(self, request: Request) -> Response:
        """The codes of transport, frequency, criticality and format; retired ones are not active."""
        return self.list(request)


class ReasonsView(WholeListView):
    queryset = ProposalReason._base_manager.none()  # tells the description the model
    serializer_class = ReasonSerializer

    def rows(self) -> Iterable[ProposalReason]:
        return reasons_of(self.actor.organisation_id)

    @extend_schema(operation_id="flows_reasons_list")
    def get(self, request: Request) -> Response:
        """The reasons that a proposal may give."""
        return self.list(request)


class StatesView(WholeListView):
    queryset = EntityStateKind._base_manager.none()  # tells the description the model
    serializer_class = StateSerializer

    def rows(self) -> Iterable[StateInfo]:
        return life_of_proposals(self.actor.organisation_id).states.values()

    @extend_schema(operation_id="flows_states_list")
    def get(self, request: Request) -> Response:
        """The states of proposals in their order, those that the organisation added among them."""
        return self.list(request)


class SidesView(WholeListView):
    queryset = ApprovalSide._base_manager.none()  # tells the description the model
    serializer_class = SideSerializer

    def rows(self) -> Iterable[SideAnswer]:
        return sides_answered(self.actor.organisation_id)

    @extend_schema(operation_id="flows_sides_list")
    def get(self, request: Request) -> Response:
        """The sides that must approve, and who speaks for them."""
        return self.list(request)
