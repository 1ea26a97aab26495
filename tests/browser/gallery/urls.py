"""Every URL name that a template asks for, so that the gallery can draw it; and the gallery itself."""

from pathlib import Path

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path

import flows.urls
from tests.browser.gallery.parts import shell
from tests.browser.gallery.samples import PAGES


def index(request: HttpRequest) -> HttpResponse:
    """A list of all pages."""
    links = "".join(f'<li><a href="/page/{name}">{name}</a></li>' for name in PAGES)
    return HttpResponse(f"<!doctype html><title>Gallery</title><ul>{links}</ul>")


def page(request: HttpRequest, name: str) -> HttpResponse:
    """One template with its sample context."""
    if name not in PAGES:
        raise Http404(name)
    template, context = PAGES[name]()
    return render(request, template, {**shell(), **context})


def nothing(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """What links and forms of the gallery lead to."""
    return HttpResponse(status=204)


def operations(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Nobody has changed the draft since its page was drawn."""
    return JsonResponse({"revision": 0, "results": []})


def picture(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """What an attachment is here."""
    return HttpResponse(Path("static/src/favicon.svg").read_bytes(), content_type="image/svg+xml")


@csp_replace({"frame-ancestors": [SELF]})
def frame(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """The form inside of the preview."""
    return page(request, "form-frame")


PLAIN = (
    *(
        "machine_steps",
        "home",
        "inbox",
        "notifications",
        "search",
        "profile",
        "login",
        "logout",
        "password_reset",
        "badges",
    ),
    *("bulk_choice", "bulk_ask", "forecast", "forecast_chip", "library", "definition_import"),
    *("notifications_read_all", "organisations", "absences", "notifications_preferences", "notifications_seen"),
)
WITH_ID = (
    *("request", "runs", "definition", "task_complete", "task_reassign", "task_take_over", "run_withdraw"),
    *("bulk", "bulk_undo", "bulk_run", "task_hold", "task_resume", "task_ask", "task_answer"),
    *("run_comment", "run_watch", "run_stakeholder", "notification_read"),
    "absence",
    "definition_library_update",
    *("design_edit", "design_item", "design_undo", "design_redo", "design_publish", "design_try"),
    *("design_document", "design_form_import", "design_form_rule", "design_rule"),
    *("design_start", "design_canvas", "bottlenecks_overlay", "cases_overlay"),
    *("design", "case_new", "case_edit", "case_record", "cases_gate"),
    "decision_link_revoke",
    "task_links",
)

FLOWS = [path(str(one.pattern), nothing, name=str(one.name)) for one in flows.urls.urlpatterns]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", index),
    path("page/<slug:name>", page, name="page"),
    *(path(f"{name}/", nothing, name=name) for name in PLAIN),
    *(path(f"{name}/<uuid:id>/", nothing, name=name) for name in WITH_ID),
    path("design_operations/<uuid:id>/", operations, name="design_operations"),
    path("attachment/<uuid:id>/", picture, name="attachment"),
    path("machine-steps/<str:id>/retry/", nothing, name="machine_step_retry"),
    path("machine-steps/<str:id>/skip/", nothing, name="machine_step_skip"),
    path("design_form_frame/<uuid:id>/", frame, name="design_form_frame"),
    path("start/<slug:slug>/", nothing, name="request_start"),
    path("library/<slug:key>/", nothing, name="library_item"),
    path("library/<slug:key>/install/", nothing, name="library_install"),
    path("flows/", include((FLOWS, "flows"))),
]
