"""The REST addresses, below ``/api/v1/``: one line per app, then the description of all of them."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from config.api_docs import ApiDocsView

urlpatterns: list[URLPattern | URLResolver] = [
    # First what is asked for most: addresses are tried one after the other.
    path("", include("workflows.api.urls")),
    path("", include("accounts.api.urls")),
    path("flows/", include("flows.api.urls")),
    path("", include("notifications.api.urls")),
    path("schema/", SpectacularAPIView.as_view(authentication_classes=()), name="api-schema"),
    path("docs/", ApiDocsView.as_view(), name="api-docs"),
]
