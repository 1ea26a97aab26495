"""The page behind a link that asks for a decision: no login, no session. Looking changes nothing, a button decides."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from accounts import throttle
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Denied, DomainError, Invalid
from accounts.tenancy.scope import organisation_scope
from accounts.throttle import TooManyAttempts
from accounts.views.base import tenant
from workflows.forms import LinkDecisionForm
from workflows.link_keys import LinkKey
from workflows.models import DecisionLink
from workflows.selectors.invitations import why_kept_apart
from workflows.selectors.links import Asked, Closed, LinkNotFound, holds_until, link_of, opened
from workflows.services.link_codes import code_ask, code_check, is_pass
from workflows.services.links import link_decide
from workflows.services.refusals import refusal_text
from workflows.views.base import quiet

NOT_YOURS = "You are signed in as somebody who may not decide this."


class LinkDecisionView(View):
    """Open to whoever holds the link. Whatever does not open one of ours gets one and the same answer."""

    http_method_names = ("get", "head", "post", "options")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            throttle.check_address(request)
            key = _key_of(request, kwargs["token"])
            with organisation_scope(key.organisation_id):
                return quiet(self._opened(request, link_of(key)))
        except TooManyAttempts as refusal:
            return quiet(render(request, "errors/429.html", {"detail": refusal.message}, status=429))
        except LinkNotFound:
            throttle.count_stray(request)
            raise Http404 from None

    def _opened(self, request: HttpRequest, link: DecisionLink) -> HttpResponse:
        slug = tenant(request).organisation_slug
        if slug and slug != link.organisation.slug:
            raise LinkNotFound
        found = opened(link)
        if isinstance(found, Asked) and (words := _not_for(found, tenant(request).membership)):
            found = Closed(link, words)
        if isinstance(found, Closed):
            return _page(request, link, {"dead": found.words}, 409 if request.method == "POST" else 200)
        if request.method != "POST":
            return _page(request, link, _facts(found) if not link.needs_code else {"locked": True})
        return self._posted(request, found)

    def _posted(self, request: HttpRequest, found: Asked) -> HttpResponse:
        link, act = found.link, request.POST.get("act", "")
        if link.needs_code and act in ("code", "check"):
            return self._code(request, found, act)
        confirmed = link.needs_code and is_pass(link, request.POST.get("pass", ""))
        if link.needs_code and not confirmed:
            return _page(request, link, {"locked": True, "error": "Enter the code again, please."}, 422)
        return self._decide(request, found, confirmed)

    def _code(self, request: HttpRequest, found: Asked, act: str) -> HttpResponse:
        link = found.link
        try:
            if act == "code":
                code_ask(link=link)
                return _page(request, link, {"locked": True, "sent": True})
            proof = code_check(link=link, code=request.POST.get("code", "")[:20])
            return _page(request, link, {**_facts(found), "proof": proof})
        except Invalid as error:
            throttle.count_stray(request)
            return _page(request, link, {"locked": True, "sent": True, "error": error.fields["code"][0]}, 422)
        except DomainError as error:
            return _page(request, link, {"locked": True, "sent": True, "error": error.message}, error.status)

    def _decide(self, request: HttpRequest, found: Asked, confirmed: bool) -> HttpResponse:
        link, form = found.link, LinkDecisionForm(request.POST)
        if not form.is_valid():
            return _again(request, found, "Choose one of the buttons, and use ordinary characters.")
        try:
            words = link_decide(
                link_id=link.id,
                organisation_id=link.organisation_id,
                transition=form.cleaned_data["transition"],
                name=form.cleaned_data["name"],
                comment=form.cleaned_data["comment"],
                confirmed=confirmed,
            )
        except Invalid as error:
            return _again(request, found, refusal_text(error, found.view.run))
        except (Conflict, Denied) as error:
            return _page(request, link, {"dead": error.message}, error.status)
        return _page(request, link, {"done": words})


def _key_of(request: HttpRequest, token: str) -> LinkKey:
    """Raises LinkNotFound; who tries many is slowed down."""
    key = LinkKey.read(token)
    member: Membership | None = tenant(request).membership
    if key is None or (member is not None and member.organisation_id != key.organisation_id):
        raise LinkNotFound
    return key


def _not_for(found: Asked, viewer: Membership | None) -> str:
    """Why whoever is signed in in this browser cannot be who was asked."""
    if viewer is None:
        return ""
    if found.link.member_id is not None:
        return "" if viewer.id == found.link.member_id else NOT_YOURS
    return NOT_YOURS if why_kept_apart(found.desk, found.desk.step, viewer.email) else ""


def _facts(found: Asked) -> dict[str, Any]:
    reasons = [way.name for way in found.ways if way.reason_required]
    until = holds_until(found.link)
    return {"found": found, "run": found.view.run, "task": found.task, "reasons": reasons, "until": until}


def _again(request: HttpRequest, found: Asked, error: str) -> HttpResponse:
    typed = {name: request.POST.get(name, "")[:5_000] for name in ("name", "comment")}
    more = {"error": error, "proof": request.POST.get("pass", "")[:500], **{f"typed_{k}": v for k, v in typed.items()}}
    return _page(request, found.link, {**_facts(found), **more}, 422)


def _page(request: HttpRequest, link: DecisionLink, context: dict[str, Any], status: int = 200) -> HttpResponse:
    about = {"link": link, "organisation": link.organisation}
    return render(request, "workflows/link_decision.html", {**about, **context}, status=status)
