"""Signing in and out in the browser."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from accounts import throttle
from accounts.forms import LoginForm, OrganisationForm
from accounts.selectors.people import demo_people
from accounts.services.login import LoginRefused, sign_in, sign_out
from accounts.sessions import session_close, session_open
from accounts.tenancy.hosts import organisation_url
from accounts.throttle import Account, TooManyAttempts
from accounts.views.base import safe_next, tenant

HOME = "/"


class LoginView(View):
    """On an organisation's host its login form; on the bare domain the question which organisation it is.

    The page is the same for an organisation that does not exist: it shows the host's own first part, no stored name.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        if tenant(request).membership is not None:
            return redirect(safe_next(request, HOME))
        return self._page(request, LoginForm() if tenant(request).organisation_slug else OrganisationForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        slug = tenant(request).organisation_slug
        if slug is None:
            return self._to_organisation(request)
        form = LoginForm(request.POST)
        if not form.is_valid():
            return self._page(request, form)
        try:
            member = sign_in(request, organisation=slug, via="page", **form.cleaned_data)
        except LoginRefused as refusal:
            form.add_error(None, refusal.message)
            return self._page(request, form)
        except TooManyAttempts as refusal:
            return too_many(request, refusal)
        session_open(request, member)
        response = redirect(safe_next(request, HOME))
        throttle.remember_device(request, response, Account.typed(slug, form.cleaned_data["email"]))
        return response

    def _to_organisation(self, request: HttpRequest) -> HttpResponse:
        form = OrganisationForm(request.POST)
        if not form.is_valid():
            return self._page(request, form)
        onward = safe_next(request, "")
        path = reverse("login") + (f"?{urlencode({'next': onward})}" if onward else "")
        return redirect(organisation_url(form.cleaned_data["organisation"], path))

    def _page(self, request: HttpRequest, form: LoginForm | OrganisationForm) -> HttpResponse:
        slug = tenant(request).organisation_slug
        context: dict[str, Any] = {
            "form": form,
            "organisation": {"name": slug} if slug else None,
            "next": safe_next(request, ""),
        }
        if settings.DEMO and slug:
            context |= {"demo_people": demo_people(slug), "demo_password": settings.DEMO_PASSWORD}
        return render(request, "accounts/login.html", context)


class LogoutView(View):
    """By POST only: a link must not sign anybody out."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        member = tenant(request).membership
        if member is not None:
            sign_out(member)
        session_close(request)
        return redirect("login")


def too_many(request: HttpRequest, refusal: TooManyAttempts) -> HttpResponse:
    wait = str(refusal.params["retry_after"])
    response = render(request, "errors/429.html", {"detail": refusal.message}, status=429)
    response.headers["Retry-After"] = wait
    return response
