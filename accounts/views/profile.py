"""The person's own page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views import View

from accounts.forms import OwnPasswordForm
from accounts.services.passwords import WrongPassword, log_out_everywhere, password_change
from accounts.sessions import session_close, session_renew
from accounts.throttle import TooManyAttempts
from accounts.views.base import MemberRequired
from accounts.views.login import too_many
from accounts.views.profile_page import profile_page


class ProfileView(MemberRequired, View):
    """Shows what the organisation keeps about the person; the password and the sessions are theirs to change."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return profile_page(request, self.actor)

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
            old, new = given["old_password"], given["new_password1"]
            try:
                password_change(request, actor=self.actor, old_password=old, password=new)
            except TooManyAttempts as refusal:
                return too_many(request, refusal)
            except WrongPassword as refusal:
                # Not by ``refusals_on``, which would undo the count.
                form.add_error("old_password", refusal.message)
        if form.errors:
            return profile_page(request, self.actor, password=form)
        session_renew(request, self.actor)
        messages.success(request, "Your password is changed. All other sessions and API tokens have ended.")
        return redirect("profile")
