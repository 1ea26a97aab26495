"""The page of one request: put together from what the selectors say, whole or with what a refused form had in it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe

from accounts.models import Membership
from forms_builder.rendering import StepForm, form_class
from forms_builder.sources import OrganisationSources
from workflows import policies
from workflows.assignment import PersonRef
from workflows.selectors import request_page as facts
from workflows.selectors.definitions import may_open
from workflows.selectors.desk import Desk, colleagues_at, content_of, desk_at, may_decide, ways_from
from workflows.selectors.drawings import path_svg
from workflows.selectors.links import deciders_outside, links_of_run, may_send_again
from workflows.selectors.machines import machine_rows
from workflows.selectors.pauses import hold_reasons, open_pause
from workflows.selectors.people import active_members
from workflows.selectors.runs import RunNotFound, RunView, TaskRow
from workflows.selectors.sla_words import why_due
from workflows.selectors.timeline import history, timeline
from workflows.views.action_bar import ActionBar, OfferedPerson, fresh_bar, offered
from workflows.views.base import page
from workflows.views.uploads import NO_UPLOADS, Uploads

SHORT_LIST: Final = 100
"""An organisation up to this size is offered as a list; in a larger one names are typed."""


class RequestPage:
    """What the page of a request needs, read when it is asked for; ``task`` is the open one that it is about."""

    def __init__(self, view: RunView, actor: Membership, task: TaskRow | None = None) -> None:
        self.view = view
        self.actor = actor
        self.task = task or facts.open_task(view)
        self.sources = OrganisationSources(actor, run_id=view.run.id)

    @property
    def decides(self) -> bool:
        """Whether the person may decide the task now."""
        return self.task is not None and may_decide(self.view, self.task)

    def step_form(self, posted: Any = None, uploads: Uploads = NO_UPLOADS) -> StepForm:
        """The form of the task's step, empty or as it was posted."""
        made = form_class(self.view.definition.form, self._open.step)
        run = self.view.run
        return made(
            posted,
            values=run.data if posted is not None else self.view.offered_at(self._open.step),
            labels=run.labels,
            sources=self.sources,
            uploaded=uploads.stored,
            upload_problems=uploads.problems,
        )

    def bar(self) -> ActionBar:
        """The action bar of the task, fresh."""
        shown = content_of(self.view, self._open)
        return fresh_bar(ways_from(self.desk), self.view.definition, self._open.version, shown)

    @cached_property
    def desk(self) -> Desk:
        """Where the task is decided. One query."""
        return desk_at(self.view, self._open)

    @property
    def _open(self) -> TaskRow:
        if self.task is None:
            raise RunNotFound
        return self.task

    def context(self, more: Mapping[str, Any]) -> dict[str, Any]:
        """The context of templates/workflows/request.html; ``more`` replaces parts of it."""
        view, task, actor = self.view, self.task, self.actor
        may = facts.may(view, task, actor)
        others = self._hand_over_to(may)
        may = replace(may, reassign=may.reassign and bool(others))
        known = may_open(actor, view.run.definition_id)
        log = history(view)
        found: dict[str, Any] = {
            "run": facts.run_facts(view, definition_known=known),
            "task": facts.task_facts(task),
            "sla_why": why_due(view, task, actor.organisation_id),
            "pause": open_pause(actor.organisation_id, task.id) if task is not None and task.paused_at else None,
            "hold_reasons": hold_reasons(actor.organisation_id) if may.hold else (),
            "role": facts.role_of(view, task),
            "actions": None,
            "actions_why": "" if self.decides else facts.why_not(view, task),
            "timeline": timeline(view, log),
            "progress": facts.progress_of(view, deciders_outside(view)),
            "people": facts.people_of(view, task),
            "approvals": [one.approval for one in view.tasks if one.approval is not None and not one.superseded],
            "approval": task.approval if task else None,
            "files": [_file(row) for row in facts.files_of(view)],
            "about": facts.about(view),
            "graph_svg": mark_safe(path_svg(view, log)),  # noqa: S308 - made and escaped by us
            "may": may,
            "machines": machine_rows(view, may_resolve=policies.machines.may(actor, "resolve")),
            "reassign": others,
            "superseded": facts.superseded_form(view, task if self.decides else None, self.sources),
            "others": [facts.task_facts(one) for one in view.open_tasks if task is None or one.id != task.id],
            "members": short_list(actor) if may.add_stakeholder else (),
            "links": links_of_run(view),
            "idempotency_key": uuid4().hex,
            "may_send_links": task.id if task is not None and may_send_again(view, task) else None,
        }
        if self.decides and "actions" not in more:
            found["actions"] = self.bar()
        if "form" not in more:
            found["form"] = self.step_form() if self.decides else facts.read_form(view, self.sources)
        return {**found, **more}

    def _hand_over_to(self, may: facts.May) -> tuple[OfferedPerson, ...]:
        if self.task is None or not (may.assign or may.reassign):
            return ()
        if may.assign:
            return tuple(one for one in short_list(self.actor) if one.id != self.view.run.requester_id)
        return offered(colleagues_at(self.desk, self.task))

    def response(self, request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
        return page(request, "workflows/request.html", self.context(more), status=status)


def short_list(actor: Membership) -> tuple[OfferedPerson, ...]:
    """Everybody of a small organisation by name; nobody of a large one, where names are typed."""
    rows = active_members(actor.organisation_id).order_by("name", "id").values_list("id", "name", "email")
    people = [PersonRef(*row) for row in rows[: SHORT_LIST + 1]]
    return offered(people) if len(people) <= SHORT_LIST else ()


def _file(row: facts.FileRow) -> dict[str, Any]:
    return {"name": row.name, "size": row.size, "by": row.by, "url": reverse("attachment", args=[row.id])}


def address_of(run_id: UUID) -> str:
    return reverse("request", args=[run_id])
