"""Plays the stories of an organisation in the order of their moments, with the clock of the time limits running along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Holiday, Membership, Organisation, WorkingCalendar
from accounts.models.calendars import WEEKDAYS
from config.demo.receipts import FIELD, attach
from config.demo.story import Act, Days, Scene, Story
from workflows.models import OPEN_TASK, Task, WorkflowDefinition
from workflows.services.runs import run_start
from workflows.services.sla import sla_sweep


def days_of(organisation: Organisation, now: datetime) -> Days:
    """The working days of the organisation's calendar. Needs the scope."""
    calendar = WorkingCalendar.objects.get(organisation_id=organisation.id, is_default=True)
    off = Holiday.objects.filter(organisation_id=organisation.id, calendar_id=calendar.id)
    weekdays = frozenset(WEEKDAYS.index(day) for day, spans in calendar.hours.items() if spans)
    return Days.around(now, calendar.time_zone, weekdays, frozenset(off.values_list("date", flat=True)))


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing to happen: an act of a story, or (None) its start."""

    at: datetime
    story: int
    day: int
    act: Act | None


def play(
    organisation: Organisation, people: Mapping[str, Membership], stories: Sequence[Story], days: Days, now: datetime
) -> None:
    """Start and move every request as its story tells, each at its time. Needs the scope and the workflows."""
    definitions = dict(
        WorkflowDefinition.objects.filter(organisation_id=organisation.id).values_list("library_key", "id")
    )
    runs: dict[int, UUID] = {}
    for moment in _moments(stories, days):
        sweep(organisation.id, until=moment.at)
        story = stories[moment.story]
        if moment.act is None:
            requester, definition_id = people[story.requester], definitions[story.workflow]
            files = {FIELD: attach(requester, definition_id, story.receipts, moment.at)} if story.receipts else {}
            started = run_start(
                definition_id=definition_id,
                actor=requester,
                data=story.data(days, moment.day) | files,
                assignee=people[story.assignee].id if story.assignee else None,
                at=moment.at,
            )
            runs[moment.story] = started.run_id
        else:
            moment.act.deed(Scene(people, runs[moment.story], days, moment.day, moment.at))
    sweep(organisation.id, until=now)


def sweep(organisation_id: UUID, *, until: datetime) -> None:
    """Remind and escalate at the very moments when it was due, one after the other."""
    waiting = Task.objects.filter(organisation_id=organisation_id, state__in=OPEN_TASK, check_at__lte=until)
    while (due := waiting.order_by("check_at").values_list("check_at", flat=True).first()) is not None:
        if not sla_sweep(organisation_id, at=due).total:
            return  # a worker has those tasks under lock and does it


def _moments(stories: Sequence[Story], days: Days) -> list[Moment]:
    starts = [Moment(days.at(one.day, one.clock), place, one.day, None) for place, one in enumerate(stories)]
    acts = [
        Moment(days.at(one.day + act.day, act.clock), place, one.day + act.day, act)
        for place, one in enumerate(stories)
        for act in one.acts
    ]
    return sorted([*starts, *acts], key=lambda moment: (moment.at, moment.act is not None))
