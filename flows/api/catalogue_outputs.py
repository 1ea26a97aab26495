"""What answers about the catalogue look like: codes, as they are sent in a ``flow_def``."""

from rest_framework import serializers

from accounts.api.people import PersonSerializer
from flows.api.answers import Shape
from flows.api.outputs import EndSerializer, FlowDefField, IdNameSerializer, KindField
from flows.models import EntityLife, EnumKind, FlowLife


class KindOfInvolvementSerializer(Shape):
    """A kind of involvement."""

    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)


class InvolvementSerializer(Shape):
    """A person who is involved."""

    person = PersonSerializer(read_only=True, source="member")
    kind = KindOfInvolvementSerializer(read_only=True)


class EntitySerializer(Shape):
    """An application, actor or end-user application."""

    within = "entity"
    beside = ("counts", "involvements")

    id = serializers.UUIDField(read_only=True)
    kind = KindField()
    name = serializers.CharField(read_only=True)
    external_id = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    lifecycle_status = serializers.ChoiceField(read_only=True, choices=EntityLife.choices)
    is_external = serializers.BooleanField(read_only=True)
    department = IdNameSerializer(read_only=True, allow_null=True)
    flows_in = serializers.IntegerField(read_only=True, source="counts.flows_in", help_text="Live logical flows to it.")
    flows_out = serializers.IntegerField(read_only=True, source="counts.flows_out", help_text="From it.")
    open_proposals = serializers.IntegerField(read_only=True, source="counts.open_proposals")


class EntityDetailSerializer(EntitySerializer):
    """The same, with people."""

    involvements = InvolvementSerializer(many=True, read_only=True, help_text="200 at most.")


class CarriedSerializer(Shape):
    """A data type that is carried."""

    id = serializers.UUIDField(read_only=True)
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    is_readonly = serializers.BooleanField(read_only=True, source="fixed", help_text="No proposal takes it away.")


class LogicalFlowSerializer(Shape):
    """A logical flow: something goes from source to target."""

    within = "flow"
    beside = ("data_types", "physical_flows", "open_proposals")

    id = serializers.UUIDField(read_only=True)
    source = EndSerializer(read_only=True)  # type: ignore[assignment]  # declared fields are taken off the class
    target = EndSerializer(read_only=True)
    external_id = serializers.CharField(read_only=True)
    lifecycle_status = serializers.ChoiceField(read_only=True, choices=FlowLife.choices)
    is_removed = serializers.BooleanField(read_only=True)
    is_readonly = serializers.BooleanField(read_only=True)
    author = PersonSerializer(read_only=True, allow_null=True, help_text="Who proposed it.")
    proposal_id = serializers.UUIDField(read_only=True, allow_null=True, help_text="The proposal that made it.")
    created_at = serializers.DateTimeField(read_only=True)
    data_types = CarriedSerializer(many=True, read_only=True)
    physical_flows = serializers.IntegerField(read_only=True, help_text="How many live ones it has.")
    open_proposals = serializers.IntegerField(read_only=True, help_text="Open proposals between its ends.")


class RouteSerializer(Shape):
    """The logical flow that is carried out."""

    id = serializers.UUIDField(read_only=True)
    source = EndSerializer(read_only=True)  # type: ignore[assignment]  # declared fields are taken off the class
    target = EndSerializer(read_only=True)


class SpecificationSerializer(Shape):
    """What is delivered."""

    id = serializers.UUIDField(read_only=True)
    owner = EndSerializer(read_only=True)
    name = serializers.CharField(read_only=True)
    format = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    external_id = serializers.CharField(read_only=True)
    is_readonly = serializers.BooleanField(read_only=True)


class PhysicalFlowSerializer(Shape):
    """A physical flow: how a logical one is carried out."""

    within = "flow"
    beside = ("data_types", "open_proposal_id", "flow_def", "is_last")

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    logical_flow = RouteSerializer(read_only=True)
    specification = SpecificationSerializer(read_only=True)
    transport = serializers.CharField(read_only=True)
    frequency = serializers.CharField(read_only=True)
    criticality = serializers.CharField(read_only=True)
    basis_offset = serializers.IntegerField(read_only=True)
    description = serializers.CharField(read_only=True)
    external_id = serializers.CharField(read_only=True)
    lifecycle_status = serializers.ChoiceField(read_only=True, choices=FlowLife.choices)
    is_removed = serializers.BooleanField(read_only=True)
    is_readonly = serializers.BooleanField(read_only=True)
    author = PersonSerializer(read_only=True, allow_null=True, help_text="Who proposed it.")
    proposal_id = serializers.UUIDField(read_only=True, allow_null=True, help_text="The proposal that made it.")
    created_at = serializers.DateTimeField(read_only=True)
    data_types = CarriedSerializer(many=True, read_only=True)
    open_proposal_id = serializers.UUIDField(
        read_only=True, allow_null=True, help_text="The open proposal to change or remove it."
    )


class PhysicalFlowDetailSerializer(PhysicalFlowSerializer):
    """The same, ready to be proposed anew."""

    flow_def = FlowDefField(help_text="Null for a removed one.", allow_null=True)
    is_last = serializers.BooleanField(
        read_only=True, allow_null=True, help_text="Its removal takes the logical flow along; null for a removed one."
    )


class DataTypeSerializer(Shape):
    """One node of the tree of data types."""

    id = serializers.UUIDField(read_only=True)
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    parent_id = serializers.UUIDField(read_only=True, allow_null=True)
    concrete = serializers.BooleanField(read_only=True, help_text="It can be chosen, unless deprecated.")
    deprecated = serializers.BooleanField(read_only=True)
    unknown = serializers.BooleanField(
        read_only=True, source="is_unknown", help_text="Stands for what nobody has said."
    )


class EnumValueSerializer(Shape):
    """One value that an attribute may have."""

    kind = serializers.ChoiceField(read_only=True, choices=EnumKind.choices)
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    position = serializers.IntegerField(read_only=True)
    is_active = serializers.BooleanField(read_only=True, help_text="It may be chosen.")
