"""How lists of proposals are narrowed, on pages and over REST: within one filter any value does, all filters must hold."""

from collections.abc import Sequence
from typing import Any, Final

import django_filters
from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.models import Membership
from flows.models import ProposalType, ProposedFlow
from flows.proposals.selectors.asker import Asker

BEHALF: Final = ("behalf", "On behalf of others")
ACTIONABLE: Final = (("outstanding", "My outstanding actions"), BEHALF, ("completed", "My completed actions"))
MINE: Final = (("proposed", "Proposed by me"), ("approval", "For my approval"))
TYPES: Final = tuple((str(one.value), str(one.label)) for one in ProposalType)
MAX_WORDS: Final = 200
GROUPS: Final = ("actionable", "mine", "state", "type", "side")
"""The filters that are pills on the dashboard."""

Proposals = QuerySet[ProposedFlow]


class ProposalFilter(django_filters.FilterSet):
    """``open`` true: active ones; ``actionable``: outstanding or completed actions of the caller, or ``behalf``, those of the
    outstanding ones that are on behalf of somebody who is away; ``mine``: proposed by the caller or for their approval; ``side``:
    the sides that are still asked; ``q``: number, end or person.

    ``states`` and ``sides`` are what the organisation has, tenant-made ones included; any other value is an error.
    An ``asker`` is given by whoever asks it more, so that nothing is asked twice.
    """

    open = django_filters.BooleanFilter(field_name="is_open", label="Active")
    actionable = django_filters.MultipleChoiceFilter(choices=ACTIONABLE, method="by_action", label="My actionables")
    mine = django_filters.MultipleChoiceFilter(choices=MINE, method="by_person", label="Proposals")
    state = django_filters.MultipleChoiceFilter(method="by_state", label="State")
    type = django_filters.MultipleChoiceFilter(choices=TYPES, method="by_type", label="Operation")
    side = django_filters.MultipleChoiceFilter(method="by_side", label="Waits for")
    q = django_filters.CharFilter(method="by_words", label="Number, end or person", max_length=MAX_WORDS)

    class Meta:
        model = ProposedFlow
        fields = ("open", "actionable", "mine", "state", "type", "side", "q")

    def __init__(
        self,
        data: QueryDict | dict[str, Any] | None = None,
        queryset: Proposals | None = None,
        *,
        actor: Membership,
        states: Sequence[tuple[str, str]],
        sides: Sequence[tuple[str, str]],
        asker: Asker | None = None,
        **more: Any,
    ) -> None:
        super().__init__(data, queryset, **more)
        self.actor = actor
        self.asker = asker or Asker(actor)
        # Filters are copied for each filterset, so these are this one's.
        self.filters["state"].extra["choices"] = list(states)
        self.filters["side"].extra["choices"] = list(sides)

    def by_action(self, rows: Proposals, name: str, values: list[str]) -> Proposals:
        return self._any(rows, {value: self.asker.acted(value) for value in values})

    def by_person(self, rows: Proposals, name: str, values: list[str]) -> Proposals:
        return self._any(rows, {value: self.asker.concerns(value) for value in values})

    def by_state(self, rows: Proposals, name: str, values: list[str]) -> Proposals:
        return rows.filter(state__in=values) if values else rows

    def by_type(self, rows: Proposals, name: str, values: list[str]) -> Proposals:
        return rows.filter(proposal_type__in=values) if values else rows

    def by_side(self, rows: Proposals, name: str, values: list[str]) -> Proposals:
        return rows.filter(self.asker.waits_for(values)) if values else rows

    def by_words(self, rows: Proposals, name: str, value: str) -> Proposals:
        return rows.filter(self.asker.words(value.strip()).condition(self.asker.is_open)) if value.strip() else rows

    def _any(self, rows: Proposals, conditions: dict[str, Q]) -> Proposals:
        found = Q()
        for condition in conditions.values():
            found |= condition
        return rows.filter(found) if conditions else rows
