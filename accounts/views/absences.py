"""Being away, and standing in for others: the part of the profile about it."""

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.models import Absence, Membership
from accounts.selectors.absences import people_called
from accounts.services.absences import absence_accept, absence_ask, absence_decline, absence_end, absence_set
from accounts.tenancy.errors import Invalid
from accounts.tenancy.hygiene import is_unclean
from accounts.views.base import MemberRequired, refusals_as_messages, refusals_on
from accounts.views.profile_page import absence_form, profile_page

NOBODY_CALLED: Final = "There is no one active person of that name or address."


class AbsencesView(MemberRequired, View):
    """Set an absence. What is refused is shown on the profile."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        form = absence_form(self.actor, request.POST)
        if form.is_valid():
            given = form.cleaned_data
            with refusals_on(form):
                absence_set(
                    actor=self.actor,
                    starts_on=given["starts_on"],
                    ends_on=given["ends_on"],
                    substitute_id=_called(self.actor, given["substitute"]),
                    scope=given.get("scope", ()),
                )
        if form.errors:
            return profile_page(request, self.actor, absences=form)
        asked = " Your substitute has been asked." if given["substitute"] else ""
        messages.success(request, f"Your absence is noted.{asked}")
        return _back()


ANSWERS: Final[Mapping[str, tuple[Callable[..., Absence], str]]] = {
    "accept": (absence_accept, "You stand in."),
    "decline": (absence_decline, "You do not stand in."),
    "end": (absence_end, "The absence has ended."),
}


class AbsenceView(MemberRequired, View):
    """``action=accept``, ``decline``, ``end`` or ``ask`` (with ``substitute``)."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, absence_id: UUID) -> HttpResponse:
        action = request.POST.get("action", "")
        with refusals_as_messages(request):
            if action == "ask":
                wanted = _called(self.actor, request.POST.get("substitute", ""))
                absence_ask(actor=self.actor, absence_id=absence_id, substitute_id=wanted)
                messages.success(request, "Your substitute has been asked." if wanted else "Nobody stands in for you.")
            elif action in ANSWERS:
                service, done = ANSWERS[action]
                service(actor=self.actor, absence_id=absence_id)
                messages.success(request, done)
            else:
                raise Http404
        return _back()


def _called(actor: Membership, text: str) -> UUID | None:
    """The person meant by an id, an address or a whole name; None for an empty text. Raises Invalid at ``substitute``."""
    words = text.strip()
    if not words:
        return None
    try:
        return UUID(words)
    except ValueError:
        found = [] if is_unclean(words) else people_called(actor.organisation_id, words)
    if len(found) != 1:
        raise Invalid({"substitute": [NOBODY_CALLED]})
    return found[0]


def _back() -> HttpResponse:
    return redirect(f"{reverse('profile')}#absences")
