"""The floor of a REST decision: DRF, a verified JWT, one select and one insert; nothing of ours. Served as ``application``.

The environment names the database in ``FLOOR_DATABASE_URL``; ``prepare`` makes its tables.
"""

import os
from datetime import timedelta
from typing import Any, ClassVar

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.urls import path

from benchmarks.peers.urls import database_of

ROWS = 1_000
TABLES = """
CREATE TABLE floor_task (id bigint PRIMARY KEY, state text NOT NULL);
CREATE TABLE floor_log (id bigserial PRIMARY KEY, task_id bigint NOT NULL REFERENCES floor_task, note text NOT NULL);
INSERT INTO floor_task SELECT n, 'open' FROM generate_series(1, %s) n;
"""

if not settings.configured:
    settings.configure(
        DATABASES={"default": database_of(os.environ["FLOOR_DATABASE_URL"])},
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=[],
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        SECRET_KEY=os.environ["SECRET_KEY"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [
                "rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication"
            ],
            "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        },
    )
    django.setup()

from rest_framework import serializers  # noqa: E402 - needs the settings
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from rest_framework_simplejwt.tokens import AccessToken  # noqa: E402


class FloorTask(models.Model):
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    state = models.TextField()

    class Meta:
        app_label = "floor"
        db_table = "floor_task"


class FloorLog(models.Model):
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    task = models.ForeignKey(FloorTask, on_delete=models.CASCADE)
    note = models.TextField()

    class Meta:
        app_label = "floor"
        db_table = "floor_log"


class NoteBody(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=200)


class NoteView(APIView):
    def post(self, request: Request, task_id: int) -> Response:
        body = NoteBody(data=request.data)
        body.is_valid(raise_exception=True)
        task = FloorTask.objects.get(pk=task_id)
        log = FloorLog.objects.create(task=task, note=body.validated_data["note"])
        return Response({"id": log.pk, "task": task.pk, "state": task.state})


urlpatterns = [path("tasks/<int:task_id>/", NoteView.as_view())]
application = get_wsgi_application()


def prepare() -> str:
    """Make the tables; returns an access token."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [ROWS])
    token = AccessToken()
    token.set_exp(lifetime=timedelta(hours=2))
    token["user_id"] = "1"
    return str(token)


if __name__ == "__main__":
    print(prepare())
