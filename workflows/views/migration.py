"""The page on which open requests are moved to the published version of their workflow."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.tenancy.errors import Conflict
from accounts.views.base import MemberRequired, refusals_as_messages, refusals_as_pages
from forms_builder.schema.clean import uuid_of
from workflows.selectors.definition_page import facts_of
from workflows.services.migration import (
    MOST_AT_ONCE,
    MigrationResult,
    StepMapInvalid,
    may_migrate,
    migration_apply,
    migration_rehearse,
)
from workflows.views.base import page

PREFIX: Final = "step-"
TOLD: Final = 5
"""Refusals that are told one by one; the page shows them all again."""


class MigrationView(MemberRequired, View):
    """GET ``?step-<key>=<key of the published version>&after=<id>``: the rehearsal. POST the same with ``ids``: the move."""

    http_method_names = ("get", "head", "post", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        steps, after = _steps(request.GET), uuid_of(request.GET.get("after", ""))
        with refusals_as_pages():
            may_migrate(self.actor, definition_id)
            try:
                found = migration_rehearse(
                    definition_id=definition_id, actor=self.actor, steps=steps, after=UUID(after) if after else None
                )
            except (StepMapInvalid, Conflict) as error:
                messages.error(request, error.message)
                return redirect("definition", definition_id)
        context = {
            "definition": facts_of(found.definition),
            "rehearsal": found,
            "choices": [(key, name, steps.get(key, key)) for key, name in found.steps.items()],
            "prefix": PREFIX,
            "most": MOST_AT_ONCE,
            "next_url": f"?{urlencode(_named(steps) | {'after': str(found.after)})}" if found.after else "",
        }
        return page(request, "workflows/migration.html", context)

    def post(self, request: HttpRequest, definition_id: UUID) -> HttpResponse:
        steps = _steps(request.POST)
        run_ids = [UUID(found) for value in request.POST.getlist("ids") if (found := uuid_of(value))]
        with refusals_as_messages(request):
            may_migrate(self.actor, definition_id)
            results = migration_apply(
                definition_id=definition_id,
                actor=self.actor,
                run_ids=run_ids,
                steps=steps,
                comment=request.POST.get("comment", ""),
            )
            _tell(request, results)
        address = reverse("definition_migration", args=[definition_id])
        return redirect(f"{address}?{urlencode(_named(steps))}" if steps else address)


def _steps(data: QueryDict) -> Mapping[str, str]:
    named = {key.removeprefix(PREFIX): value for key, value in data.items() if key.startswith(PREFIX)}
    return {key: str(value) for key, value in named.items() if value and value != key}


def _named(steps: Mapping[str, str]) -> dict[str, str]:
    return {f"{PREFIX}{key}": value for key, value in steps.items()}


def _tell(request: HttpRequest, results: list[MigrationResult]) -> None:
    moved = sum(one.moved for one in results)
    stayed = [one for one in results if not one.moved]
    if moved:
        messages.success(request, f"{moved} {'request' if moved == 1 else 'requests'} moved to the published version.")
    for one in stayed[:TOLD]:
        messages.error(request, f"{f'Request {one.number}' if one.number else 'One request'} stayed. {one.why}")
    if len(stayed) > TOLD:
        messages.error(request, f"{len(stayed) - TOLD} more stayed.")
