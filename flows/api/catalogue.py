"""The catalogue over REST, to be read. It changes by proposals; breaking the glass is for a person at a page, who sees what it
does and says why, so it has no address here."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView, actor_of
from accounts.filters import TruthFilter
from flows.api.answers import ListView, written
from flows.api.catalogue_outputs import (
    EntityDetailSerializer,
    EntitySerializer,
    LogicalFlowSerializer,
    PhysicalFlowDetailSerializer,
    PhysicalFlowSerializer,
)
from flows.api.filters import MAX_WORDS, Rows
from flows.api.paging import KeysetPages
from flows.catalogue.selectors.answers import (
    entities_read,
    entity_answer,
    entity_answers,
    logical_answer,
    logical_answers,
    logical_read,
    physical_answers,
    physical_read,
    physical_row,
    with_words,
)
from flows.catalogue.selectors.browse import carrying
from flows.models import CatalogueEntity, EntityKind, EntityLife, FlowLife, LogicalFlow, PhysicalFlow
from flows.proposals.selectors.detail import physical_detail

KINDS = tuple((kind.value.upper(), kind.label) for kind in EntityKind)


class ByName(KeysetPages):
    orders = {"name": "name_key"}
    default = "name"


class Searched(django_filters.FilterSet):
    """``q`` are words, found as on the pages."""

    request: Any

    def by_words(self, rows: Rows, name: str, value: str) -> Rows:
        return with_words(actor_of(self.request).organisation_id, rows, value)


class EntityFilter(Searched):
    kind = django_filters.MultipleChoiceFilter(choices=KINDS, method="by_kind")
    lifecycle_status = django_filters.MultipleChoiceFilter(choices=EntityLife.choices, distinct=False)
    is_external = TruthFilter(label="Actors outside of the company.")
    department = django_filters.UUIDFilter(field_name="department_id", label="The id of the owning department.")
    q = django_filters.CharFilter(
        method="by_words", max_length=MAX_WORDS, label="Words of the name, or the beginning of the external id."
    )

    class Meta:
        model = CatalogueEntity
        fields = ("kind", "lifecycle_status", "is_external", "department", "q")

    def by_kind(self, rows: Rows, name: str, values: list[str]) -> Rows:
        return rows.filter(kind__in=[value.lower() for value in values]) if values else rows


class LogicalFilter(Searched):
    source = django_filters.UUIDFilter(field_name="source_id", label="The id of one of `entities/`.")
    target = django_filters.UUIDFilter(field_name="target_id", label="The id of one of `entities/`.")
    entity = django_filters.UUIDFilter(method="by_entity", label="Either end.")
    lifecycle_status = django_filters.MultipleChoiceFilter(choices=FlowLife.choices, distinct=False)
    is_removed = TruthFilter(label="Removed ones are told, too.")
    data_type = django_filters.UUIDFilter(method="by_type", label="It carries this one of `data-types/`.")
    q = django_filters.CharFilter(method="by_words", max_length=MAX_WORDS, label="Words of an end, or the external id.")

    class Meta:
        model = LogicalFlow
        fields = ("source", "target", "entity", "lifecycle_status", "is_removed", "data_type", "q")

    def by_entity(self, rows: Rows, name: str, value: UUID) -> Rows:
        return rows.filter(Q(source_id=value) | Q(target_id=value))

    def by_type(self, rows: Rows, name: str, value: UUID) -> Rows:
        return rows.filter(carrying([value]))


class PhysicalFilter(Searched):
    logical_flow = django_filters.UUIDFilter(field_name="logical_flow_id", label="An id of `logical/`.")
    specification = django_filters.UUIDFilter(field_name="specification_id", label="The id of its specification.")
    source = django_filters.UUIDFilter(field_name="logical_flow__source_id", label="The id of one of `entities/`.")
    target = django_filters.UUIDFilter(field_name="logical_flow__target_id", label="The id of one of `entities/`.")
    transport = django_filters.CharFilter(max_length=64, label="A code of `enums/`.")
    frequency = django_filters.CharFilter(max_length=64, label="A code of `enums/`.")
    criticality = django_filters.CharFilter(max_length=64, label="A code of `enums/`.")
    lifecycle_status = django_filters.MultipleChoiceFilter(choices=FlowLife.choices, distinct=False)
    is_removed = TruthFilter(label="Removed ones are told, too.")
    q = django_filters.CharFilter(
        method="by_words", max_length=MAX_WORDS, label="Words of an end, or the beginning of the name or external id."
    )

    class Meta:
        model = PhysicalFlow
        fields = (
            *("logical_flow", "specification", "source", "target", "transport", "frequency", "criticality"),
            *("lifecycle_status", "is_removed", "q"),
        )


class EntityListView(ListView):
    queryset = CatalogueEntity._base_manager.none()  # tells the description the model
    serializer_class = EntitySerializer
    filterset_class = EntityFilter
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[CatalogueEntity]:
        return entities_read(self.actor.organisation_id)

    def complete(self, rows: list[Any]) -> list[Any]:
        return entity_answers(self.actor.organisation_id, rows)

    @extend_schema(operation_id="flows_entities_list")
    def get(self, request: Request) -> Response:
        """Applications, actors and end-user applications, by name."""
        return self.list(request)


class EntityView(MemberView):
    serializer_class = EntityDetailSerializer

    @extend_schema(operation_id="flows_entities_retrieve")
    def get(self, request: Request, entity_id: UUID) -> Response:
        """One of them, with the people who are involved."""
        return Response(written(EntityDetailSerializer, entity_answer(self.actor.organisation_id, entity_id)))


class LogicalListView(ListView):
    queryset = LogicalFlow._base_manager.none()  # tells the description the model
    serializer_class = LogicalFlowSerializer
    filterset_class = LogicalFilter
    pagination_class = KeysetPages

    def get_queryset(self) -> QuerySet[LogicalFlow]:
        return logical_read(self.actor.organisation_id)

    def complete(self, rows: list[Any]) -> list[Any]:
        return logical_answers(self.actor.organisation_id, rows)

    @extend_schema(operation_id="flows_logical_list")
    def get(self, request: Request) -> Response:
        """Logical flows, the newest first."""
        return self.list(request)


class LogicalView(MemberView):
    serializer_class = LogicalFlowSerializer

    @extend_schema(operation_id="flows_logical_retrieve")
    def get(self, request: Request, flow_id: UUID) -> Response:
        """One logical flow with what it carries."""
        return Response(written(LogicalFlowSerializer, logical_answer(self.actor.organisation_id, flow_id)))


class PhysicalListView(ListView):
    queryset = PhysicalFlow._base_manager.none()  # tells the description the model
    serializer_class = PhysicalFlowSerializer
    filterset_class = PhysicalFilter
    pagination_class = KeysetPages

    def get_queryset(self) -> QuerySet[PhysicalFlow]:
        return physical_read(self.actor.organisation_id)

    def complete(self, rows: list[Any]) -> list[Any]:
        return physical_answers(self.actor.organisation_id, rows)

    @extend_schema(operation_id="flows_physical_list")
    def get(self, request: Request) -> Response:
        """Physical flows with their specification and what they carry, the newest first."""
        return self.list(request)


class PhysicalView(MemberView):
    serializer_class = PhysicalFlowDetailSerializer

    @extend_schema(operation_id="flows_physical_retrieve")
    def get(self, request: Request, flow_id: UUID) -> Response:
        """One physical flow; `flowDef` is the command that would change nothing yet, to be edited and proposed."""
        own = self.actor.organisation_id
        answer = physical_detail(own, physical_row(own, flow_id))
        return Response(written(PhysicalFlowDetailSerializer, answer))
