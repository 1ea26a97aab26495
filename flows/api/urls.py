"""The REST addresses of flows, below ``/api/v1/flows/``."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
