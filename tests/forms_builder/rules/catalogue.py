"""A catalogue with a field of every type, twice, for the tests of the rule language."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from forms_builder.rules import Environment, EvaluationClock, FieldSpec, FieldType, RuleContext, StaticDirectory

CHOICES = (("draft", "Draft"), ("approved", "Approved"), ("rejected", "Rejected"))


def fields(root: str) -> tuple[FieldSpec, ...]:
    """`root.text_a`, `root.text_b` and so on, labelled "text a", "text b"."""
    with_choices = {FieldType.CHOICE, FieldType.MULTI_CHOICE}
    return tuple(
        FieldSpec(
            f"{root}.{kind}_{side}", f"{kind.replace('_', ' ')} {side}", kind, CHOICES if kind in with_choices else None
        )
        for kind in FieldType
        for side in ("a", "b")
    )


FORM = RuleContext("form", fields("form"))
EVENT = RuleContext("event", (*fields("old"), *fields("new")))
ASSIGNEE = RuleContext(
    "assignee",
    (
        FieldSpec("candidate", "candidate", FieldType.USER),
        FieldSpec("candidate.department", "candidate's department", FieldType.GROUP),
        FieldSpec("requester", "requester", FieldType.USER),
        FieldSpec("record.total", "total", FieldType.NUMBER),
    ),
    frozenset({"department:hr"}),
)
ENVIRONMENT = Environment(
    EvaluationClock(datetime(2025, 10, 6, 9, 30, tzinfo=UTC), ZoneInfo("Asia/Kolkata")),
    StaticDirectory({"asha": "ravi"}, {"hema": frozenset({"hr"})}),
    {"department:hr": "hr"},
)
