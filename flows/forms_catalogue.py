"""What the pages of the catalogue post: changes past the approvals."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms

from flows.forms import MAX_TEXT, Choices, DeliveryForm

OUT, IN = "out", "in"
REASON: Final = "Why can this not wait for the approvers?"


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=REASON,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why this cannot wait for the approvers."},
        help_text="It is recorded with your name and shown in the history of the flow.",
    )


class RemoveForm(forms.Form):
    """Remove a flow directly."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["reason"] = reason_field()


class LogicalForm(RemoveForm):
    """A new logical flow from or to the entity of the page; ``find`` searches for the other end and saves nothing."""

    direction = forms.ChoiceField(choices=[(OUT, "out"), (IN, "in")], initial=OUT)
    other = forms.UUIDField(
        error_messages={"required": "Search for the other end and choose it.", "invalid": "Choose it."}
    )
    external_id = forms.CharField(required=False, max_length=120, label="External id")


def seen_field() -> forms.CharField:
    """Which state of the flow the page showed, so that what others changed since is not put back."""
    return forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class LogicalChangeForm(RemoveForm):
    lifecycle_status = forms.ChoiceField(
        label="Status",
        choices=[("ACTIVE", "Active"), ("PENDING", "Pending")],
        help_text="Physical flows are proposed on active flows only.",
    )
    external_id = forms.CharField(required=False, max_length=120, label="External id")
    is_readonly = forms.BooleanField(
        required=False, label="Read-only", help_text="Kept elsewhere: nobody can propose a change here."
    )
    seen = seen_field()


class DirectDeliveryForm(DeliveryForm):
    """All about a physical flow: its attributes and everything that it carries."""

    def __init__(self, *args: Any, enums: Mapping[str, Choices], offered: Iterable[str], **more: Any) -> None:
        super().__init__(*args, enums=enums, **more)
        self.fields["ids"] = forms.MultipleChoiceField(
            label="Data types",
            choices=[(one, one) for one in offered],
            error_messages={
                "required": "Choose at least one data type.",
                "invalid_choice": "One of them cannot be chosen.",
            },
        )
        self.fields["reason"] = reason_field()


class DeliveryChangeForm(DirectDeliveryForm):
    """The same for one that exists."""

    seen = seen_field()


class DeliveryCreateForm(DirectDeliveryForm):
    """The same for a new one, with the specification: an existing one, or a name and a format."""

    def __init__(self, *args: Any, existing: Choices, enums: Mapping[str, Choices], **more: Any) -> None:
        super().__init__(*args, enums=enums, **more)
        offered = [("", "A new specification"), *existing]
        self.fields["specification"] = forms.ChoiceField(required=False, label="Specification", choices=offered)
        self.fields["spec_name"] = forms.CharField(required=False, max_length=255, label="Name of a new one")
        self.fields["spec_format"] = forms.ChoiceField(
            required=False, label="Format of a new one", choices=[("", "Choose…"), *enums["format"]]
        )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("specification") and "specification" not in self.errors:
            for name, text in (("spec_name", "Give it a name."), ("spec_format", "Choose the format.")):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, text)
        return found
