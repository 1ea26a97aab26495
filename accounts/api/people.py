"""The caller and the people of the organisation."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.filters import PeopleFilter
from accounts.models import Membership
from accounts.policies import permission_codes, roles_of
from accounts.selectors.people import active_people, time_zone_of
from accounts.tenancy.pages import CursorPages


class PersonSerializer(serializers.Serializer[Membership]):
    """A person as assignee, requester, author: the three fields that every other answer uses too."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    email = serializers.EmailField(read_only=True)


class NamedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)


class ColleagueSerializer(PersonSerializer):
    department = NamedSerializer(read_only=True, allow_null=True)
    designation = NamedSerializer(read_only=True, allow_null=True)


class OrganisationSerializer(NamedSerializer):
    slug = serializers.SlugField(read_only=True)
    time_zone = serializers.CharField(read_only=True)


class MeSerializer(ColleagueSerializer):
    organisation = OrganisationSerializer(read_only=True)
    time_zone = serializers.SerializerMethodField()
    is_tenant_admin = serializers.BooleanField(read_only=True)
    permissions = serializers.SerializerMethodField(help_text="Permission codes, by role or as tenant admin.")

    def get_time_zone(self, member: Membership) -> str:
        return time_zone_of(member)

    def get_permissions(self, member: Membership) -> list[str]:
        return sorted(permission_codes()) if member.is_tenant_admin else sorted(roles_of(member))


class MeView(MemberView):
    serializer_class = MeSerializer

    @extend_schema(operation_id="me")
    def get(self, request: Request) -> Response:
        """Who the credentials belong to."""
        return Response(self.get_serializer(self.actor).data)


class PeoplePages(CursorPages):
    ordering = ("name", "id")


class UserListView(mixins.ListModelMixin, MemberView):
    queryset = Membership._base_manager.none()  # tells the description the model
    serializer_class = ColleagueSerializer
    filterset_class = PeopleFilter
    pagination_class = PeoplePages

    def get_queryset(self) -> QuerySet[Membership]:
        return active_people(self.actor.organisation_id)

    @extend_schema(operation_id="users_list")
    def get(self, request: Request) -> Response:
        """The active people of the organisation, by name."""
        return self.list(request)
