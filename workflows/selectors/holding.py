"""With whom an open task is and how it came there, in words: a person, a team, a panel, somebody outside, a machine."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from workflows.approval import names
from workflows.models import LogKind, TransitionLog
from workflows.reasons import How
from workflows.selectors.desk import with_others
from workflows.selectors.links import LinkRow, links_of_run
from workflows.selectors.machines import machine_rows
from workflows.selectors.request_page import TEAM
from workflows.selectors.runs import RunView, TaskRow
from workflows.selectors.timeline import VIA, entry_of

CHANGED_HANDS: Final = frozenset(
    (LogKind.ASSIGNED, LogKind.REASSIGNED, LogKind.TAKEN_OVER, LogKind.CLAIMED, LogKind.ESCALATED)
)
"""What gives an open task to somebody else."""
BROUGHT: Final = CHANGED_HANDS | frozenset(
    (LogKind.UNASSIGNED, LogKind.MIGRATED, LogKind.LINK_SENT, LogKind.LINK_REFUSED, LogKind.LINK_ENDED)
)
"""What says of an open task with whom it is; reminders, votes and pauses do not."""


@dataclass(frozen=True, slots=True)
class Held:
    """With whom a task is. ``asks`` introduces the rule of its step."""

    whom: str
    how: str
    text: str
    asks: str = "This step asks those for whom this holds"


def held_by(view: RunView, task: TaskRow, opened: TransitionLog | None, how: str, *, moved_on: bool) -> Held:
    """``opened`` is the move that opened the task, ``how`` it was given then; ``moved_on``: others had it since.

    No query for a step that people of the organisation decide.
    """
    if view.definition.graph.step(task.step).is_machine:
        return _with_machine(view, task)
    holder = task.assignee.name if task.assignee else "nobody" if task.unassigned else TEAM
    asked = [link for link in links_of_run(view, task.id) if link.is_open] if with_others(view, task) else []
    if asked:
        return _with_outside(view, asked, holder)
    if task.panel is not None and task.assignee is None and not task.unassigned:
        return _with_panel(task)
    text = _how_text(how, opened)
    return Held(holder, how, f"{text} It has changed hands since." if text and moved_on else text)


def _with_machine(view: RunView, task: TaskRow) -> Held:
    row = next((one for one in machine_rows(view, may_resolve=False) if one.task_id == task.id), None)
    what = f" ({row.kind_name})" if row else ""
    if task.is_stuck:
        text = f"The product could not do this step{what}; an administrator says how to go on."
        return Held("an administrator", "failed", text)
    waits = f" It {row.note}." if row and row.note else ""
    return Held("the product", "machine", f"The product does this step{what}; nobody decides it.{waits}")


def _with_outside(view: RunView, asked: list[LinkRow], holder: str) -> Held:
    *most, last = [one.address for one in asked]
    who = f"{', '.join(most)} and {last}" if most else last
    until = max(one.expires_at for one in asked).astimezone(ZoneInfo(view.run.organisation.time_zone))
    links = "were asked by links; the first answer counts. They hold" if most else "was asked by a link. It holds"
    text = f"{who} {links} until {until.day} {until:%b %Y, %H:%M}; {holder} looks after the step meanwhile."
    return Held(who, "outside", text, "The step is looked after by those for whom this holds")


def _with_panel(task: TaskRow) -> Held:
    panel, standing = task.panel, task.approval
    if panel is None or standing is None:
        return Held("the panel", "panel", "")
    text = f"A panel decides this step: {standing.words}. It stands {standing.text}; asked now: {names(panel.asked)}."
    return Held("the panel", "panel", text)


def _how_text(how: str, opened: TransitionLog | None) -> str:
    """How a task was given to somebody when it was opened, as a sentence."""
    if opened is None:
        return ""
    who, by = opened.to_name, opened.by_name
    note = opened.detail.get("note", "")
    texts = {
        How.REQUESTER: "This step is the requester's own.",
        How.CHOSEN: f"{by} chose {who} from the people whom the step asks.",
        How.ONLY: f"{who} was the only person whom the step could ask.",
        How.QUEUE: f"The step asked {opened.detail.get('queue', 0)} people; the first of them to decide counts.",
        How.PREVIOUS: f"{by} returned it to {who}, who had this step before.",
        How.TURN: f"It was {who}'s turn among those whom the step asks.",
        How.LEAST_LOADED: f"Of those whom the step asks {who} had the fewest open tasks.",
        How.BEFORE: f"{who} decided this step for the requester last time.",
        How.FALLBACK: f"{note[:1].upper()}{note[1:]}.",
        How.NOBODY: f"{note[:1].upper()}{note[1:]}.",
    }
    return texts[How(how)] if how in set(How) else ""


def came(row: TransitionLog) -> str:
    """An entry of the history as a sentence."""
    entry = entry_of(row)
    who = f"{entry.by} " if entry.by_id or entry.outside else ""
    note = f" ({entry.note})" if entry.note else ""
    text = f"{who}{entry.text}{note}"
    return f"{text[:1].upper()}{text[1:]}."


def how_decided(row: TransitionLog, log: Iterable[TransitionLog]) -> str:
    """What there is to say of how a move was decided: in whose place, by which way, and for a machine by whose word."""
    said = [f"on behalf of {row.for_name}"] if row.for_name else []
    if via := VIA.get(row.detail.get("via", ""), ""):
        said.append(via)
    by_link = [one for one in log if one.kind == LogKind.LINK_DECIDED and one.task_id == row.task_id]
    said += [f"as {one.by_name} decided by a link" for one in by_link]
    return ", ".join(said)
