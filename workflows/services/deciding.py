"""What starting and deciding have in common: the answers, the way, and who is next."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Case, Value, When
from django.db.models.functions import Coalesce

from accounts.models import Membership
from accounts.tenancy.errors import Invalid
from forms_builder.rendering import form_class
from forms_builder.schema.parts import has_unstorable, unturned
from forms_builder.schema.sources import Sources
from forms_builder.services.attachments import AttachmentTaken, attachments_claim
from workflows.assignment import (
    Assignment,
    ChoiceNeeded,
    Person,
    PersonRef,
    resolve,
)
from workflows.engine.definition import RunningDefinition
from workflows.engine.moves import Decision, Opening
from workflows.engine.state import Answers
from workflows.graph.compiled import CompiledStep, CompiledTransition
from workflows.graph.document import AssigneeMode
from workflows.graph.tokens import Arrival, Movement, NoWayOn, Token, advance
from workflows.models import Task
from workflows.reasons import How, how_of, read_by
from workflows.selectors.desk import (
    Desk,
    allowed_ways,
    eligible_people,
    fall_back,
    holds_at,
    is_eligible,
    judged_by,
    opened_by,
    why_barred_at,
)
from workflows.selectors.invitations import asked_outside
from workflows.selectors.panels import draw_panel
from workflows.selectors.people import persons, tenant_admin_ids
from workflows.services.drawing import drawn
from workflows.strategies import DRAWN

T = TypeVar("T")
MAX_COMMENT: Final = 5_000


class TransitionInvalid(Invalid):
    """The step has no such way, or its condition does not hold; ``params["allowed"]`` names the ways there are."""

    code = "transition.invalid"


class AssigneeInvalid(Invalid):
    """The person may not be asked at the next step, or one must be chosen; ``params["assignees"]`` lists who may.

    Where several steps open, the places are ``assignees.<step>`` and ``params["branches"]`` lists who may by step.
    """

    code = "assignee.invalid"


class CommentInvalid(Invalid):
    code = "comment.invalid"


class Submission(NamedTuple):
    """What was sent: JSON values by field name (REST) or the posted data of a page, and the files stored with it."""

    data: Mapping[str, Any] | None = None
    uploaded: Mapping[str, Sequence[str]] | None = None
    upload_problems: Mapping[str, Sequence[str]] | None = None


class Wish(NamedTuple):
    """What somebody wants to decide, as it was sent."""

    submission: Submission
    transition: str | None
    assignee_id: UUID | None
    comment: str
    shown: str | None = None
    """The fingerprint of what the step showed to who decided, see ``workflows.shown``; None where it was not sent."""
    assignees: Mapping[str, UUID] = {}
    """Who is asked, by step, where the decision opens several."""
    chooses: bool = True
    """Whether somebody is there to choose among several people."""

    @property
    def named(self) -> tuple[UUID, ...]:
        """Everybody who is named."""
        return (*((self.assignee_id,) if self.assignee_id else ()), *self.assignees.values())


class Standing(NamedTuple):
    """Where the decision is made in the run: its branches, and what is known of the people who are named."""

    tokens: tuple[Token, ...]
    people: Mapping[UUID, Person]
    labels: Mapping[str, Any]
    run_id: UUID | None
    """None at the start."""
    definition_id: UUID | None = None
    """None where a case is played, which asks the database nothing."""


class DecisionInvalid(Invalid):
    """Several things are wrong at once; ``fields`` and ``params`` are those of all of them."""

    code = "decision.invalid"


class _Problems:
    """Collects refusals, so that a person hears of all of them at once."""

    def __init__(self) -> None:
        self.found: list[Invalid] = []

    def catch(self, work: Callable[[], T]) -> T | None:
        try:
            return work()
        except Invalid as refusal:
            self.found.append(refusal)
            return None

    def settle(self) -> None:
        """Raises the one refusal as it is, several as DecisionInvalid."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            fields = {path: texts for one in self.found for path, texts in one.fields.items()}
            raise DecisionInvalid(fields, **{key: value for one in self.found for key, value in one.params.items()})


def decision_of(desk: Desk, wish: Wish, standing: Standing, sources: Sources, *, shown: str = "") -> Decision:
    """What the wish comes to, or everything that is wrong with it at once. ``desk`` holds the values until now, ``shown`` is the
    digest of what the step showed.

    Raises Invalid at ``data.<field>``, ``transition``, ``comment``, ``assignee`` or ``assignees.<step>``.
    """
    problems = _Problems()
    values = desk.situation.data
    answers = problems.catch(
        lambda: answers_of(
            desk.definition, desk.step.key, wish.submission, values=values, labels=standing.labels, sources=sources
        )
    )
    after = desk.with_data({**values, **answers.values}) if answers else desk
    submitted = answers.values if answers else {}
    way = problems.catch(lambda: way_of(after, wish.transition, submitted))
    if way is None:
        problems.settle()
        raise TransitionInvalid  # settle has raised
    reason = problems.catch(lambda: comment_of(wish.comment, way))
    moved = problems.catch(lambda: movement_of(after, way, standing.tokens, submitted))
    openings = problems.catch(lambda: openings_for(after, way, moved, wish, standing)) if moved else ()
    problems.settle()
    openings = drawn(after, standing.definition_id, openings or ())
    unassigned = any(one.is_unassigned for one in openings or ())
    admins = tenant_admin_ids(desk.organisation_id) if unassigned and desk.cast is None else ()
    judged = judged_by(after, submitted)
    return Decision(
        way, moved or Movement(), openings or (), answers or Answers(), reason or "", admins, shown=shown, judged=judged
    )


def movement_of(desk: Desk, way: CompiledTransition, tokens: Sequence[Token], submitted: Mapping[str, Any]) -> Movement:
    """What the way does to the branches. Raises TransitionInvalid where a gateway behind it leads nowhere."""
    try:
        moved = advance(desk.definition.graph, tokens, desk.step.key, way, holds_at(desk, submitted))
        if desk.step.is_machine:  # nobody is there to choose
            moved = moved._replace(opened=tuple(one._replace(chosen=False) for one in moved.opened))
        return moved
    except NoWayOn as error:
        text = f"Behind “{way.name}” no way leads on from “{error.step.name}” with these values."
        raise TransitionInvalid({"transition": [text]}, allowed=[]) from error


def answers_of(
    definition: RunningDefinition,
    step: str,
    submission: Submission,
    *,
    values: Mapping[str, Any],
    labels: Mapping[str, Any],
    sources: Sources,
) -> Answers:
    """The submitted values as they will be stored. Raises Invalid with paths under ``data``."""
    form = form_class(definition.form, step)(
        {} if submission.data is None else submission.data,
        values=values,
        labels=labels,
        sources=sources,
        uploaded=submission.uploaded,
        upload_problems=submission.upload_problems,
    )
    if form.problems:
        raise Invalid({f"data.{path}".rstrip("."): texts for path, texts in form.problems.items()}, code="data.invalid")
    return Answers(form.stored(), form.picked)


def claim_files(actor: Membership, run_id: UUID, files: Mapping[UUID, str], at: datetime) -> None:
    """Tie the files that answers name, with their fields, to the run; before anything is written. Raises Invalid at
    ``data.<field>``, with nothing claimed, where another request has taken one."""
    try:
        attachments_claim(actor=actor, run_id=run_id, files=files, at=at)
    except AttachmentTaken as refusal:
        fields = {f"data.{field}": texts for field, texts in refusal.fields.items()}
        raise Invalid(fields, code=refusal.code) from refusal


def comment_of(text: str, way: CompiledTransition) -> str:
    """The reason as it will be kept. Raises CommentInvalid when it is missing where the way demands one."""
    reason = clean_text(text)
    if way.reason_required and not reason:
        raise CommentInvalid({"comment": [f"Say why you choose “{way.name}”."]})
    return reason


def clean_text(text: str, field: str = "comment") -> str:
    """Plain text without outer space. Raises CommentInvalid."""
    reason = unturned(text).replace("\r\n", "\n").strip()
    if len(reason) > MAX_COMMENT:
        raise CommentInvalid({field: [f"Use at most {MAX_COMMENT} characters; this has {len(reason)}."]})
    if has_unstorable(reason):
        raise CommentInvalid({field: ["This contains a character that cannot be stored."]})
    return reason


def way_of(desk: Desk, name: str | None, submitted: Mapping[str, Any]) -> CompiledTransition:
    """The way called ``name``; without a name the only forward one. Raises TransitionInvalid naming the allowed ones.

    ``desk`` holds the values after the decision.
    """
    allowed = allowed_ways(desk, submitted)
    if name is not None:
        found = [way for way in allowed if way.name == name]
    else:
        forward = [way for way in allowed if not way.is_return]
        found = forward if len(forward) == 1 else []
    if not found:
        names = [way.name for way in allowed]
        text = f"Choose one of: {', '.join(names)}." if names else "There is no way on from here with these values."
        raise TransitionInvalid({"transition": [text]}, allowed=names)
    return found[0]


def openings_for(
    desk: Desk, way: CompiledTransition, moved: Movement, wish: Wish, standing: Standing
) -> tuple[Opening, ...]:
    """Who holds the tasks that open. Raises AssigneeInvalid for all of them at once."""
    _refuse_unknown(desk, wish)
    several = len(moved.opened) > 1
    if several and wish.assignee_id is not None:
        names = ", ".join(one.step.key for one in moved.opened)
        raise AssigneeInvalid({"assignee": [f"This opens several steps; name people by step in assignees: {names}."]})
    found: list[Opening] = []
    refused: dict[str, AssigneeInvalid] = {}
    for one in moved.opened:
        chosen = wish.assignees.get(one.step.key) or (None if several else wish.assignee_id)
        try:
            found.append(_opening(desk, way, one if wish.chooses else one._replace(chosen=False), chosen, standing))
        except AssigneeInvalid as error:
            refused[one.step.key] = error
    if refused and not (several or wish.assignees):
        raise next(iter(refused.values()))
    if refused:
        raise AssigneeInvalid(
            {f"assignees.{key}": error.fields["assignee"] for key, error in refused.items()},
            branches={key: error.params["assignees"] for key, error in refused.items()},
        )
    return tuple(found)


def _refuse_unknown(desk: Desk, wish: Wish) -> None:
    """Somebody may be named for every step that some way from here may open, and for no other."""
    if not wish.assignees:
        return
    graph = desk.definition.graph
    known = {step.key for way in graph.transitions_from(desk.step.key) for step in opened_by(graph, way)}
    if unknown := [key for key in wish.assignees if key not in known]:
        raise AssigneeInvalid({f"assignees.{key}": ["No way from here opens this step."] for key in unknown})


def _opening(
    desk: Desk, way: CompiledTransition, arrival: Arrival, chosen_id: UUID | None, standing: Standing
) -> Opening:
    chosen = standing.people.get(chosen_id) if chosen_id else None
    if arrival.step.approval is not None:
        assignment = _panel(desk, arrival.step, chosen_id)
    else:
        assignment = _assignment(desk, way, arrival.step, chosen_id, standing, must_choose=arrival.chosen)
    asking = asked_outside(desk, arrival.step)
    return Opening(arrival.step, with_reason(desk, way, arrival.step, assignment, chosen_id, chosen), asking)


def _assignment(
    desk: Desk,
    way: CompiledTransition,
    target: CompiledStep,
    chosen_id: UUID | None,
    standing: Standing,
    *,
    must_choose: bool,
) -> Assignment:
    """Who holds the task that opens at ``target``. Raises AssigneeInvalid.

    Where nobody is there to choose (``must_choose`` is off) several people of a step for one share a queue.
    """
    if target.is_machine:
        if chosen_id is not None:
            raise _needed(f"“{target.name}” is done by the product; nobody is asked.", ())
        return Assignment()
    if target.asks_requester:
        return _requesters_own(desk, target, chosen_id)
    mode = target.assignee.mode if target.assignee else AssigneeMode.ONE
    if chosen_id is not None:
        if mode in DRAWN and len(offered := eligible_people(desk, target)) > 1:
            raise _needed(f"Who is asked at “{target.name}” is drawn; name nobody.", offered)
        return _checked(desk, target, chosen_id, standing.people.get(chosen_id))
    before = _before(desk, way, target, standing)
    if before is not None:
        return before
    found = eligible_people(desk, target, with_absences=mode in DRAWN)
    if not found:
        return fall_back(desk, target)
    answer = resolve(target, found)
    if isinstance(answer, ChoiceNeeded):
        if not must_choose:
            return Assignment(queue=answer.candidates)
        raise _needed(f"Choose who is asked at “{target.name}”.", answer.candidates)
    return answer


def with_reason(
    desk: Desk,
    way: CompiledTransition,
    target: CompiledStep,
    assignment: Assignment,
    chosen_id: UUID | None,
    chosen: Person | None,
) -> Assignment:
    """The assignment with how it came about and what the step's rule read, for those who ask later."""
    asked = assignment.person
    how = how_of(assignment, own=target.asks_requester, chosen=chosen_id is not None, again=way.is_return)
    known = (chosen if chosen and chosen.id == asked.id else desk.known.get(asked.id)) if asked else None
    facts = read_by(desk.definition.eligible(target), desk.situation, asked, known)
    return assignment._replace(why={"how": assignment.why.get("how", how.value), **({"facts": facts} if facts else {})})


def said_by(
    desk: Desk, wish: Wish, way: CompiledTransition, standing: Standing, sources: Sources
) -> tuple[Answers, str]:
    """The answers and the reason of a decision that moves nothing yet. Raises Invalid at ``data.<field>``, ``comment``."""
    problems = _Problems()
    values = desk.situation.data
    answers = problems.catch(
        lambda: answers_of(
            desk.definition, desk.step.key, wish.submission, values=values, labels=standing.labels, sources=sources
        )
    )
    reason = problems.catch(lambda: comment_of(wish.comment, way))
    problems.settle()
    return answers or Answers(), reason or ""


def _panel(desk: Desk, target: CompiledStep, chosen_id: UUID | None) -> Assignment:
    if chosen_id is not None:
        raise _needed(f"“{target.name}” is decided by a panel; nobody is chosen for it.", ())
    return draw_panel(desk, target)


def _requesters_own(desk: Desk, target: CompiledStep, chosen_id: UUID | None) -> Assignment:
    requester = desk.situation.requester
    if chosen_id is not None and chosen_id != requester.id:
        raise _needed(f"“{target.name}” goes to the requester.", (requester.ref,))
    if requester.is_active:
        return Assignment(person=requester.ref)
    return fall_back(desk, target)


def _checked(desk: Desk, target: CompiledStep, chosen_id: UUID, chosen: Person | None) -> Assignment:
    """The chosen person if the rule names them, or if they are the fallback of a rule that names nobody."""
    if chosen is not None and is_eligible(desk, target, chosen):
        return Assignment(person=chosen.ref)
    offered = eligible_people(desk, target)
    if not offered:
        instead = fall_back(desk, target)
        if instead.person is not None and instead.person.id == chosen_id:
            return instead
        offered = [instead.person] if instead.person else []
    if chosen is not None and (why := why_barred_at(desk, target, chosen.id)):
        raise _needed(why, offered)
    raise _needed(f"This person cannot be asked at “{target.name}”.", offered)


def _before(desk: Desk, way: CompiledTransition, target: CompiledStep, standing: Standing) -> Assignment | None:
    """Who had the step before, for a way back and for steps that go to them; None where there was nobody who still may."""
    if way.is_return and standing.run_id is not None:
        again = _previous_holder(desk, target, standing.run_id)
        if again is not None:
            return again
    goes_back = target.assignee is not None and target.assignee.mode is AssigneeMode.PREVIOUS_HOLDER
    if goes_back and standing.definition_id is not None:
        return _last_for_requester(desk, target, standing)
    return None


def _last_for_requester(desk: Desk, target: CompiledStep, standing: Standing) -> Assignment | None:
    """Whose decision the step was last time in this request, else in the requester's latest one of the workflow."""
    decided = Task.objects.filter(
        organisation_id=desk.organisation_id,
        run__requester_id=desk.situation.requester.id,
        run__definition_id=standing.definition_id,
        step=target.key,
        completed_by__isnull=False,
    )
    here = Case(When(run_id=standing.run_id, then=Value(1)), default=Value(0))
    last = (
        decided.order_by(here.desc(), "-completed_at")
        .values_list(Coalesce("on_behalf_of_id", "completed_by_id"), flat=True)
        .first()
    )
    person = persons(desk.organisation_id, [last]).get(last) if last else None
    if person is None or not is_eligible(desk, target, person):
        return None
    return Assignment(person=person.ref, why={"how": How.BEFORE.value})


def _previous_holder(desk: Desk, target: CompiledStep, run_id: UUID) -> Assignment | None:
    """Whose decision the step was last time, if they still may."""
    last = (
        Task.objects.filter(
            organisation_id=desk.organisation_id, run_id=run_id, step=target.key, completed_by__isnull=False
        )
        .order_by("-completed_at")
        .values_list(Coalesce("on_behalf_of_id", "completed_by_id"), flat=True)
        .first()
    )
    person = persons(desk.organisation_id, [last]).get(last) if last else None
    return Assignment(person=person.ref) if person and is_eligible(desk, target, person) else None


def _needed(text: str, people: Sequence[PersonRef]) -> AssigneeInvalid:
    listed = [{"id": str(one.id), "name": one.name, "email": one.email} for one in people]
    return AssigneeInvalid({"assignee": [text]}, assignees=listed)
