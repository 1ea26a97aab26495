"""Panels: who may vote, what a vote comes to, and how a seat gets another holder."""

from datetime import datetime
from uuid import UUID

from accounts.tenancy.errors import Conflict, Denied
from forms_builder.schema.sources import Sources
from workflows.approval import Member, Panel, Vote, shortfall
from workflows.assignment import Person, PersonRef
from workflows.engine import votes
from workflows.engine.plan import Plan
from workflows.engine.state import Answers, By, Clock, RunState, TaskState
from workflows.engine.votes import Ballot
from workflows.selectors.desk import Desk
from workflows.selectors.locks import LockedTask
from workflows.services.deciding import AssigneeInvalid, Standing, Wish, said_by

TOGETHER = "A panel decides this step together; a member may hand over the own seat, nobody takes the task alone."


class AlreadyVoted(Conflict):
    """The person, or the seat, has voted on this task; one person counts once."""

    code = "task.already_voted"


def seat_of(task: TaskState, voter: PersonRef, behalf: PersonRef | None) -> Member | None:
    """The seat that the person votes for: the own one, or that of ``behalf``, in whose place they act; None without a panel.

    Raises AlreadyVoted, and Denied (``task.complete.denied``) for people who have no seat, or whose turn has not come.
    """
    panel, holder = task.panel, behalf or voter
    if panel is None:
        return None
    said = panel.vote_by(voter.id) or panel.vote_for(holder.id)
    if said is not None:
        who = "You have" if said.by == voter.id else f"{said.by_name} has"
        raise AlreadyVoted(f"{who} voted on this already.", by=said.by_name, at=said.at)
    if behalf is not None and panel.member(voter.id) is not None:
        raise Denied("Members of a panel vote for themselves only.", code="task.complete.denied")
    seat = panel.member(holder.id)
    if seat is None:
        raise Denied("You are no member of the panel that decides this step.", code="task.complete.denied")
    if task.unassigned:
        raise Denied("The panel has too few members to decide; your administrators know.", code="task.complete.denied")
    if seat not in panel.asked:
        raise Denied(f"It is the turn of {panel.asked[0].name}; you are asked after that.", code="task.complete.denied")
    return seat


def ballot_of(task: TaskState, desk: Desk, name: str | None, seat: Member, by: By, at: datetime) -> Ballot | None:
    """The vote that choosing the way called ``name`` is; None for other ways, which a member may go alone (a way back)."""
    step = desk.step
    if step.approval is None or task.panel is None or by.id is None:
        return None
    ways = desk.definition.graph.transitions_from(step.key)
    keys = (step.approval.approve, step.approval.reject)
    way = next((one for one in ways if one.name == name and one.key in keys), None)
    if way is None:
        return None
    voice = Vote(seat.id, way.key == step.approval.approve, by.id, by.name, at.isoformat())
    panel = task.panel.with_vote(voice)
    return Ballot(voice, seat, panel, panel.tally(step.approval.quorum), way)


def vote_cast(
    desk: Desk, wish: Wish, standing: Standing, sources: Sources, locked: LockedTask, ballot: Ballot,
    clock: Clock, by: By, shown: str,
) -> tuple[Plan, Answers]:  # fmt: skip
    """A vote that decides nothing yet. Raises Invalid at ``data.<field>`` and ``comment``."""
    answers, reason = said_by(desk, wish, ballot.way, standing, sources)
    plan = votes.vote(locked.run, locked.task, ballot, answers, desk.definition, clock, by, comment=reason, shown=shown)
    return plan, answers


def seat_to_hand(panel: Panel, member_id: UUID) -> Member:
    """The seat that somebody may hand over: their own, while it has not voted. Raises Denied (``task.reassign.denied``)."""
    seat = panel.member(member_id)
    if seat is None or panel.vote_for(seat.id) is not None:
        raise Denied(
            "Only who sits on the panel and has not voted may hand the seat over.", code="task.reassign.denied"
        )
    return seat


def seat_handed(
    run: RunState, task: TaskState, panel: Panel, seat: Member, by: By, to: Person, at: datetime, comment: str
) -> Plan:
    """The seat is somebody else's. Raises AssigneeInvalid for members and for people who have voted for a member."""
    _refuse_taken(panel, to)
    return votes.hand_seat(run, task, panel, seat, to.ref, Clock(at), by, reason=comment)


def panel_filled(
    run: RunState, task: TaskState, panel: Panel, desk: Desk, to: Person, by: By, at: datetime, comment: str
) -> Plan:
    """A tenant admin adds somebody to a panel that has too few members; once there are enough, all of them are asked.

    Raises AssigneeInvalid as ``seat_handed``.
    """
    _refuse_taken(panel, to)
    seating = desk.definition.panels[desk.step.key]
    members = (*panel.members, seating.added(to, desk.situation, panel.members))
    short = shortfall(seating.quorum, members)
    filled = Panel(members, panel.votes, panel.in_turn)
    return votes.add_member(run, task, filled, to.ref, Clock(at), by, reason=comment, short=short)


def _refuse_taken(panel: Panel, to: Person) -> None:
    if to.id in panel.taken:
        how = "is a member of the panel" if panel.member(to.id) is not None else "has voted for a member of the panel"
        raise AssigneeInvalid({"assignee": [f"{to.name} {how} already. Choose somebody else."]}, assignees=[])
