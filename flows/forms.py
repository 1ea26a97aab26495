"""What the proposal pages post. Choices come from selectors; what the forms let through, the services judge again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms

MAX_TEXT: Final = 4_000
MAX_COMMENT: Final = 5_000
Choices = Sequence[tuple[str, str]]

UPSTREAM, DOWNSTREAM, LOGICAL = "upstream", "downstream", "logical:"


class RouteForm(forms.Form):
    """Which way data goes: on an existing logical flow (``logical:<id>``), or new, from or to ``other``."""

    route = forms.CharField(max_length=60, error_messages={"required": "Choose a flow, or the direction of a new one."})
    other = forms.UUIDField(required=False, error_messages={"invalid": "Choose an entry of the list."})

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        route = found.get("route", "")
        if route in (UPSTREAM, DOWNSTREAM):
            if found.get("other") is None and "other" not in self.errors:
                self.add_error("other", "Search for the other end and choose it.")
        elif route and not route.startswith(LOGICAL):
            self.add_error("route", "Choose a flow of the list.")
        return found


class SpecificationForm(forms.Form):
    """An existing specification, or a new one: then with name and format."""

    specification = forms.ChoiceField(required=False, label="Specification")
    owner = forms.ChoiceField(required=False, label="Belongs to", widget=forms.RadioSelect)
    name = forms.CharField(required=False, max_length=255, label="Name")
    format = forms.ChoiceField(required=False, label="Format")
    description = forms.CharField(
        required=False, max_length=MAX_TEXT, label="Description", widget=forms.Textarea(attrs={"rows": 2})
    )
    external_id = forms.CharField(required=False, max_length=120, label="External id")

    def __init__(self, *args: Any, existing: Choices, owners: Choices, formats: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.has_existing = bool(existing)
        _choices(self, "specification", [("", "A new specification"), *existing])
        _choices(self, "owner", owners)
        _choices(self, "format", [("", "Choose…"), *formats])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("specification") and "specification" not in self.errors:
            for name, text in (
                ("name", "Give the new specification a name."),
                ("format", "Choose the format."),
                ("owner", "Choose to which end it belongs."),
            ):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, text)
        return found


class DeliveryForm(forms.Form):
    """How it is delivered: the attributes of the physical flow."""

    name = forms.CharField(required=False, max_length=255, label="Name")
    transport = forms.ChoiceField(label="Transport", error_messages={"required": "Choose how it is transported."})
    frequency = forms.ChoiceField(label="Frequency", error_messages={"required": "Choose how often."})
    criticality = forms.ChoiceField(label="Criticality", error_messages={"required": "Choose how critical it is."})
    basis_offset = forms.IntegerField(
        label="Basis offset",
        min_value=-3650,
        max_value=3650,
        help_text="Days from the business day T: 0 is the same day, 1 the day after, -1 the day before.",
        error_messages={"required": "Give a number of days; 0 is the same day."},
    )
    description = forms.CharField(
        required=False, max_length=MAX_TEXT, label="Description", widget=forms.Textarea(attrs={"rows": 2})
    )
    external_id = forms.CharField(required=False, max_length=120, label="External id")

    KINDS: ClassVar[tuple[str, ...]] = ("transport", "frequency", "criticality")

    def __init__(self, *args: Any, enums: Mapping[str, Choices], **more: Any) -> None:
        super().__init__(*args, **more)
        for kind in self.KINDS:
            _choices(self, kind, [("", "Choose…"), *enums[kind]])

    def clean_description(self) -> str:
        """Browsers send line breaks of their own kind; a text that is otherwise the same has not been changed."""
        text = self.cleaned_data["description"].replace("\r\n", "\n")
        kept: str = self.initial.get("description") or ""
        return kept if text == kept.replace("\r\n", "\n") else text


class DataTypesForm(forms.Form):
    """What is carried. The unknown type makes way for a known one."""

    ids = forms.MultipleChoiceField(
        label="Data types",
        error_messages={
            "required": "Choose at least one data type.",
            "invalid_choice": "One of the data types cannot be chosen.",
        },
    )

    def __init__(self, *args: Any, offered: Iterable[str], unknown: str | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.unknown = unknown
        _choices(self, "ids", [(one, one) for one in offered])

    def clean_ids(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["ids"]
        known = [one for one in chosen if one != self.unknown]
        return known or chosen


class ReasonForm(forms.Form):
    """Why: a reason of the organisation's list, and more words where they help."""

    code = forms.ChoiceField(required=False, label="Reason")
    description = forms.CharField(
        required=False, max_length=MAX_TEXT, label="In your words", widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, reasons: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.has_list = bool(reasons)
        _choices(self, "code", [("", "Choose…"), *reasons])
        if not self.has_list:
            self.fields["description"].label = "Reason"
            self.fields["description"].required = True

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.has_list and not found.get("code") and "code" not in self.errors:
            self.add_error("code", "Choose a reason.")
        return found


class DecideForm(forms.Form):
    """Approve or reject; ``version`` and ``shown_hash`` say what the person had before them."""

    reason = forms.CharField(required=False, max_length=MAX_TEXT)
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    side = forms.CharField(required=False, max_length=64)
    shown_hash = forms.CharField(required=False, max_length=128)


class RejectForm(DecideForm):
    reason = forms.CharField(
        max_length=MAX_TEXT, error_messages={"required": "A reason is required when a proposal is rejected."}
    )


class CommentForm(forms.Form):
    text = forms.CharField(max_length=MAX_COMMENT, error_messages={"required": "Write something."})


class WatchForm(forms.Form):
    action = forms.ChoiceField(choices=[("watch", "Watch"), ("unwatch", "Stop watching")])


class IdsField(forms.MultipleChoiceField):
    """Ids of rows; which of them there are, the service finds out."""

    def to_python(self, value: Any) -> Any:
        try:
            return list(dict.fromkeys(UUID(one) for one in super().to_python(value)))
        except ValueError:
            raise forms.ValidationError("Choose from the list.") from None

    def validate(self, value: Any) -> None:
        if not value:
            raise forms.ValidationError(self.error_messages["required"])


class BulkForm(forms.Form):
    """Several proposals decided at once, with one reason."""

    MOST: ClassVar[int] = 500

    decision = forms.ChoiceField(
        choices=[("approve", "Approve"), ("reject", "Reject")], error_messages={"required": "Choose what to decide."}
    )
    reason = forms.CharField(required=False, max_length=MAX_TEXT)
    ids = IdsField(error_messages={"required": "Tick the proposals that you decide."})

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("decision") == "reject" and not found.get("reason"):
            self.add_error("reason", "A reason is required when proposals are rejected.")
        if len(found.get("ids", ())) > self.MOST:
            self.add_error("ids", f"Decide at most {self.MOST} at once.")
        return found


class SavedViewForm(forms.Form):
    name = forms.CharField(max_length=120, error_messages={"required": "Give the view a name."})
    query = forms.CharField(required=False, max_length=2_000)


def _choices(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)
