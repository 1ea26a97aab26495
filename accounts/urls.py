"""The pages of accounts."""

from django.urls import path

from accounts.views.absences import AbsencesView, AbsenceView
from accounts.views.login import LoginView, LogoutView
from accounts.views.organisations import OrganisationEnterView, OrganisationsView
from accounts.views.passwords import (
    PasswordResetCompleteView,
    PasswordResetConfirmView,
    PasswordResetDoneView,
    PasswordResetView,
)
from accounts.views.profile import ProfileView

urlpatterns = [
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/reset/", PasswordResetView.as_view(), name="password_reset"),
    path("password/reset/sent/", PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("password/reset/done/", PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("password/set/<uidb64>/<token>/", PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("profile/", ProfileView.as_view(), name="profile"),
    path("profile/absences/", AbsencesView.as_view(), name="absences"),
    path("profile/absences/<uuid:absence_id>/", AbsenceView.as_view(), name="absence"),
    path("organisations/", OrganisationsView.as_view(), name="organisations"),
    path("organisations/enter/", OrganisationEnterView.as_view(), name="organisation_enter"),
]
