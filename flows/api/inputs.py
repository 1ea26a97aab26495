"""How bodies about proposals are read. The command itself is read by ``flows.proposals.flow_def``, which names its own places."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.bodies import Body, Id, Text, Whole
from accounts.tenancy.errors import Invalid
from flows.api.schemas import FlowDefSerializer
from flows.models import Decision
from flows.proposals.services.act import MAX_BULK
from flows.proposals.services.acting import MAX_TEXT
from flows.proposals.services.following import MAX_COMMENT

MAX_VERSION: Final = 2**31 - 1


@extend_schema_field(FlowDefSerializer)
class CommandField(serializers.Field[Any, Any, Any, Any]):
    """The command, unread."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class CancelBody(Body):
    comment = Text(required=False, allow_null=True, allow_blank=True, max_length=MAX_TEXT)
    version = Whole(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MAX_VERSION,
        help_text="The version that you have seen; or send it as `If-Match`.",
    )


class DecideBody(CancelBody):
    side = Text(
        required=False,
        allow_null=True,
        max_length=30,
        help_text="A code of `sides/`; else every open side for which you may, as a rule one.",
    )
    # In camel case as all names of this API.
    shownHash = Text(  # noqa: N815
        required=False, allow_null=True, max_length=64, help_text="What you have seen, from the proposal."
    )


class ResubmitBody(CancelBody):
    flowDef = CommandField(  # noqa: N815
        required=False, allow_null=True, help_text="The revised command; else the last one is sent again."
    )


class RetryBody(Body):
    """Nothing to say: the last approval is repeated as it was given."""


class SayBody(Body):
    text = Text(max_length=MAX_COMMENT)


class BulkBody(Body):
    ids = serializers.ListField(child=Id(), min_length=1, max_length=MAX_BULK)
    decision = serializers.ChoiceField(choices=Decision.values)
    comment = Text(
        required=False, allow_null=True, allow_blank=True, max_length=MAX_TEXT, help_text="Needed to reject."
    )


@contextmanager
def places(**names: str) -> Iterator[None]:
    """What the services call ``reason`` is ``comment`` in a body, and so on. Raises Invalid under the names of the body."""
    try:
        yield
    except Invalid as error:
        error.fields = {_renamed(path, names): texts for path, texts in error.fields.items()}
        raise


@contextmanager
def below(name: str) -> Iterator[None]:
    """The places of a command that stands under a name in the body."""
    try:
        yield
    except Invalid as error:
        error.fields = {f"{name}.{path}".rstrip("."): texts for path, texts in error.fields.items()}
        raise


def _renamed(path: str, names: Mapping[str, str]) -> str:
    first, dot, rest = path.partition(".")
    return f"{names.get(first, first)}{dot}{rest}"
