"""Every address of the product."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config.embedded import mail_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api_urls")),
    # First what is asked for most: addresses are tried one after the other.
    path("", include("workflows.urls")),
    path("", include("accounts.urls")),
    path("", include("forms_builder.urls")),
    path("flows/", include("flows.urls")),
    path("", include("notifications.urls")),
]
if settings.DEMO:
    urlpatterns += mail_page.urlpatterns

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
