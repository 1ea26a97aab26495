"""Forgotten and new passwords. Every page lives on an organisation's host; the mailed link names it."""

from typing import Any

from django.contrib.auth import views as django_views
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.views import View
from django.views.generic import TemplateView

from accounts import throttle
from accounts.forms import OrganisationForm, PasswordLinkForm
from accounts.models import Membership, User
from accounts.services.passwords import member_of_link, password_link_request, password_set_by_link
from accounts.tenancy.hosts import organisation_url
from accounts.throttle import Account, TooManyLinks
from accounts.views.base import refusals_on, tenant
from accounts.views.login import too_many

NOWHERE = "-"


class PasswordResetView(View):
    """Asks for the address and always gives the same answer, until too many have asked from one network."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = PasswordLinkForm() if tenant(request).organisation_slug else OrganisationForm()
        return render(request, "accounts/password_reset.html", {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        slug = tenant(request).organisation_slug
        form = PasswordLinkForm(request.POST) if slug else OrganisationForm(request.POST)
        if not form.is_valid():
            return render(request, "accounts/password_reset.html", {"form": form})
        if slug is None:
            return redirect(organisation_url(form.cleaned_data["organisation"], reverse("password_reset")))
        try:
            password_link_request(request, organisation=slug, email=form.cleaned_data["email"])
        except TooManyLinks as refusal:
            return too_many(request, refusal)
        return redirect("password_reset_done")


class PasswordResetConfirmView(django_views.PasswordResetConfirmView):
    """Takes the token out of the address into the session, as Django's does, so that it is not passed on as a referrer."""

    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("password_reset_complete")
    http_method_names = ("get", "head", "options", "post")
    member: Membership | None = None

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        slug = tenant(self.request).organisation_slug
        if not isinstance(user, User) or slug is None:
            return None
        self.member = member_of_link(user=user, organisation=slug)
        return user if self.member is not None else None

    def form_valid(self, form: "SetPasswordForm[Any]") -> HttpResponse:
        session, key = self.request.session, django_views.INTERNAL_RESET_SESSION_TOKEN
        member = self.member
        if member is None:
            return redirect("password_reset")
        with refusals_on(form):
            password_set_by_link(member=member, token=session.get(key, ""), password=form.cleaned_data["new_password1"])
        if form.errors:
            return self.form_invalid(form)
        session.pop(key, None)
        response = redirect(self.get_success_url())
        slug = tenant(self.request).organisation_slug or NOWHERE
        throttle.remember_device(self.request, response, Account(slug, form.user.email))
        return response


class PasswordResetDoneView(TemplateView):
    template_name = "accounts/password_reset_done.html"


class PasswordResetCompleteView(TemplateView):
    template_name = "accounts/password_reset_complete.html"
