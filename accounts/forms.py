"""What people type into the pages of accounts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.forms.fields import InvalidJSONInput

from accounts.models.organisations import slug_is_dns_label
from accounts.tenancy.parts import strict_json

MAX_PASSWORD = 1024


class StrictJSONField(forms.JSONField):
    """JSON as REST takes it; Django's own field refuses wrong syntax only, and the database fails at the rest."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value and not self.disabled:
            try:
                strict_json(value.encode(errors="surrogatepass"))
            except ValueError as error:
                raise forms.ValidationError(f"This is not acceptable JSON: {error}.", code="invalid") from error
        return super().to_python(value)

    def clean(self, value: Any) -> Any:
        """What was cleared is what a new row begins with: the columns take no NULL."""
        found = super().clean(value)
        return self.initial() if found is None and callable(self.initial) else found

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was refused is shown as it was typed."""
        try:
            self.to_python(data)
        except forms.ValidationError:
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)


class OrganisationForm(forms.Form):
    """The front door: which organisation."""

    organisation = forms.CharField(
        max_length=63,
        help_text="The first part of your organisation's address.",
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autocapitalize": "none", "autofocus": True}),
    )

    def clean_organisation(self) -> str:
        slug = str(self.cleaned_data["organisation"]).lower()
        slug_is_dns_label(slug)
        return slug


class LoginForm(forms.Form):
    email = forms.CharField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        max_length=MAX_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordLinkForm(forms.Form):
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )


class OwnPasswordForm(PasswordChangeForm):
    """One form among others of the profile, so it does not take the focus when the page opens."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus", None)

    def clean_old_password(self) -> str:
        """The service judges it, which counts wrong ones."""
        return str(self.cleaned_data["old_password"])


class StepInForm(forms.Form):
    """Why a platform admin enters an organisation, and whether only to look."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The organisation's own admins can read it in their audit.",
    )
    may_write = forms.BooleanField(required=False, label="I need to change something; otherwise I only look")


class AbsenceForm(forms.Form):
    """Being away. ``substitute`` is an id from a list, or in a large organisation an address or a whole name."""

    starts_on = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label="Until", help_text="The last day away.", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    substitute = forms.CharField(
        required=False, max_length=254, help_text="They are asked, and stand in once they have accepted."
    )
    scope = forms.MultipleChoiceField(
        required=False,
        label="Only for",
        widget=forms.CheckboxSelectMultiple,
        help_text="Nothing ticked: for everything.",
    )

    def __init__(
        self, *args: Any, people: Sequence[tuple[str, str]] = (), scopes: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        scope: Any = self.fields["scope"]
        scope.choices = list(scopes.items())
        if not scopes:
            del self.fields["scope"]
        substitute = self.fields["substitute"]
        if people:
            substitute.widget = forms.Select(choices=[("", "Nobody"), *people])
        else:
            substitute.widget = forms.TextInput(
                attrs={"placeholder": "E-mail address or whole name", "autocomplete": "off"}
            )
