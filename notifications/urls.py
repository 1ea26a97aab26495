"""The pages of notifications."""

from django.urls import path

from notifications.views.notices import (
    NoticeReadView,
    NoticesReadAllView,
    NoticesSeenView,
    NoticesView,
    PreferencesView,
)
from notifications.views.unsubscribe import UnsubscribeView

urlpatterns = [
    path("notifications/", NoticesView.as_view(), name="notifications"),
    path("notifications/read/", NoticesReadAllView.as_view(), name="notifications_read_all"),
    path("notifications/seen/", NoticesSeenView.as_view(), name="notifications_seen"),
    path("notifications/preferences/", PreferencesView.as_view(), name="notifications_preferences"),
    path("notifications/unsubscribe/<str:token>/", UnsubscribeView.as_view(), name="notifications_unsubscribe"),
    path("notifications/<uuid:notice_id>/read/", NoticeReadView.as_view(), name="notification_read"),
]
