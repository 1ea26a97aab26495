"""The REST addresses of accounts, below ``/api/v1/``."""

from django.urls import path

from accounts.api.absences import (
    AbsenceAcceptView,
    AbsenceDeclineView,
    AbsenceEndView,
    AbsenceListView,
    AbsenceScopesView,
    AbsenceSubstituteView,
)
from accounts.api.calendars import CalendarListView, CalendarView, HolidayListView, HolidayView
from accounts.api.people import MeView, UserListView
from accounts.api.tokens import TokenRefreshView, TokenRevokeView, TokenView

urlpatterns = [
    path("auth/token/", TokenView.as_view(), name="api-token"),
    path("auth/token/refresh/", TokenRefreshView.as_view(), name="api-token-refresh"),
    path("auth/token/revoke/", TokenRevokeView.as_view(), name="api-token-revoke"),
    path("me/", MeView.as_view(), name="api-me"),
    path("absences/", AbsenceListView.as_view(), name="api-absences"),
    path("absences/scopes/", AbsenceScopesView.as_view(), name="api-absence-scopes"),
    path("absences/<uuid:absence_id>/accept/", AbsenceAcceptView.as_view(), name="api-absence-accept"),
    path("absences/<uuid:absence_id>/decline/", AbsenceDeclineView.as_view(), name="api-absence-decline"),
    path("absences/<uuid:absence_id>/end/", AbsenceEndView.as_view(), name="api-absence-end"),
    path("absences/<uuid:absence_id>/substitute/", AbsenceSubstituteView.as_view(), name="api-absence-substitute"),
    path("calendars/", CalendarListView.as_view(), name="api-calendars"),
    path("calendars/<uuid:calendar_id>/", CalendarView.as_view(), name="api-calendar"),
    path("calendars/<uuid:calendar_id>/holidays/", HolidayListView.as_view(), name="api-calendar-holidays"),
    path(
        "calendars/<uuid:calendar_id>/holidays/<uuid:holiday_id>/", HolidayView.as_view(), name="api-calendar-holiday"
    ),
    path("users/", UserListView.as_view(), name="api-users"),
]
