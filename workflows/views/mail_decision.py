"""The page behind the link of a mail: looking changes nothing, a button decides, and nobody is signed in by it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from accounts import throttle
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Denied, Invalid, NotFound
from accounts.tenancy.scope import organisation_scope
from accounts.throttle import TooManyAttempts
from accounts.views.base import login_redirect, tenant
from workflows.events import Via
from workflows.forms import MailDecisionForm
from workflows.mail_links import MailLink, read_link
from workflows.selectors.mail_links import Dead, Decidable, LinkNotFound, opened_by
from workflows.services.refusals import refusal_text
from workflows.services.tasks import task_complete
from workflows.views.base import quiet


class MailDecisionView(View):
    """Open to whoever holds the link; one that we did not make, or that names nothing, is not found."""

    http_method_names = ("get", "head", "post", "options")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            throttle.check_address(request)
            link = _link_of(request, kwargs["token"])
            with organisation_scope(link.organisation_id):
                return quiet(self._opened(request, link))
        except TooManyAttempts as refusal:
            return quiet(render(request, "errors/429.html", {"detail": refusal.message}, status=429))
        except (LinkNotFound, NotFound):
            raise Http404 from None

    def _opened(self, request: HttpRequest, link: MailLink) -> HttpResponse:
        viewer: Membership | None = tenant(request).membership
        found = opened_by(link, viewer)
        if isinstance(found, Dead):
            return _page(request, {"dead": found.words}, 409 if request.method == "POST" else 200)
        slug = tenant(request).organisation_slug
        if slug and slug != found.member.organisation.slug:
            raise LinkNotFound
        if found.needs_login and viewer is None:
            return login_redirect(request)
        if request.method != "POST":
            return _page(request, _context(found))
        return self._decide(request, link, found)

    def _decide(self, request: HttpRequest, link: MailLink, found: Decidable) -> HttpResponse:
        form = MailDecisionForm(request.POST)
        if not form.is_valid():
            return _again(request, found, form, "Choose one of the buttons.", 422)
        data = form.cleaned_data
        if data["transition"] not in {way.name for way in found.ways}:
            return _again(request, found, form, "Open the request to decide it so.", 422)
        try:
            result = task_complete(
                task_id=link.task_id,
                actor=found.member,
                transition=data["transition"],
                comment=data["comment"],
                version=link.version,
                shown=data["shown"] or None,
                via=Via.MAIL_LINK,
            )
        except Invalid as error:
            return _again(request, found, form, refusal_text(error, found.view.run), 422)
        except Denied as error:
            return _page(request, {"dead": error.message}, 403)
        except Conflict as error:
            return _page(request, {"dead": error.message}, 409)
        said = {"number": result.number, "transition": data["transition"], "name": found.member.name}
        return _page(request, {"done": said})


def _link_of(request: HttpRequest, token: str) -> MailLink:
    """Raises LinkNotFound; who tries many is slowed down."""
    link = read_link(token)
    member: Membership | None = tenant(request).membership
    if link is None:
        throttle.count_stray(request)
        raise LinkNotFound
    if member is not None and member.organisation_id != link.organisation_id:
        raise LinkNotFound
    return link


def _context(found: Decidable) -> dict[str, Any]:
    reasons = [way.name for way in found.ways if way.reason_required]
    return {"found": found, "run": found.view.run, "task": found.task, "reasons": reasons, "shown": found.shown}


def _again(request: HttpRequest, found: Decidable, form: MailDecisionForm, error: str, status: int) -> HttpResponse:
    more = {"error": error, "comment": form["comment"].value() or ""}
    return _page(request, _context(found) | more, status)


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "workflows/mail_decision.html", context, status=status)
