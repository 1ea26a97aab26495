"""The library over REST: shipped workflows, installing them, and bringing a copy to a newer version."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Text, behind, checked
from workflows.api.definitions import ImportedSerializer, may_edit
from workflows.graph.merge import Side
from workflows.graph.merge_words import Told
from workflows.policies import definitions
from workflows.selectors.library import (
    Copy,
    Shown,
    Update,
    item_of,
    library_list,
    library_look,
    library_update_of,
)
from workflows.services.library import library_install, library_update

SIDES = [side.value for side in Side]


class CopySerializer(serializers.Serializer[Copy]):
    definition = serializers.UUIDField(read_only=True, source="definition_id")
    name = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True, help_text="Of the item, not of the workflow.")
    update_available = serializers.BooleanField(read_only=True, source="is_old")


class LibraryItemSerializer(serializers.Serializer[Shown]):
    key = serializers.CharField(read_only=True, source="item.key")
    version = serializers.IntegerField(read_only=True, source="item.version")
    name = serializers.CharField(read_only=True, source="item.document.name")
    group = serializers.CharField(read_only=True, source="item.document.group")
    description = serializers.CharField(read_only=True, source="item.document.description")
    steps = serializers.IntegerField(read_only=True, help_text="Which somebody does.")
    copies = CopySerializer(many=True, read_only=True, help_text="Workflows of your organisation made from it.")


class LibrarySerializer(serializers.Serializer[Any]):
    results = LibraryItemSerializer(many=True, read_only=True)


class LibraryView(MemberView):
    serializer_class = LibrarySerializer

    @extend_schema(operation_id="library_list", responses=LibrarySerializer)
    def get(self, request: Request) -> Response:
        """The workflows that come with the product, by name. For those who design, publish or see all workflows."""
        return Response(LibrarySerializer({"results": library_list(self.actor)}).data)


class LibraryItemView(MemberView):
    serializer_class = LibraryItemSerializer

    @extend_schema(operation_id="library_retrieve", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, key: str) -> Response:
        """The document of one, as the import takes it."""
        return Response(library_look(self.actor, key).item.document.to_json())


class LibraryInstallView(MemberView):
    serializer_class = ImportedSerializer

    @extend_schema(operation_id="library_install", request=None, responses={201: ImportedSerializer})
    def post(self, request: Request, key: str) -> Response:
        """Make a draft of your own from it, to change and to publish."""
        with behind(lambda: _may_install(self, key)):
            imported = library_install(actor=self.actor, key=key)
        return Response(ImportedSerializer(imported).data, status=201)


def _may_install(view: MemberView, key: str) -> None:
    definitions.require(view.actor, "create")
    item_of(key)


class ToldSerializer(serializers.Serializer[Told]):
    place = serializers.CharField(read_only=True, help_text="Send it in `choices`.")
    what = serializers.CharField(read_only=True)
    before = serializers.CharField(read_only=True, source="base", help_text="As it was installed.")
    ours = serializers.CharField(read_only=True)
    theirs = serializers.CharField(read_only=True, help_text="As the library has it now.")


class LibraryUpdateSerializer(serializers.Serializer[Update]):
    key = serializers.CharField(read_only=True, source="item.key")
    from_version = serializers.IntegerField(read_only=True, source="copy.version")
    to_version = serializers.IntegerField(read_only=True, source="item.version")
    seen = serializers.CharField(
        read_only=True, help_text="Send it back, so that nothing else is applied than you saw."
    )
    conflicts = ToldSerializer(many=True, read_only=True, help_text="Both changed it; ours is kept unless you choose.")
    taken = ToldSerializer(many=True, read_only=True, help_text="Changed by the library only.")
    kept = ToldSerializer(many=True, read_only=True, help_text="Changed by you only.")


class Choices(serializers.DictField):
    def __init__(self) -> None:
        told = "By place of a conflict: `ours` or `theirs`."
        super().__init__(child=serializers.ChoiceField(choices=SIDES), required=False, help_text=told)


class LibraryUpdateBody(Body):
    choices = Choices()
    seen = Text(required=False, allow_null=True, allow_blank=True, max_length=64)


class DefinitionLibraryUpdateView(MemberView):
    serializer_class = LibraryUpdateSerializer

    @extend_schema(operation_id="definitions_library_update_retrieve", responses=LibraryUpdateSerializer)
    def get(self, request: Request, definition_id: UUID) -> Response:
        """What the newest version of the library would change in your copy; 409 where it has nothing new."""
        return Response(LibraryUpdateSerializer(library_update_of(self.actor, definition_id)).data)

    @extend_schema(operation_id="definitions_library_update", request=LibraryUpdateBody, responses=ImportedSerializer)
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Bring both together as a draft; `problems` says what blocks publishing, failing cases among it."""
        with behind(lambda: may_edit(self.actor, definition_id)):
            body: dict[str, Any] = checked(LibraryUpdateBody, request)
            choices = {place: Side(side) for place, side in (body.get("choices") or {}).items()}
            imported = library_update(
                actor=self.actor, definition_id=definition_id, choices=choices, seen=body.get("seen") or ""
            )
        return Response(ImportedSerializer(imported).data)
