"""Going over to another organisation of the same person."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from accounts import throttle
from accounts.selectors.organisations import homes_of
from accounts.services.switching import TicketEnded, ticket_issue, ticket_redeem
from accounts.sessions import session_open
from accounts.tenancy.hosts import organisation_url
from accounts.throttle import Account
from accounts.views.base import MemberRequired, refusals_as_messages, tenant


class OrganisationsView(MemberRequired, View):
    """The person's organisations; choosing one leads to its host with a ticket."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "accounts/organisations.html", {"homes": homes_of(self.actor.user_id)})

    def post(self, request: HttpRequest) -> HttpResponse:
        slug = request.POST.get("organisation", "")
        ticket = ""
        with refusals_as_messages(request):
            ticket = ticket_issue(actor=self.actor, slug=slug)
        return redirect(organisation_url(slug, f"{reverse('organisation_enter')}?{urlencode({'ticket': ticket})}"))


class OrganisationEnterView(View):
    """Asks before it signs anybody in: a link alone must not, or somebody could send a person into a foreign account."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, request.GET.get("ticket", ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        slug = tenant(request).organisation_slug
        if tenant(request).membership is not None or slug is None:
            return redirect("/")
        try:
            member = ticket_redeem(ticket=request.POST.get("ticket", ""), slug=slug)
        except TicketEnded as refusal:
            return self._page(request, "", problem=refusal.message)
        session_open(request, member)
        response = redirect("/")
        # Or strangers' guesses at the login would keep the person from changing the password in here.
        throttle.remember_device(request, response, Account.typed(slug, member.user.email))
        return response

    def _page(self, request: HttpRequest, ticket: str, problem: str = "") -> HttpResponse:
        context = {"ticket": ticket, "slug": tenant(request).organisation_slug, "problem": problem}
        return render(request, "accounts/organisation_enter.html", context)
