"""Input of the pages of notifications and of their admin."""

from typing import Any

from django import forms

from accounts.admin_base import OwnedForm
from accounts.tenancy.errors import Invalid
from notifications.models import Template
from notifications.services.templates import check_template
from notifications.values import NAMES, names_of
from notifications.wording import WORDINGS


class PreferenceForm(forms.Form):
    email = forms.BooleanField(
        label="Send me e-mail",
        required=False,
        help_text="Notices in the product always arrive.",
    )


class TemplateForm(OwnedForm):
    """An organisation's wording; what the service would refuse is said at the fields."""

    kind = forms.ChoiceField(choices=[(kind, wording.label) for kind, wording in WORDINGS.items()], label="Notice")

    class Meta:
        model = Template
        fields = ("kind", "channel", "subject", "body", "is_active")
        help_texts = {
            "subject": "One line. In the product it is the notice's title.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.instance.kind or self.initial.get("kind", "")
        names = names_of(kind) if kind in WORDINGS else NAMES
        told = ", ".join(f"{{{name}}} ({meaning})" for name, meaning in NAMES.items() if name in names)
        some = "Names" if kind in WORDINGS else "Names, of which each notice has some"
        self.fields["body"].help_text = f"A line whose names are all empty is left out. {some}: {told}"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        given = {name: data.get(name) or getattr(self.instance, name) for name in ("kind", "channel", "subject")}
        try:
            check_template(**given, body=data.get("body", ""))
        except Invalid as refusal:
            for name, texts in refusal.fields.items():
                self.add_error(name if name in self.fields else None, texts)
        if self.instance._state.adding and self._is_worded(given["kind"], given["channel"]):
            self.add_error("kind", "The organisation has its own text for this notice already. Change that one.")
        return data

    def _is_worded(self, kind: str, channel: str) -> bool:
        rows = Template.objects.filter(organisation_id=self.organisation_id, kind=kind, channel=channel)
        return bool(rows.exists())
