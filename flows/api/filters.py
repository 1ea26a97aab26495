"""How the lists of this API are narrowed. Codes of states and sides are those that the organisation has."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request

from accounts.api.base import actor_of
from accounts.filters import TruthFilter
from flows.filters import MAX_WORDS, ProposalFilter
from flows.models import ProposedFlow
from flows.proposals.selectors.answers import life_of_proposals
from flows.proposals.selectors.board import sides_asked
from workflows.api.filters import ME, PersonFilter

Rows = QuerySet[Any]


@extend_schema_field({"type": "string", "description": "Codes of `states/` or `sides/`, whichever it is named for."})
class CodesFilter(django_filters.MultipleChoiceFilter):
    """Codes that the organisation has; the description cannot list them."""


class ProposalListFilter(ProposalFilter):
    """``maker`` and the ends are ids, ``maker`` also ``me``; ``entity`` is either end; ``actionable`` is ``outstanding`` for
    what waits for the caller, ``behalf`` for what of it waits on behalf of somebody who is away, and ``completed`` for what they
    have decided. ``state`` and ``side`` take codes, several of them
    as several parameters."""

    open = None  # type: ignore[assignment]  # how a filter of the base is left out
    is_open = TruthFilter(label="Somebody is still asked.")
    maker = PersonFilter(method="by_maker", label="An id, or `me`.")
    source = django_filters.UUIDFilter(field_name="source_id", label="The id of one of `entities/`.")
    target = django_filters.UUIDFilter(field_name="target_id", label="The id of one of `entities/`.")
    entity = django_filters.UUIDFilter(method="by_entity", label="Either end.")
    logical_flow = django_filters.UUIDFilter(field_name="logical_flow_id", label="An id of `logical/`.")
    physical_flow = django_filters.UUIDFilter(field_name="physical_flow_id", label="An id of `physical/`.")
    state = CodesFilter(method="by_state", label="Codes of `states/`.")
    side = CodesFilter(method="by_side", label="Codes of `sides/`: what it waits for.")

    class Meta:
        model = ProposedFlow
        fields = (
            *("state", "is_open", "type", "maker", "actionable", "mine", "source", "target", "entity"),
            *("logical_flow", "physical_flow", "side", "q"),
        )

    def __init__(self, data: Any = None, queryset: Any = None, *, request: Request, **more: Any) -> None:
        own = actor_of(request).organisation_id
        asked = request.query_params
        # Looked up only for those who ask: the common list has two queries less.
        states = life_of_proposals(own).states.values() if "state" in asked else ()
        sides = sides_asked(own) if "side" in asked else ()
        named = [(state.code, state.name) for state in states]
        super().__init__(
            data, queryset, actor=actor_of(request), states=named, sides=list(sides), request=request, **more
        )

    def by_maker(self, rows: Rows, name: str, value: str | UUID) -> Rows:
        return rows.filter(maker_id=self.actor.id if value == ME else value)

    def by_entity(self, rows: Rows, name: str, value: UUID) -> Rows:
        return rows.filter(Q(source_id=value) | Q(target_id=value))


__all__ = ["MAX_WORDS", "ProposalListFilter"]
