"""The bodies about requests and tasks, and the version that a decision was made on."""

import re
from typing import Any, Final, NoReturn

from rest_framework import serializers
from rest_framework.request import Request

from accounts.api.bodies import Body, Id, Text, Whole
from accounts.tenancy.errors import Invalid
from workflows.shown import LONGEST

MAX_COMMENT: Final = 5_000
_ETAG: Final = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')


class Data(serializers.DictField):
    """Values of the form by field name; the form of the step judges them."""

    def __init__(self, **more: Any) -> None:
        described = "Values by field name, as the step's `fields` describe them."
        super().__init__(default=dict, allow_null=True, help_text=described, **more)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return (True, {}) if data is None else super().validate_empty_values(data)


class Assignees(serializers.DictField):
    """Who is asked, by step key."""

    def __init__(self) -> None:
        described = "Who is next by step key, where the transition opens several `branches`."
        super().__init__(child=Id(), required=False, allow_null=True, help_text=described)


class StartBody(Body):
    data = Data()  # type: ignore[assignment]  # declared fields are taken off the class
    transition = Text(
        required=False, allow_null=True, help_text="The way out of the first step; needed where there are several."
    )
    assignee = Id(required=False, allow_null=True, help_text="Who is next; needed where several may be asked.")
    assignees = Assignees()
    comment = Text(required=False, allow_null=True, allow_blank=True, max_length=MAX_COMMENT)


class CompleteBody(Body):
    transition = Text(help_text="The name of the next step, from `transitions` of the task.")
    assignee = Id(required=False, allow_null=True, help_text="Who is next; needed where several may be asked.")
    assignees = Assignees()
    data = Data()  # type: ignore[assignment]  # declared fields are taken off the class
    comment = Text(required=False, allow_null=True, allow_blank=True, max_length=MAX_COMMENT)
    version = Whole(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The task's version; or send it as `If-Match`.",
    )
    shown = Text(
        required=False,
        allow_null=True,
        max_length=LONGEST,
        help_text="`shown` of the task: the decision is refused with 409 where what it shows has changed since. Some steps "
        "demand it.",
    )


class ClaimBody(Body):
    version = Whole(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)


class HandOverBody(ClaimBody):
    comment = Text(required=False, allow_null=True, allow_blank=True, max_length=MAX_COMMENT)


class ReassignBody(HandOverBody):
    assignee = Id()


class HoldBody(HandOverBody):
    reason = Text(max_length=120, help_text="One of the organisation's reasons; a refusal names them.")


class QuestionBody(ClaimBody):
    question = Text(max_length=MAX_COMMENT)


class AnswerBody(ClaimBody):
    answer = Text(max_length=MAX_COMMENT)


class AssignBody(Body):
    assignee = Id()
    comment = Text(required=False, allow_null=True, allow_blank=True, max_length=MAX_COMMENT)


class WithdrawBody(Body):
    comment = Text(required=False, allow_null=True, allow_blank=True, max_length=MAX_COMMENT)


class CommentBody(Body):
    text = Text(max_length=MAX_COMMENT)


class MemberBody(Body):
    member = Id()


def expected_version(request: Request, given: int | None, *, required: bool = False) -> int | None:
    """The version that the client has seen, from the body or from ``If-Match``; ``*`` means whatever it is.

    Raises Invalid when the two differ, and when there is none although one is ``required``.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if given is None and required:
            _refuse("version", "Send the version of the task that you decided on, here or as If-Match.")
        return given
    if header.strip() == "*":
        return given
    match = _ETAG.fullmatch(header.strip())
    if match is None:
        _refuse("If-Match", "Send the ETag of the task.")
    seen = int(match[1])
    if given is not None and given != seen:
        _refuse("version", "The version and If-Match differ.")
    return seen


def revision_seen(request: Request, given: int | None) -> int | None:
    """The revision of a draft that the client has seen, as ``expected_version``. Raises Invalid."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return given
    match = _ETAG.fullmatch(header)
    if match is None or (given is not None and given != int(match[1])):
        _refuse("If-Match", "Send the ETag of the draft, the same revision as in the body.")
    return int(match[1])


def _refuse(place: str, text: str) -> NoReturn:
    raise Invalid({place: [text]})
