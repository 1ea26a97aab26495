"""The pages of one case: begin it, change its people, record its story; and what all cases go through, for the canvas."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.tenancy.errors import Denied, DomainError, Invalid, NotFound
from accounts.tenancy.models import new_id
from accounts.views.base import MemberRequired, refusals_as_messages, refusals_as_pages
from forms_builder.sources import OrganisationSources
from workflows.case_forms import CaseForm, case_form, case_of, known_people, people_forms
from workflows.engine.definition import RunningDefinition
from workflows.graph.cases import Case, cases_to_json
from workflows.graph.lint import blocking, lint
from workflows.graph.personas import suggested_people
from workflows.selectors.drafts import Draft, access_draft, access_editable
from workflows.selectors.rule_desk import case_lists
from workflows.services.case_recording import ActRefused, Done, Recording
from workflows.services.cases import coverage_overlay, played
from workflows.services.drafts import draft_edit
from workflows.services.publishing import cases_gate_save
from workflows.views.base import page

MAX_COMMENT: Final = 5_000
SEEN: Final = ("case_revision", "case_version")
"""Which draft the page has shown. The names keep clear of those of a form's fields."""
REFUSABLE: Final = ("person", "transition", "assignee", "comment")


class CasePage(MemberRequired, View):
    """What the pages of cases share. ``?case=`` names the case."""

    http_method_names: tuple[str, ...] = ("get", "head", "post", "options")
    draft: Draft

    def enter(self, definition_id: UUID) -> None:
        with refusals_as_pages():
            self.draft = access_draft(self.actor, definition_id)

    @property
    def zone(self) -> str:
        return str(self.actor.organisation.time_zone)

    def case(self) -> Case:
        """Raises Http404 for one that is not there any more."""
        name = self.request.GET.get("case", "")
        found = next((one for one in self.draft.cases if one.name == name), None)
        if found is None:
            raise Http404
        return found

    @property
    def lists(self) -> Mapping[str, Any]:
        return case_lists(self.actor.organisation_id)

    def recording(self, case: Case) -> Recording | None:
        """None where the draft has problems that keep it from being played."""
        if blocking(lint(self.draft.graph, self.draft.form)):
            return None
        version = self.draft.version
        running = RunningDefinition.of(version.id, version.graph, self.draft.form)
        return Recording(case, running, OrganisationSources(self.actor))

    def save(self, case: Case | Mapping[str, Any], was: str, label: str = "") -> None:
        """The case as an operation on the draft, as the page saw it. Raises DomainError."""
        posted = self.request.POST
        data = cases_to_json([case])[0] if isinstance(case, Case) else case
        seen = {name: int(posted[name]) for name in SEEN if posted.get(name, "").isdecimal() and len(posted[name]) < 10}
        draft_edit(
            actor=self.actor,
            definition_id=self.draft.definition.id,
            name="case.put",
            params={"case": data, "was": was, "label": label},
            key=new_id(),
            revision=seen.get(SEEN[0]),
            number=seen.get(SEEN[1]),
        )

    def address(self, name: str, case: str, **more: str) -> str:
        return f"{reverse(name, args=[self.draft.definition.id])}?{urlencode({'case': case, **more})}"

    def page(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        own = {"draft": self.draft, "definition": self.draft.definition}
        own |= {"cases_url": f"{reverse('design', args=[self.draft.definition.id])}?tab=cases"}
        return page(self.request, template, {**own, **context}, status=status)


class CaseNewView(CasePage):
    """Begin a case: its name and its people, suggested by the rules of the steps."""

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        self.enter(definition_id)
        suggested = suggested_people(self.draft.graph)
        return self._page(case_form(None, self.zone, known=known_people(suggested)), people_forms(suggested))

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        self.enter(definition_id)
        known = known_people((), request.POST)
        form, people = case_form(None, self.zone, request.POST, known=known), people_forms((), request.POST)
        if form.is_valid() and people.is_valid():
            case = case_of(form, people.forms, None)
            try:
                self.save(case, "")
                return redirect(self.address("case_record", str(case["name"])))
            except DomainError as error:
                _told(form, error)
        return self._page(form, people, 422)

    def _page(self, form: Any, people: Any, status: int = 200) -> HttpResponse:
        context = {"form": form, "people": people, "case": None, "lists": self.lists}
        return self.page("workflows/design/case.html", context, status)


class CaseEditView(CasePage):
    """A case: its name, its people, its story. POST ``do``: save, json (the whole as JSON), expect (what happens now), or
    drop (the last act)."""

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        self.enter(definition_id)
        case = self.case()
        return self._page(case, self._form(case), people_forms(case.people))

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        self.enter(definition_id)
        case = self.case()
        do = request.POST.get("do", "save")
        form, people = self._form(case), people_forms(case.people)
        try:
            if do == "save":
                form, people = self._form(case, request.POST), people_forms((), request.POST)
                if not (form.is_valid() and people.is_valid()):
                    return self._page(case, form, people, status=422)
                changed: Case | Mapping[str, Any] = case_of(form, people.forms, case)
            else:
                changed = self._changed(case, do)
            self.save(changed, case.name)
        except (NotFound, Denied):
            raise
        except DomainError as error:
            _told(form, error)
            return self._page(case, form, people, status=error.status)
        name = changed.name if isinstance(changed, Case) else str(changed["name"])
        back = "case_record" if request.POST.get("back") == "record" else "case_edit"
        return redirect(self.address(back, name))

    def _form(self, case: Case, posted: Any = None) -> CaseForm:
        return case_form(case, self.zone, posted, known=known_people(case.people, posted))

    def _changed(self, case: Case, do: str) -> Case | Mapping[str, Any]:
        if do == "json":
            return _parsed(self.request.POST.get("json", ""))
        recording = self.recording(case)
        if recording is None:
            raise Invalid({"": ["Solve the problems that block publishing first."]})
        return recording.without_last() if do == "drop" else recording.expecting()

    def _page(self, case: Case, form: Any, people: Any, *, status: int = 200) -> HttpResponse:
        recording = self.recording(case)
        typed = self.request.POST.get("json") if status != 200 else None
        context = {
            "form": form,
            "people": people,
            "lists": self.lists,
            "case": case,
            "result": recording.stage.result() if recording else None,
            "record_url": self.address("case_record", case.name) if recording else "",
            "json": typed or json.dumps(cases_to_json([case])[0], indent=2, ensure_ascii=False),
        }
        return self.page("workflows/design/case.html", context, status)


class CaseRecordView(CasePage):
    """``?case=&step=&by=``: the step as that person sees it. POST does it, and keeps it with what came of it."""

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        self.enter(definition_id)
        return self._page(self.case(), None, {})

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        self.enter(definition_id)
        case = self.case()
        recording = self.recording(case)
        if recording is None or recording.broken:
            return self._page(case, None, {}, status=409)
        done, refusable = self._done(case), request.POST.get("case_refuse", "")
        try:
            made = recording.with_refusal(done, refusable) if refusable in REFUSABLE else recording.with_act(done)
            self.save(made, case.name, f"Record act {len(made.acts)} of “{case.name}”"[:120])
        except ActRefused as refusal:
            return self._page(case, done, refusal.fields, place=str(refusal.params["place"]), status=422)
        except (NotFound, Denied):
            raise
        except DomainError as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            return self._page(case, done, fields or {"": [error.message]}, status=error.status)
        return redirect(self.address("case_record", case.name))

    def around(self, case: Case) -> dict[str, Any]:
        """Where the story is changed by other means."""
        return {"edit_url": self.address("case_edit", case.name)}

    def decision(self, recording: Recording, step: str, by: str, errors: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the page offers to do at the step: every way and everybody, as a case may tell of what is refused too."""
        return {"choices": recording.choices(step)}

    def named(self, value: str) -> str:
        """The key of whom a picker names."""
        return value

    def _done(self, case: Case) -> Done:
        posted, keys = self.request.POST, {one.key for one in case.people}
        people = {
            name.removeprefix("assignees."): self.named(str(value))
            for name, value in posted.items()
            if name.startswith("assignees.")
        }
        assignee = self.named(posted.get("assignee", ""))
        by = posted.get("case_by", "")
        if by not in keys or posted.get("case_step", "") not in {one.key for one in self.draft.graph.steps}:
            raise Http404
        return Done(
            step=posted["case_step"],
            by=by,
            transition=posted.get("transition", "")[:120],
            posted=posted,
            files=tuple(self.request.FILES),
            assignee=assignee if assignee in keys else "",
            assignees={step: one for step, one in people.items() if one in keys},
            comment=posted.get("comment", "")[:MAX_COMMENT],
            after=posted.get("case_after", "").strip()[:20],
        )

    def _page(
        self, case: Case, done: Done | None, errors: Mapping[str, Any], *, place: str = "", status: int = 200
    ) -> HttpResponse:
        recording = self.recording(case)
        context: dict[str, Any] = {
            "case": case,
            "recording": recording,
            "done": done,
            "errors": _shown(errors),
            "place": place,
        }
        context |= self.around(case)
        if recording is not None and not recording.broken:
            waiting = recording.waiting
            step = done.step if done else self.request.GET.get("step", waiting[0].step if waiting else "")
            here = next((one for one in waiting if one.step == step), waiting[0] if waiting else None)
            if here is not None:
                first = here.people[0].key if here.people else case.requester
                wanted = done.by if done else self.request.GET.get("by", first)
                by = wanted if wanted in {one.key for one in case.people} else first
                files = done.files if done else ()
                posted = self.request.POST if done else None
                context |= {"here": here, "by": by}
                context |= self.decision(recording, here.step, by, errors if done else None)
                context["form"] = recording.form(here.step, by, posted, files)
        result = recording.stage.result() if recording else None
        return self.page("workflows/design/case_record.html", {**context, "result": result}, status)


class CaseOverlayView(CasePage):
    """What the cases go through, for the canvas: ``{"nodes": {key: {label, tone, value}}, "edges": {...}}``."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        self.enter(definition_id)
        sound = not blocking(lint(self.draft.graph, self.draft.form))
        answer = JsonResponse(coverage_overlay(played(self.draft.version)) if sound else {"nodes": {}, "edges": {}})
        answer["Cache-Control"] = "no-store, private"
        return answer


class CasesGateView(MemberRequired, View):
    """Whether failing cases keep a version from being published: for tenant admins, and for all workflows."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            access_editable(self.actor, definition_id)
        with refusals_as_messages(request):
            on = bool(request.POST.get("on"))
            cases_gate_save(actor=self.actor, on=on)
            told = (
                "Versions whose cases fail are not published from now on."
                if on
                else "Failing cases only warn from now on."
            )
            messages.success(request, told)
        return redirect(f"{reverse('design', args=[definition_id])}?tab=cases")


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid({"json": [f"This is not JSON: {error}."]}) from error
    if not isinstance(found, Mapping) or not isinstance(found.get("name"), str):
        raise Invalid({"json": ["A case is an object with a name."]})
    return found


def _told(form: Any, error: DomainError) -> None:
    """What a service refused, at the fields of the form or over it."""
    form.is_valid()
    if form.is_bound:
        for place, texts in (error.fields if isinstance(error, Invalid) else {"": [error.message]}).items():
            known = place in form.fields
            form.add_error(
                place if known else None, texts if known else [f"{place}: {text}".strip(": ") for text in texts]
            )
    else:
        fields = error.fields if isinstance(error, Invalid) else {"": [error.message]}
        form.refused = [f"{place}: {text}".strip(": ") for place, texts in fields.items() for text in texts]


def _shown(errors: Mapping[str, Any]) -> list[str]:
    """What was refused, with the places of answers left to the form, which shows them."""
    return [text for place, texts in errors.items() if not place.startswith("data.") for text in texts]
