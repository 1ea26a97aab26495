"""What answers about proposals look like. People are ``{id, name, email}``; states, sides and attributes are codes with names."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.people import PersonSerializer
from flows.api.answers import Shape, Written
from flows.api.schemas import KIND, FlowDefSerializer
from flows.models import ApprovalStatus, Decision, ProposalType
from flows.proposals.services.acting import Outcome
from workflows.models import Tone


@extend_schema_field(FlowDefSerializer)
class FlowDefField(serializers.ReadOnlyField):
    """The command, as it is kept."""


@extend_schema_field({"description": "A text or a whole number; null where there was or will be none."})
class AnyValue(serializers.ReadOnlyField):
    """An attribute's value."""


@extend_schema_field(KIND)
class KindField(Written):
    """Kinds are sent in capitals, as in ``flow_def``."""

    def to_representation(self, value: Any) -> str:
        return str(value).upper()


class EndSerializer(Shape):
    """One end of a flow."""

    id = serializers.UUIDField(read_only=True)
    kind = KindField()
    name = serializers.CharField(read_only=True)
    external_id = serializers.CharField(read_only=True)


class IdNameSerializer(Shape):
    """Something by its name."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)


class ByWhomSerializer(Shape):
    """Who did it."""

    id = serializers.UUIDField(
        read_only=True, source="by_id", allow_null=True, help_text="Null for the product itself."
    )
    name = serializers.CharField(read_only=True, source="by_name")


class VoteSerializer(Shape):
    """One person's word for one approval."""

    member_id = serializers.UUIDField(read_only=True, allow_null=True, help_text="Null for the product itself.")
    member_name = serializers.CharField(read_only=True)
    on_behalf_of = IdNameSerializer(
        read_only=True, allow_null=True, help_text="Who was away, if it was in their place."
    )
    decision = serializers.ChoiceField(read_only=True, choices=Decision.choices)
    reason = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    policy = serializers.CharField(
        read_only=True, help_text="The organisation's policy by which the vote stands although four eyes refuse it."
    )


class ApprovalSerializer(Shape):
    """What one side of the current revision says."""

    side = serializers.CharField(read_only=True, source="side_code")
    name = serializers.CharField(read_only=True, source="side_name")
    entity_id = serializers.UUIDField(read_only=True, allow_null=True, help_text="The end whose people are asked.")
    entity_name = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(read_only=True, choices=ApprovalStatus.choices)
    quorum = serializers.IntegerField(read_only=True)
    approved = serializers.IntegerField(read_only=True, help_text="How many have approved.")
    decided_at = serializers.DateTimeField(read_only=True, allow_null=True)
    unattended_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Since when too few people are left who may approve."
    )
    votes = VoteSerializer(many=True, read_only=True)


class ProposalTransitionSerializer(Shape):
    """One step from state to state."""

    seq = serializers.IntegerField(read_only=True)
    to = serializers.CharField(read_only=True, source="to_state")
    to_name = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    by = ByWhomSerializer(read_only=True, source="*")
    on_behalf_of = IdNameSerializer(read_only=True, allow_null=True, help_text="In whose place, if somebody stood in.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a word of Python.
        fields = super().get_fields()
        first = {"seq": fields.pop("seq"), "from": serializers.CharField(read_only=True, source="from_state")}
        return {**first, **fields}


class MaySerializer(Shape):
    """What the caller may do now; `permissions/` says why not."""

    approve = serializers.BooleanField(read_only=True)
    reject = serializers.BooleanField(read_only=True)
    cancel = serializers.BooleanField(read_only=True)
    resubmit = serializers.BooleanField(read_only=True)
    retry = serializers.BooleanField(read_only=True)


class ChangeSerializer(Shape):
    """One attribute that an update changes."""

    field = serializers.CharField(read_only=True, help_text="Its name in `flowAttributes`.")
    before = AnyValue()
    after = AnyValue()


class ProposalSerializer(Shape):
    """A proposal as the caller may see it."""

    within = "proposal"
    beside = (
        *("state_name", "tone", "flow_def", "approvals", "transitions", "permissions", "failure", "shown_hash"),
        *("changes", "data_types_added", "data_types_removed", "outcome", "message"),
    )

    id = serializers.UUIDField(read_only=True)
    number = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    created_by = serializers.CharField(read_only=True, source="maker.email", help_text="The maker's address.")
    maker = PersonSerializer(read_only=True)
    proposal_type = serializers.ChoiceField(read_only=True, choices=ProposalType.choices)
    state = serializers.CharField(read_only=True, help_text="A code of `states/`.")
    state_name = serializers.CharField(read_only=True)
    tone = serializers.ChoiceField(read_only=True, choices=Tone.choices)
    is_open = serializers.BooleanField(read_only=True, help_text="Somebody is still asked.")
    version = serializers.IntegerField(read_only=True, help_text="Grows with every change; also the ETag.")
    revision = serializers.IntegerField(read_only=True, help_text="Grows when the proposal is resubmitted.")
    shown_hash = serializers.CharField(read_only=True, help_text="Names this content; send it with a decision.")
    acted_at = serializers.DateTimeField(read_only=True, help_text="The last action of a person.")
    due_at = serializers.DateTimeField(read_only=True, help_text="When an open proposal times out.")
    completed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    source = EndSerializer(read_only=True)  # type: ignore[assignment]  # declared fields are taken off the class
    target = EndSerializer(read_only=True)
    flow_def = FlowDefField()
    changes = ChangeSerializer(many=True, read_only=True, help_text="What an update changes, against the flow then.")
    data_types_added = serializers.ListField(child=serializers.UUIDField(), read_only=True)
    data_types_removed = serializers.ListField(child=serializers.UUIDField(), read_only=True)
    approvals = ApprovalSerializer(many=True, read_only=True)
    transitions = ProposalTransitionSerializer(many=True, read_only=True)
    logical_flow_id = serializers.UUIDField(read_only=True, allow_null=True)
    physical_flow_id = serializers.UUIDField(read_only=True, allow_null=True)
    specification_id = serializers.UUIDField(read_only=True, allow_null=True)
    failure = serializers.CharField(
        read_only=True, allow_null=True, help_text="Why the last approval could not be carried out; it can be retried."
    )
    failed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    permissions = MaySerializer(read_only=True)
    outcome = serializers.ChoiceField(
        read_only=True, allow_null=True, choices=[str(one) for one in Outcome], help_text="What the action came to."
    )
    message = serializers.CharField(read_only=True, allow_null=True, help_text="The same in words.")


class SpeakerAwaySerializer(Shape):
    """How somebody is out, as far as approvals are concerned."""

    until = serializers.DateField(read_only=True, help_text="The last day.")
    substitute_id = serializers.UUIDField(
        read_only=True, allow_null=True, help_text="Who has agreed to stand in, and may decide on their behalf."
    )
    substitute_name = serializers.CharField(read_only=True)
    substitute_away = serializers.BooleanField(read_only=True, help_text="Who stands in is out too.")


class SpeakerSerializer(Shape):
    """Somebody who speaks for a side."""

    id = serializers.UUIDField(read_only=True, source="member_id")
    name = serializers.CharField(read_only=True)
    email = serializers.CharField(read_only=True)
    may_approve = serializers.BooleanField(read_only=True)
    may_reject = serializers.BooleanField(read_only=True)
    because = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Names of involvements, roles or data types."
    )
    away = SpeakerAwaySerializer(
        read_only=True, allow_null=True, help_text="How they are out now; null for who is there."
    )


class ApproversSerializer(Shape):
    """One approval with everybody active who speaks for it, before four eyes are asked."""

    within = "approval"
    beside = ("people",)

    side = serializers.CharField(read_only=True, source="side_code")
    name = serializers.CharField(read_only=True, source="side_name")
    entity_id = serializers.UUIDField(read_only=True, allow_null=True)
    entity_name = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(read_only=True, choices=ApprovalStatus.choices)
    quorum = serializers.IntegerField(read_only=True)
    approved = serializers.IntegerField(read_only=True)
    people = SpeakerSerializer(many=True, read_only=True)


class SidePermissionSerializer(Shape):
    """What the caller may do for one side."""

    side = serializers.CharField(read_only=True, source="side_code")
    name = serializers.CharField(read_only=True, source="side_name")
    entity_id = serializers.UUIDField(read_only=True, allow_null=True)
    entity_name = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(read_only=True, choices=ApprovalStatus.choices)
    approve = serializers.BooleanField(read_only=True)
    reject = serializers.BooleanField(read_only=True)
    why_not_approve = serializers.CharField(read_only=True, help_text="Empty where the caller may.")
    why_not_reject = serializers.CharField(read_only=True)
    on_behalf_of = IdNameSerializer(
        read_only=True, allow_null=True, help_text="In whose place the caller would act; null for themselves."
    )


class PermissionsSerializer(MaySerializer):
    """What the caller may do with a proposal now, and why not the rest."""

    why_not = serializers.DictField(
        child=serializers.CharField(), read_only=True, help_text="A sentence for each action that is not possible."
    )
    sides = SidePermissionSerializer(many=True, read_only=True)


class ProposalCommentSerializer(Shape):
    """What somebody wrote to a proposal."""

    id = serializers.UUIDField(read_only=True)
    author = PersonSerializer(read_only=True)
    text = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True, source="created_at")


class RowResultSerializer(Shape):
    """What became of one of many; a refusal has the code and the text that it would have alone."""

    id = serializers.UUIDField(read_only=True)
    number = serializers.IntegerField(read_only=True, allow_null=True)
    ok = serializers.BooleanField(read_only=True)
    outcome = serializers.CharField(read_only=True)
    code = serializers.CharField(read_only=True)
    message = serializers.CharField(read_only=True)


class BulkSerializer(Shape):
    """What became of each of many, in the order asked."""

    results = RowResultSerializer(many=True, read_only=True)
    done = serializers.IntegerField(read_only=True)
    failed = serializers.IntegerField(read_only=True)


class DuplicateSerializer(Shape):
    """What is there already: a proposal or a physical flow, with its page and its address here."""

    message = serializers.CharField(read_only=True)
    proposal_id = serializers.UUIDField(read_only=True, allow_null=True)
    number = serializers.IntegerField(read_only=True, allow_null=True)
    physical_flow_id = serializers.UUIDField(read_only=True, allow_null=True)
    url = serializers.CharField(read_only=True)
    href = serializers.CharField(read_only=True)


class CheckedSerializer(Shape):
    """What proposing would come to."""

    valid = serializers.BooleanField(read_only=True)
    duplicate = DuplicateSerializer(read_only=True, allow_null=True)
    flow_def = FlowDefField(help_text="The command as it would be kept, or null.", allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not declared as an attribute: `errors` of a serializer is its own.
        texts = serializers.ListField(child=serializers.CharField())
        described = "Messages by the path of their place in the command; empty for the whole."
        errors = serializers.DictField(child=texts, read_only=True, source="problems", help_text=described)
        return {**super().get_fields(), "errors": errors}
