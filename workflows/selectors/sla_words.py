"""The clock of a task in a sentence: why it is due when it is."""

from datetime import date, timedelta
from uuid import UUID

from workflows.graph.document import Escalation
from workflows.graph.sentences import rung_sentence
from workflows.selectors.calendars import calendars_now
from workflows.selectors.runs import RunView, TaskRow
from workflows.sla import Calendar


def why_due(view: RunView, task: TaskRow | None, organisation_id: UUID) -> str:
    """For example "2 working days from Wed 1 Oct 17:00, in working hours; 2 Oct is a holiday." Empty without a limit."""
    timing = view.definition.limits.get(task.step) if task is not None else None
    limit = timing.limit if timing is not None else None
    if task is None or limit is None or task.due_at is None:
        return ""
    calendar = calendars_now(organisation_id).of(task.assignee.id if task.assignee else None)
    if calendar is None:
        return ""
    opened = task.opened_at.astimezone(calendar.zone)
    parts = [f"{limit.period.words} from {opened:%a} {opened.day} {opened:%b %H:%M}, counted in working hours"]
    holidays = _holidays(calendar, opened.date(), task.due_at.astimezone(calendar.zone).date())
    if holidays:
        days = ", ".join(f"{day.day} {day:%b}" for day in holidays)
        parts.append(f"{days} {'is a holiday' if len(holidays) == 1 else 'are holidays'}")
    if task.paused_at is not None:
        since = task.paused_at.astimezone(calendar.zone)
        parts.append(f"the clock stands still since {since:%a} {since.day} {since:%b %H:%M}")
    if task.escalations:
        parts.append("it has been escalated already")
    elif limit.rungs:
        parts += [rung_sentence(rung) for rung in limit.rungs]
    elif limit.escalate is Escalation.MANAGER:
        parts.append("then it goes to the manager")
    return "; ".join(parts) + "."


def _holidays(calendar: Calendar, first: date, last: date) -> list[date]:
    """Holidays between two days that would have been working days."""
    days = (first + timedelta(days=number) for number in range(min((last - first).days, 366) + 1))
    return [day for day in days if day in calendar.holidays and calendar.hours[day.weekday()]]
