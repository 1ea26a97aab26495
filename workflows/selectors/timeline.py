"""What happened to a request, in sentences, oldest first. Names are those that people had then."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from workflows.events import Via
from workflows.models import Comment, CommentKind, LinkEnd, LogKind, TransitionLog
from workflows.selectors.prepared import Prepared, Row
from workflows.selectors.runs import RunView

VIA: Final[Mapping[str, str]] = {
    Via.BULK: "together with others",
    Via.MAIL_LINK: "by mail link",
    Via.LINK: "by a link",
    Via.TIME_LIMIT: "by time limit",
}
"""How somebody acted, in words."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``text`` says what was done, without the name of who did it; ``words`` is what that person wrote."""

    at: datetime
    kind: str
    by: str
    by_id: UUID | None
    text: str
    words: str = ""
    note: str = ""
    on_behalf_of: str = ""
    """The name of who was away, where somebody acted in their place."""
    superseded: bool = False
    """Decided, but a way back has gone over it since."""
    outside: bool = False
    """Whether ``by`` has no account, and acted by a link."""


def history(view: RunView) -> list[TransitionLog]:
    """The history as it is stored, in order; its details are not for everybody. One query."""
    here = {"organisation_id": view.run.organisation_id, "run_id": view.run.id}
    return list(TransitionLog.objects.filter(**here).order_by("seq"))


def timeline(view: RunView, log: Sequence[TransitionLog] | None = None) -> list[Entry]:
    """History and remarks of a request that the person may see. Two queries, one where the ``log`` was read. No form values
    are in it."""
    gone = {task.id for task in view.tasks if task.superseded}
    told: list[tuple[TransitionLog, Entry]] = []
    for row in history(view) if log is None else log:
        entry = entry_of(row)
        if row.kind == LogKind.SUPERSEDED and told:
            # It is what the way back did, which stands right before it: one act, one line.
            way_back, before = told[-1]
            told[-1] = way_back, replace(before, note="; ".join(text for text in (before.note, entry.text) if text))
        else:
            told.append((row, replace(entry, superseded=_is_superseded(row, gone))))
    remarks = _remarks().rows({"organisation": view.run.organisation_id, "run": view.run.id})
    entries = [(row.at, 0, row.seq, entry) for row, entry in told]
    entries += [(remark["created_at"], 1, number, _remark(remark)) for number, remark in enumerate(remarks)]
    return [entry for *_, entry in sorted(entries, key=lambda item: item[:3])]


def _is_superseded(row: TransitionLog, gone: Collection[UUID | None]) -> bool:
    """Whether it is a decision that a way back has gone over; the way back itself is none."""
    return row.kind == LogKind.MOVED and row.task_id in gone and not row.detail.get("return")


@cache
def _remarks() -> Prepared:
    here, run = UUID(int=1), UUID(int=2)
    rows = Comment.objects.filter(kind=CommentKind.COMMENT, organisation_id=here, run_id=run).order_by("created_at")
    return Prepared(rows.values("created_at", "author__name", "author_id", "text"), {here: "organisation", run: "run"})


def _remark(row: Row) -> Entry:
    return Entry(row["created_at"], "comment", row["author__name"], row["author_id"], "commented", row["text"])


def entry_of(row: TransitionLog) -> Entry:
    """An entry of the history as the timeline tells it."""
    text = _SENTENCES[LogKind(row.kind)](row, row.detail)
    notes = (row.detail.get("note", ""), VIA.get(row.detail.get("via", ""), ""))
    note = "; ".join(text for text in notes if text)
    outside = row.by_id is None and row.detail.get("via") == Via.LINK
    return Entry(row.at, row.kind, row.by_name, row.by_id, text, row.reason, note, row.for_name, outside=outside)


def _moved(row: TransitionLog, detail: Mapping[str, Any]) -> str:
    step = detail.get("to_name", row.to_step)
    verb = "returned it to" if detail.get("return") else "moved it to"
    if "tally" in detail:
        return f"voted “{row.transition}” and decided it, {detail['tally']}: on to {step}"
    if not row.by_id:
        verb = f"time is up: {verb}" if detail.get("via") == Via.TIME_LIMIT else verb
    if row.to_name:
        return f"{verb} {step}, with {row.to_name}"
    if detail.get("queue"):
        return f"{verb} {step}, open to {detail['queue']} people"
    return f"{verb} {step}"


def _handed(verb: str) -> Any:
    def sentence(row: TransitionLog, detail: Mapping[str, Any]) -> str:
        step = detail.get("to_name", row.to_step)
        if not row.to_name:
            return f"goes on with {step} without {row.from_name}"
        source = f" from {row.from_name}" if row.from_name else ""
        return f"{verb} {step}{source} to {row.to_name}"

    return sentence


def _own(verb: str) -> Any:
    def sentence(row: TransitionLog, detail: Mapping[str, Any]) -> str:
        step = detail.get("to_name", row.to_step)
        return f"{verb} {step}" + (f" from {row.from_name}" if row.from_name else "")

    return sentence


def _tried(row: TransitionLog, detail: Mapping[str, Any]) -> str:
    return f"attempt {detail.get('attempt', '')} at {detail.get('to_name', row.to_step)} failed: it will be tried again"


def _failed(row: TransitionLog, detail: Mapping[str, Any]) -> str:
    step = detail.get("to_name", row.to_step)
    return f"stopped trying {step}: it broke off every time" if detail.get("quarantined") else f"could not do {step}"


def _retried(row: TransitionLog, detail: Mapping[str, Any]) -> str:
    edited = ", with other settings" if detail.get("edited") else ""
    return f"had {detail.get('to_name', row.to_step)} tried again{edited}"


def _link_refused(row: TransitionLog, detail: Mapping[str, Any]) -> str:
    who = detail.get("who") or "nobody"
    return f"could not ask {who} to decide {detail.get('to_name', row.to_step)} by a link"


_LINK_ENDS: Final[Mapping[str, str]] = {
    LinkEnd.REVOKED: "withdrew the link of {who} for {step}",
    LinkEnd.REPLACED: "sent a newer link in place of that of {who} for {step}",
    LinkEnd.EXPIRED: "the link of {who} for {step} has expired",
}


def _link_ended(row: TransitionLog, detail: Mapping[str, Any]) -> str:
    words = _LINK_ENDS.get(detail.get("how", ""), "closed the link of {who} for {step}")
    return words.format(who=detail.get("who", ""), step=detail.get("to_name", row.to_step))


_SENTENCES: Final[Mapping[LogKind, Any]] = {
    LogKind.STARTED: lambda row, detail: "started the request",
    LogKind.MOVED: _moved,
    LogKind.ASSIGNED: _handed("assigned"),
    LogKind.REASSIGNED: _handed("handed over"),
    LogKind.TAKEN_OVER: _own("took over"),
    LogKind.CLAIMED: _own("claimed"),
    LogKind.VOTED: lambda row, detail: f"voted “{row.transition}”: {detail.get('tally', '')}",
    LogKind.REMINDED: lambda row, detail: (
        f"reminded {row.to_name or 'the team'} of {detail.get('to_name', row.to_step)}"
    ),
    LogKind.ESCALATED: _handed("time is up: handed"),
    LogKind.OVERDUE: lambda row, detail: f"time is up: {detail.get('to_name', row.to_step)} is overdue",
    LogKind.UNASSIGNED: lambda row, detail: (
        f"{'found nobody to ask' if row.by_id else 'nobody can be asked'}: the request waits for an assignment"
    ),
    LogKind.MIGRATED: lambda row, detail: (
        f"moved it to version {detail.get('to_version')} of the workflow, at {detail.get('to_name', row.to_step)}"
        + (f", with {row.to_name}" if row.to_name else "")
    ),
    LogKind.TOLD: lambda row, detail: f"told {row.to_name} of {detail.get('to_name', row.to_step)}",
    LogKind.WARNED: lambda row, detail: (
        f"runs long: the owner was warned{' of ' + detail['to_name'] if detail.get('to_name') else ''}"
    ),
    LogKind.TIMED_OUT: lambda row, detail: (
        f"time is up: {detail.get('to_name') or 'the request'} was open for too long, the request ended"
    ),
    LogKind.HELD: lambda row, detail: f"put {detail.get('to_name', row.to_step)} on hold: {detail.get('why', '')}",
    LogKind.ASKED: lambda row, detail: (
        f"asked {row.to_name}; the clock of {detail.get('to_name', row.to_step)} stands still"
    ),
    LogKind.ANSWERED: lambda row, detail: (
        f"answered {row.to_name}; the clock of {detail.get('to_name', row.to_step)} goes on"
    ),
    LogKind.RESUMED: lambda row, detail: f"goes on with {detail.get('to_name', row.to_step)}",
    LogKind.TRIED: _tried,
    LogKind.FAILED: _failed,
    LogKind.RETRIED: _retried,
    LogKind.LINK_SENT: lambda row, detail: (
        f"asked {', '.join(detail.get('asked', ()))} to decide {detail.get('to_name', row.to_step)} by a link"
    ),
    LogKind.LINK_REFUSED: _link_refused,
    LogKind.LINK_DECIDED: lambda row, detail: f"decided {detail.get('to_name', row.to_step)}: “{row.transition}”",
    LogKind.LINK_ENDED: _link_ended,
    LogKind.PASSED: lambda row, detail: f"skipped {detail.get('to_name', row.to_step)}",
    LogKind.WITHDRAWN: lambda row, detail: "withdrew the request",
    LogKind.COMPLETED: lambda row, detail: (
        f"{'ended the request' if row.by_id else 'the request ended'}: {detail.get('outcome', '')}"
    ),
    LogKind.SKIPPED: lambda row, detail: (
        f"did not open {detail.get('to_name', row.to_step)} ({detail.get('from_name', row.from_step)})"
    ),
    LogKind.JOIN_WAITING: lambda row, detail: f"reached {detail.get('to_name', row.to_step)}, which waits for others",
    LogKind.JOINED: lambda row, detail: f"brought the branches together at {detail.get('to_name', row.to_step)}",
    LogKind.CANCELLED: lambda row, detail: (
        f"closed {detail.get('from_name', row.from_step)}"
        + (f", which was with {row.from_name}" if row.from_name else "")
    ),
    LogKind.SUPERSEDED: lambda row, detail: f"the answers of {', '.join(detail.get('steps', ()))} were set aside",
}
