"""The REST addresses of notifications, below ``/api/v1/``."""

from django.urls import path

from notifications.api.notices import NoticeListView, NoticeReadView, NoticesReadView, PreferencesView

urlpatterns = [
    path("notifications/", NoticeListView.as_view(), name="api-notifications"),
    path("notifications/read/", NoticesReadView.as_view(), name="api-notifications-read-all"),
    path("notifications/preferences/", PreferencesView.as_view(), name="api-notifications-preferences"),
    path("notifications/<uuid:notice_id>/read/", NoticeReadView.as_view(), name="api-notification-read"),
]
