"""What people type into the pages of accounts."""

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.models.organisations import slug_is_dns_label

MAX_PASSWORD = 1024


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


class NewPasswordForm(forms.Form):
    """A new password, twice, judged by the validators of the settings."""

    new_password1 = forms.CharField(
        label="New password",
        max_length=MAX_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validation.password_validators_help_text_html(),
    )
    new_password2 = forms.CharField(
        label="New password again",
        max_length=MAX_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: object = None, *, user: User) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request holds
        self.user = user

    def clean_new_password2(self) -> str:
        first, second = self.cleaned_data.get("new_password1"), str(self.cleaned_data["new_password2"])
        if first is not None and first != second:
            raise ValidationError("The two passwords differ.")
        password_validation.validate_password(second, self.user)
        return second


class PasswordChangeForm(NewPasswordForm):
    old_password = forms.CharField(
        label="Current password",
        max_length=MAX_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old_password", "new_password1", "new_password2")
