"""The person's own page."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from accounts.forms import OwnPasswordForm
from accounts.selectors.organisations import homes_of
from accounts.selectors.people import api_sessions, role_names, time_zone_of
from accounts.services.passwords import log_out_everywhere, password_change
from accounts.sessions import session_close, session_renew
from accounts.views.base import MemberRequired, refusals_on


class ProfileView(MemberRequired, View):
    """Shows what the organisation keeps about the person; the password and the sessions are theirs to change."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, OwnPasswordForm(self.actor.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        action = request.POST.get("action")
        if action == "sessions":
            log_out_everywhere(actor=self.actor)
            session_close(request)
            return redirect("login")
        if action == "password":
            return self._change_password(request)
        raise Http404

    def _change_password(self, request: HttpRequest) -> HttpResponse:
        form = OwnPasswordForm(self.actor.user, request.POST)
        if form.is_valid():
            given = form.cleaned_data
            with refusals_on(form):
                password_change(actor=self.actor, old_password=given["old_password"], password=given["new_password1"])
        if form.errors:
            return self._page(request, form)
        session_renew(request, self.actor)
        messages.success(request, "Your password is changed. All other sessions and API tokens have ended.")
        return redirect("profile")

    def _page(self, request: HttpRequest, form: OwnPasswordForm) -> HttpResponse:
        member = self.actor
        from_place = member.place is not None and bool(member.place.time_zone)
        context: dict[str, Any] = {
            "roles": role_names(member),
            "details_form": None,
            "password_form": form,
            "sessions": api_sessions(member),
            "time_zone": time_zone_of(member),
            "time_zone_source": "from your place" if from_place else "from your organisation",
            "other_organisations": [home for home in homes_of(member.user_id) if home.membership_id != member.id],
        }
        return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)
