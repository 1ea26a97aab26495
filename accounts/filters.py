"""How lists of people are narrowed, on pages and over REST."""

import django_filters
from django.db.models import Q, QuerySet

from accounts.models import Absence, Membership


class PeopleFilter(django_filters.FilterSet):
    """``search`` looks at names and addresses, ``name`` and ``email`` at one of them, ``department`` is an id."""

    search = django_filters.CharFilter(method="in_name_or_email", max_length=200)
    name = django_filters.CharFilter(lookup_expr="icontains", max_length=200)
    email = django_filters.CharFilter(lookup_expr="icontains", max_length=254)
    department = django_filters.UUIDFilter(field_name="department_id")

    class Meta:
        model = Membership
        fields = ("search", "name", "email", "department")

    def in_name_or_email(self, people: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        return people.filter(Q(name__icontains=value) | Q(email__icontains=value))


class AbsenceFilter(django_filters.FilterSet):
    """``open``: those still to come or going on; ``member`` and ``substitute`` are ids."""

    open = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull")
    member = django_filters.UUIDFilter(field_name="member_id")
    substitute = django_filters.UUIDFilter(field_name="substitute_id")

    class Meta:
        model = Absence
        fields = ("open", "member", "substitute")
