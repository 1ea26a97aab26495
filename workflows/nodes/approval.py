"""Approval by a link: who is asked gets a mail, the button that they press is the step's answer and the way on.

Nobody answers in time: the old link stops working and a new one is sent, and after the last try the fallback is asked.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from forms_builder.schema.addresses import Mailbox
from forms_builder.schema.parts import FieldName, LongText, Part, RuleJson, ShortText
from workflows.graph.outside import Subject
from workflows.nodes.base import AskedState, Done, NodeFailure, NodeKind, Pause, Question, Work
from workflows.nodes.delay import LONGEST, While, length_of

MOST_TRIES: Final = 10


class Approver(Part):
    """Who is asked, in one of four ways: an `address`, the one in a `field` of the form, everybody who has a `role`, or whom a
    `rule` about people names. The first answer counts."""

    address: Mailbox | Literal[""] = ""
    field: FieldName | Literal[""] = ""
    role: ShortText = ""
    rule: RuleJson | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.address, self.field, self.role, self.rule))) != 1:
            raise ValueError("say one of address, field, role and rule")
        return self

    @property
    def people(self) -> RuleJson | None:
        """The rule that names members; None for somebody outside."""
        if self.role:
            return {"field": "candidate.roles", "op": "has_any", "value": [self.role]}
        return self.rule


class ApprovalParams(Part):
    """`within` is how long each link waits for an answer, `tries` how often it is sent before the `fallback_approver` is asked as
    often. `subject` and `text` with placeholders; {{ record.approver }} is who was chosen, by name, as on the pages. `medium`:
    mail is the only one there is; SMS and WhatsApp are not."""

    approver: Approver
    medium: Literal["email"] = "email"
    subject: Subject = ""
    text: LongText = ""
    within: While = "3d"
    tries: int = Field(default=2, ge=1, le=MOST_TRIES)
    fallback_approver: Approver | None = None
    code: bool = False


class Approval(NodeKind[ApprovalParams]):
    kind = "approval"
    label = "Approval by link"
    params = ApprovalParams

    def problems(self, params: ApprovalParams) -> Iterator[tuple[str, str]]:
        if not params.within or length_of(params.within) > LONGEST:
            yield "within", "Say how long a link waits for an answer, a year at most."

    def address_fields(self, params: ApprovalParams) -> Iterator[tuple[str, str]]:
        for place, one in _approvers(params):
            if one.field:
                yield f"{place}.field", one.field

    def people_rules(self, params: ApprovalParams) -> Iterator[tuple[str, RuleJson]]:
        for place, one in _approvers(params):
            if one.rule is not None:
                yield f"{place}.rule", one.rule

    def tells_outside(self, params: ApprovalParams) -> bool:
        return True

    def asks_outside(self, params: ApprovalParams) -> bool:
        return any(one.people is None for _, one in _approvers(params))

    def run(self, params: ApprovalParams, work: Work) -> Done | Pause:
        asked = work.tools.asked(work.key)
        if asked is not None and asked.transition:
            return Done(_output(asked), way=asked.transition)
        if asked is not None and asked.withdrawn_by:
            raise NodeFailure(f"The link was withdrawn by {asked.withdrawn_by}.", again=False)
        if asked is not None and asked.until > work.at:
            return Pause(asked.until, f"waits for {asked.who}")
        turn = asked.turn + 1 if asked is not None else 1
        who = self._approver(params, turn)
        if who is None:
            raise NodeFailure("Nobody has answered in time.", again=False, late=True)
        now = work.tools.ask(
            Question(
                address=who.address,
                field=who.field,
                people=who.people,
                medium=params.medium,
                subject=work.words(params.subject),
                text=work.words(params.text),
                lasts=length_of(params.within),
                needs_code=params.code,
                turn=turn,
                key=work.key,
            )
        )
        return Pause(now.until, f"waits for {now.who}")

    def _approver(self, params: ApprovalParams, turn: int) -> Approver | None:
        """Who is asked in the `turn`-th place; None when everybody was asked as often as they should be."""
        if turn <= params.tries:
            return params.approver
        return params.fallback_approver if turn <= 2 * params.tries else None


def _approvers(params: ApprovalParams) -> Iterator[tuple[str, Approver]]:
    yield "approver", params.approver
    if params.fallback_approver is not None:
        yield "fallback_approver", params.fallback_approver


def _output(asked: AskedState) -> dict[str, Any]:
    return {
        "decision": asked.transition,
        "by": asked.name,
        "at": asked.at.isoformat() if asked.at else None,
        "comment": asked.comment,
    }
