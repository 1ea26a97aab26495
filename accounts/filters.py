"""How lists of people are narrowed, on pages and over REST."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from accounts.models import Absence, Membership


class TruthField(forms.NullBooleanField):
    """``true`` or ``false``, in any case; None for nothing. Django's own takes anything else for nothing, too."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> bool | None:  # type: ignore[override]  # as of its base
        if value in self.empty_values:
            return None
        found = {"true": True, "false": False}.get(str(value).lower())
        if found is None:
            raise ValidationError("Send true or false.")
        return found


class TruthFilter(django_filters.BooleanFilter):
    field_class = TruthField


class PeopleFilter(django_filters.FilterSet):
    """``search`` looks at names and addresses, ``name`` and ``email`` at one of them, ``department`` is an id."""

    search = django_filters.CharFilter(
        method="in_name_or_email", max_length=200, label="A part of the name or the address."
    )
    name = django_filters.CharFilter(lookup_expr="icontains", max_length=200, label="A part of the name.")
    email = django_filters.CharFilter(lookup_expr="icontains", max_length=254, label="A part of the address.")
    department = django_filters.UUIDFilter(field_name="department_id", label="The id of one.")

    class Meta:
        model = Membership
        fields = ("search", "name", "email", "department")

    def in_name_or_email(self, people: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        return people.filter(Q(name__icontains=value) | Q(email__icontains=value))


class AbsenceFilter(django_filters.FilterSet):
    """``open``: those still to come or going on; ``member`` and ``substitute`` are ids."""

    open = TruthFilter(field_name="ended_at", lookup_expr="isnull", label="Still to come, or going on.")
    member = django_filters.UUIDFilter(field_name="member_id", label="The id of who is away.")
    substitute = django_filters.UUIDFilter(field_name="substitute_id", label="The id of who stands in.")

    class Meta:
        model = Absence
        fields = ("open", "member", "substitute")
