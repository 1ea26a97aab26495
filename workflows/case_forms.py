"""A case as forms: what it is called, and its people. What they do is recorded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone

from workflows.graph.cases import MAX_PEOPLE, Case, Persona

PREFIX: Final = "people"
SPARE: Final = 2
Choices = Sequence[tuple[str, str]]
KEY: Final = r"[a-z][a-z0-9_]{0,39}"


class MomentField(forms.DateTimeField):
    """A moment, shown and typed as the clocks of a time zone have it; with an offset it may be written too."""

    zone: tzinfo = UTC
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)

    def to_python(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().to_python(value)


class CaseForm(forms.Form):
    """The name of a case, what it shows, when it begins, and who owns the workflow in it."""

    name = forms.CharField(max_length=120, help_text="What it shows, such as “HR sends it back”.")
    description = forms.CharField(required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))
    at = MomentField(label="Begins at")
    owner = forms.ChoiceField(required=False, help_text="Who owns the workflow in it, for fallbacks.")


def _listed(name: str) -> forms.TextInput:
    """A text for which the page has a list of what the organisation has; anything else may be written too."""
    return forms.TextInput(attrs={"list": f"case-{name}"})


class PersonForm(forms.Form):
    """Somebody of a case; an empty row is nobody."""

    key = forms.RegexField(
        KEY, required=False, max_length=40, error_messages={"invalid": "Use small letters, digits and underscores."}
    )
    name = forms.CharField(required=False, max_length=120)
    department = forms.CharField(required=False, max_length=200, widget=_listed("departments"))
    designation = forms.CharField(required=False, max_length=200, widget=_listed("designations"))
    level = forms.IntegerField(required=False, min_value=0, max_value=1_000)
    manager = forms.ChoiceField(required=False)
    head = forms.ChoiceField(label="Head of department", required=False)
    roles = forms.CharField(required=False, max_length=500, help_text="Separated by commas.", widget=_listed("roles"))

    def __init__(self, *args: Any, known: Choices = (), **more: Any) -> None:
        super().__init__(*args, **more)
        _choose(self, "manager", known)
        _choose(self, "head", known)


_FormSet: Any = formset_factory(
    PersonForm, extra=SPARE, can_delete=True, absolute_max=MAX_PEOPLE + SPARE, max_num=MAX_PEOPLE
)


def _choose(form: forms.Form, name: str, known: Choices) -> None:
    field: Any = form.fields[name]
    field.choices = [("", "Nobody"), *known]
    field.error_messages["invalid_choice"] = "Choose somebody of this case."


def known_people(people: Iterable[Persona], posted: Any = None) -> Choices:
    """The people of the case by key, with their names: those of the page as it was sent, else these."""
    rows = [(one.key, one.name) for one in people]
    if posted is not None:
        every = range(MAX_PEOPLE + SPARE)
        rows = [(posted.get(f"{PREFIX}-{row}-key", ""), posted.get(f"{PREFIX}-{row}-name", "")) for row in every]
    return [(key, name or key) for key, name in rows if key]


def case_form(case: Case | None, zone: str, posted: Any = None, *, known: Choices = ()) -> CaseForm:
    initial = {"at": Case.model_fields["at"].default}
    if case is not None:
        initial = {"name": case.name, "description": case.description, "at": case.at, "owner": case.owner or ""}
    made = CaseForm(posted, initial=initial)
    _choose(made, "owner", known)
    at: Any = made.fields["at"]
    at.zone, at.help_text = ZoneInfo(zone), f"By the clocks of your organisation, {zone}."
    return made


def people_forms(people: Sequence[Persona], posted: Any = None) -> "BaseFormSet[PersonForm]":
    initial = [{**one.model_dump(), "roles": ", ".join(one.roles)} for one in people]
    made: BaseFormSet[PersonForm] = _FormSet(
        posted,
        initial=None if posted is not None else initial,
        prefix=PREFIX,
        form_kwargs={"known": known_people(people, posted)},
    )
    return made


def case_of(form: CaseForm, people: Iterable[PersonForm], before: Case | None) -> dict[str, Any]:
    """The case that valid forms mean, as data; its story and what is expected stay as they were."""
    kept = {one.key: one.model_dump(mode="json", exclude_defaults=True) for one in before.people} if before else {}
    rows = [one.cleaned_data for one in people if one.cleaned_data.get("key") and not one.cleaned_data.get("DELETE")]
    found: dict[str, Any] = before.model_dump(mode="json", exclude_defaults=True) if before else {}
    given = form.cleaned_data
    found |= {"name": " ".join(given["name"].split()), "description": given["description"]}
    if before is None or given["at"] != before.at:
        found["at"] = given["at"].isoformat()
    found |= {"owner": given["owner"] or None, "people": [_person(row, kept.get(row["key"], {})) for row in rows]}
    return found


def _person(row: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    roles = [one.strip() for one in row["roles"].split(",") if one.strip()]
    given = {name: row[name] for name in ("key", "name", "department", "designation", "level")}
    return {**kept, **given, "manager": row["manager"] or None, "head": row["head"] or None, "roles": roles}


__all__ = ["CaseForm", "PersonForm", "case_form", "case_of", "known_people", "people_forms"]
