"""Try the draft: a request that exists in this page only, made as somebody of the organisation and passed on by the others."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy.models import new_id
from accounts.views.base import refusals_as_messages
from forms_builder.sources import OrganisationSources
from workflows.engine.definition import RunningDefinition
from workflows.forms import DecisionForm
from workflows.graph.cases import Case, cases_of, cases_to_json
from workflows.graph.lint import blocking, lint
from workflows.selectors.form_preview import personas_of
from workflows.selectors.trial_people import graph_for, trial_cast
from workflows.services.case_recording import Recording
from workflows.services.case_world import persona_id
from workflows.services.drafts import draft_edit
from workflows.views.action_bar import bar_errors, filled_bar, fresh_bar
from workflows.views.design.case_pages import CaseRecordView
from workflows.views.design.form_preview import member_id

TRIAL: Final = "design_try"
"""Its name in the session."""
NAME: Final = "Trial"


class TryView(CaseRecordView):
    """The step at which the trial waits, as one of its people sees it. POST ``case_do``: begin (``as``), drop (the last act),
    keep (as a case called ``name``); else what the person does there. Nothing of it is stored with the draft, but by keep."""

    ids: Mapping[str, str]
    """What the people of the trial are called, by the ids of members."""

    def enter(self, definition_id: UUID) -> None:
        super().enter(definition_id)
        kept = self.request.session.get(TRIAL) or {}
        mine = {"organisation": str(self.actor.organisation_id), "definition": str(definition_id)}
        if {name: kept.get(name) for name in mine} == mine:
            self.ids, (self.trial,) = kept["ids"], cases_of([kept["case"]])
        else:
            self.ids, self.trial = self.begun(self.actor.id)

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        do = request.POST.get("case_do", "")
        if do not in ("begin", "drop", "keep"):
            return super().post(request, definition_id)
        self.enter(definition_id)
        if do == "keep":
            return self.keep(" ".join(request.POST.get("name", "").split()))
        if do == "begin":
            self.ids, self.trial = self.begun(member_id(request.POST.get("as", "")) or self.actor.id)
        elif (recording := self.recording(self.trial)) is not None:
            self.trial = recording.without_last()
        self.save(self.trial, "")
        return redirect(self.address("case_record", ""))

    def begun(self, requester: UUID) -> tuple[dict[str, str], Case]:
        """Nothing has happened; the requester is about to ask."""
        cast = trial_cast(self.draft, requester)
        case = Case(name=NAME, people=cast.people, owner=cast.owner, at=timezone.now())
        return {str(ident): key for ident, key in cast.keys.items()}, case

    def keep(self, name: str) -> HttpResponse:
        """The story as a case of the draft, to be played before every publishing."""
        data = cases_to_json([self.trial])[0] | {"name": name}
        params = {"case": data, "was": "", "label": ""}
        target = self.address("case_record", "")
        with refusals_as_messages(self.request):
            draft_edit(
                actor=self.actor, definition_id=self.draft.definition.id, name="case.put", params=params, key=new_id()
            )
            messages.success(self.request, f"“{name}” is a case now.")
            target = super().address("case_edit", name)
        return redirect(target)

    # --- in the place of the case of a draft ---

    def case(self) -> Case:
        return self.trial

    def recording(self, case: Case) -> Recording | None:
        if blocking(lint(self.draft.graph, self.draft.form)):
            return None
        version = self.draft.version
        graph = graph_for(version.graph, {member: persona_id(key) for member, key in self.ids.items()})
        running = RunningDefinition.of(version.id, graph, self.draft.form)
        return Recording(case, running, OrganisationSources(self.actor))

    def save(self, case: Case | Mapping[str, Any], was: str, label: str = "") -> None:
        data = cases_to_json([case])[0] if isinstance(case, Case) else dict(case)
        whose = {"organisation": str(self.actor.organisation_id), "definition": str(self.draft.definition.id)}
        self.request.session[TRIAL] = {**whose, "ids": self.ids, "case": data}

    def address(self, name: str, case: str, **more: str) -> str:
        return reverse("design_try", args=[self.draft.definition.id])

    def decision(self, recording: Recording, step: str, by: str, errors: Mapping[str, Any] | None) -> dict[str, Any]:
        """As the page of a request: the ways that may be open, each with whom the rules name."""
        bar = fresh_bar(recording.ways(step, by), recording.definition, None)
        if errors is not None:
            bar = filled_bar(bar, DecisionForm(self.request.POST), bar_errors(errors), key="")
        return {"actions": bar}

    def named(self, value: str) -> str:
        return next((key for key in self.ids.values() if str(persona_id(key)) == value), "")

    def around(self, case: Case) -> dict[str, Any]:
        by_key = {key: member for member, key in self.ids.items()}
        requester = by_key.get(case.requester, "")
        address = reverse("design", args=[self.draft.definition.id])
        return {
            "trying": True,
            "edit_url": self.address("", ""),
            "design_url": address,
            "preview_url": f"{address}?tab=form&view=preview&as={requester}",
            "personas": personas_of(self.actor),
            "requester": requester,
        }
