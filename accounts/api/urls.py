"""The REST addresses of accounts, below ``/api/v1/``."""

from django.urls import path

from accounts.api.people import MeView, UserListView
from accounts.api.tokens import TokenRefreshView, TokenRevokeView, TokenView

urlpatterns = [
    path("auth/token/", TokenView.as_view(), name="api-token"),
    path("auth/token/refresh/", TokenRefreshView.as_view(), name="api-token-refresh"),
    path("auth/token/revoke/", TokenRevokeView.as_view(), name="api-token-revoke"),
    path("me/", MeView.as_view(), name="api-me"),
    path("users/", UserListView.as_view(), name="api-users"),
]
