"""Plain rows of the organisation over REST: the list and one of them. Each kind says its model, its body and its words."""

from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import mixins, serializers
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, checked, etag_of, seen_at
from accounts.selectors.directory import ADMINISTER, access_entry, entries_of
from accounts.services.directory import entry_remove, entry_save
from accounts.tenancy.models import OrganisationOwned
from accounts.tenancy.pages import CursorPages


class EntrySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    modified_at = serializers.DateTimeField(read_only=True, help_text="In quotes it is the `ETag`.")


def tagged(found: "serializers.BaseSerializer[Any]", status: int = 200) -> Response:
    """The row of the serializer, with its ETag."""
    return Response(found.data, status=status, headers={"ETag": etag_of(cast(OrganisationOwned, found.instance))})


class EntryPages(CursorPages):
    ordering: Any = ("name", "id")


class EntryView(MemberView):
    """For tenant admins. ``below`` names the row that these belong to, where they do."""

    model: ClassVar[type[OrganisationOwned]]
    body: ClassVar[type[Body]]

    def below(self) -> dict[str, Any]:
        return {}

    def row(self, entry_id: UUID) -> OrganisationOwned:
        return access_entry(self.actor, self.model, entry_id, **self.below())

    def answer(self, row: OrganisationOwned, status: int = 200) -> Response:
        return tagged(self.get_serializer(row), status)

    def changed(self, entry_id: UUID) -> Response:
        row = self.row(entry_id)
        values = checked(self.body, self.request, partial=True)
        return self.answer(
            entry_save(actor=self.actor, row=row, values=values, action=ADMINISTER, seen=seen_at(self.request))
        )

    def removed(self, entry_id: UUID) -> Response:
        entry_remove(actor=self.actor, row=self.row(entry_id), action=ADMINISTER, seen=seen_at(self.request))
        return Response(status=204)


class EntryListView(mixins.ListModelMixin, EntryView):
    pagination_class = EntryPages
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Any]:
        return entries_of(self.actor, self.model, **self.below())

    def made(self) -> Response:
        entries_of(self.actor, self.model)
        values = self.below() | checked(self.body, self.request)
        return self.answer(entry_save(actor=self.actor, row=self.model(), values=values, action=ADMINISTER), 201)
