"""What the pages of imports post."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms

MAX_REASON: Final = 4_000


class ImportForm(forms.Form):
    """A file and what it holds; the reason is for files of flows, which go past the approvals."""

    kind = forms.ChoiceField(
        label="What does it hold?",
        widget=forms.RadioSelect,
        error_messages={"required": "Say what the file holds.", "invalid_choice": "Say what the file holds."},
    )
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text="CSV, or XLSX with one sheet; at most 20 MB and 100,000 rows. The first row names the columns.",
        error_messages={"required": "Choose a file."},
    )
    reason = forms.CharField(
        label="Why can this not wait for the approvers?",
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For logical and physical flows. It is recorded with your name and shown in the history of each flow.",
    )

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, str]], with_reason: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = self.fields["kind"]
        if isinstance(choices, forms.ChoiceField):
            choices.choices = list(kinds)
        if not with_reason:
            del self.fields["reason"]


class ApplyForm(forms.Form):
    """``skip_errors``: leave the wrong rows out and apply the others."""

    skip_errors = forms.BooleanField(required=False)
