"""Pages of this app, below ``/flows/``."""

from django.urls import URLPattern

app_name = "flows"
urlpatterns: list[URLPattern] = []
