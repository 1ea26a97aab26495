"""The preferences of a workflow as forms."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.dateparse import parse_datetime

from workflows.models import WorkflowVisibility
from workflows.selectors.preferences import Choices, PreferenceChoices, PreferenceView
from workflows.services.preferences import MAX_DESCRIPTION, MAX_LEVEL, MAX_RULES, MAX_SLUG, NO_GROUP, StartRule, Wish

PREFIX: Final = "rules"
SPARE: Final = 2
"""Empty rows to add a rule with; the page offers others after each save."""


class PreferencesForm(forms.Form):
    """What counts at once. ``seen`` is when it had last been changed, as the page knows it."""

    name = forms.CharField(max_length=120)
    description = forms.CharField(
        required=False,
        max_length=MAX_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Stands under the name.",
    )
    group = forms.ChoiceField(required=False, help_text="The tab of the landing page.")
    owner = forms.ChoiceField(help_text="May edit it, sees its requests, and is asked where nobody else is left.")
    slug = forms.CharField(
        label="Address",
        max_length=MAX_SLUG,
        help_text="The end of the address that starts a request. The old one still leads here.",
    )
    is_active = forms.BooleanField(
        label="Active", required=False, help_text="Switched off, nobody can start it. Open requests finish."
    )
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: PreferenceChoices, **more: Any) -> None:
        super().__init__(*args, **more)
        self._choose("group", [("", "None"), *choices.groups])
        self._choose("owner", choices.owners)

    def _choose(self, name: str, choices: Choices) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean_seen(self) -> Any:
        return parse_datetime(self.cleaned_data["seen"] or "")


class RuleForm(forms.Form):
    """One rule of who may start it; an empty row is none."""

    excludes = forms.ChoiceField(label="Who", choices=[("", "May"), ("1", "May not")], required=False)
    department = forms.ChoiceField(required=False)
    designation = forms.ChoiceField(required=False)
    level_from = forms.IntegerField(label="Level from", required=False, min_value=0, max_value=MAX_LEVEL)
    place = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, choices: PreferenceChoices, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, known in (
            ("department", choices.departments),
            ("designation", choices.designations),
            ("place", choices.places),
        ):
            field: Any = self.fields[name]
            field.choices = [("", "Any"), *known]

    @property
    def rule(self) -> StartRule:
        given = self.cleaned_data
        return StartRule(
            department=_id(given.get("department")),
            designation=_id(given.get("designation")),
            place=_id(given.get("place")),
            level_from=given.get("level_from"),
            excludes=bool(given.get("excludes")),
        )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


_FormSet: Any = formset_factory(
    RuleForm, extra=SPARE, can_delete=True, absolute_max=MAX_RULES + SPARE + 1, max_num=MAX_RULES
)


def preferences_form(view: PreferenceView, choices: PreferenceChoices, posted: Any = None) -> PreferencesForm:
    one = view.definition
    initial = {
        "name": one.name,
        "description": one.description,
        "group": str(one.group_id or ""),
        "owner": str(one.owner_id),
        "slug": one.slug,
        "is_active": one.is_active,
        "seen": one.modified_at.isoformat(),
    }
    return PreferencesForm(posted, initial=initial, choices=choices)


def rule_forms(
    rules: Sequence[WorkflowVisibility], choices: PreferenceChoices, posted: Mapping[str, Any] | None = None
) -> "BaseFormSet[RuleForm]":
    initial = [
        {
            "excludes": "1" if rule.excludes else "",
            "department": str(rule.department_id or ""),
            "designation": str(rule.designation_id or ""),
            "level_from": rule.level_from,
            "place": str(rule.place_id or ""),
        }
        for rule in rules
    ]
    made: BaseFormSet[RuleForm] = _FormSet(
        posted, initial=None if posted is not None else initial, prefix=PREFIX, form_kwargs={"choices": choices}
    )
    return made


def wish_of(form: PreferencesForm, rules: Iterable[RuleForm]) -> Wish:
    """What valid forms ask for; rows that say nothing and rows to be removed are left out."""
    given = form.cleaned_data
    wanted = [one.rule for one in rules if not one.cleaned_data.get("DELETE")]
    return Wish(
        name=given["name"],
        description=given["description"],
        group=UUID(given["group"]) if given["group"] else NO_GROUP,
        owner=UUID(given["owner"]),
        is_active=given["is_active"],
        slug=given["slug"],
        visibility=[rule for rule in wanted if rule.says_something],
    )
