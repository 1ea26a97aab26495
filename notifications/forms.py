"""Input of the pages of notifications and of their admin."""

from typing import TYPE_CHECKING, Any

from django import forms

from accounts.tenancy.errors import Invalid
from notifications.models import Template
from notifications.services.templates import check_template
from notifications.wording import NAMES, WORDINGS

if TYPE_CHECKING:
    _TemplateModelForm = forms.ModelForm[Template]
else:
    _TemplateModelForm = forms.ModelForm


class PreferenceForm(forms.Form):
    email = forms.BooleanField(
        label="Send me e-mail",
        required=False,
        help_text="Notices in the product always arrive.",
    )


class TemplateForm(_TemplateModelForm):
    """An organisation's wording; what the service would refuse is said at the fields."""

    kind = forms.ChoiceField(choices=[(kind, wording.label) for kind, wording in WORDINGS.items()], label="Notice")

    class Meta:
        model = Template
        fields = ("kind", "channel", "subject", "body", "is_active")
        help_texts = {
            "subject": "One line. In the product it is the notice's title.",
            "body": "A line whose names are all empty is left out. Names: "
            + ", ".join(f"{{{name}}} ({meaning})" for name, meaning in NAMES.items()),
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        given = {name: data.get(name) or getattr(self.instance, name) for name in ("kind", "channel", "subject")}
        try:
            check_template(**given, body=data.get("body", ""))
        except Invalid as refusal:
            for name, texts in refusal.fields.items():
                self.add_error(name if name in self.fields else None, texts)
        return data
