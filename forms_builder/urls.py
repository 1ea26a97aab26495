"""Pages of this app."""

from django.urls import path

from forms_builder.views import attachments

urlpatterns = [
    path("attachments/<uuid:attachment_id>/", attachments.attachment, name="attachment"),
]
