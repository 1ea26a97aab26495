"""The person's own page: put together from what the selectors say, whole or with what a refused form had in it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.forms import AbsenceForm, OwnPasswordForm
from accounts.models import Absence, Membership
from accounts.scopes import scope_choices
from accounts.selectors.absences import absences_of, scope_labels, substitutions_of
from accounts.selectors.organisations import homes_of
from accounts.selectors.people import api_sessions, role_names, short_list, time_zone_of


def profile_page(
    request: HttpRequest,
    member: Membership,
    *,
    password: OwnPasswordForm | None = None,
    absences: AbsenceForm | None = None,
) -> HttpResponse:
    """The context of templates/accounts/profile.html; 422 with a form that was refused."""
    from_place = member.place is not None and bool(member.place.time_zone)
    context: dict[str, Any] = {
        "roles": role_names(member),
        "details_form": None,
        "password_form": password or OwnPasswordForm(member.user),
        "sessions": api_sessions(member),
        "time_zone": time_zone_of(member),
        "time_zone_source": "from your place" if from_place else "from your organisation",
        "other_organisations": [home for home in homes_of(member.user_id) if home.membership_id != member.id],
        **_absence_part(member, absences),
    }
    refused = any(form is not None and form.errors for form in (password, absences))
    return render(request, "accounts/profile.html", context, status=422 if refused else 200)


def absence_form(actor: Membership, posted: Any = None) -> AbsenceForm:
    """Fresh, or with what was posted."""
    people = [(str(one), label) for one, label in short_list(actor)]
    return AbsenceForm(posted, people=people, scopes=scope_choices(actor.organisation_id), prefix="absence")


def _absence_part(actor: Membership, form: AbsenceForm | None) -> dict[str, Any]:
    fresh = form or absence_form(actor)
    choices = dict(fresh.fields["scope"].choices) if "scope" in fresh.fields else {}  # type: ignore[attr-defined]  # a ChoiceField

    def rows(found: list[Absence]) -> list[dict[str, Any]]:
        return [{"absence": one, "scope": scope_labels(one, choices)} for one in found]

    return {"absence_form": fresh, "absences": rows(absences_of(actor)), "substitutions": rows(substitutions_of(actor))}
