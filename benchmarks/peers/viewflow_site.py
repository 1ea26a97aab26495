"""The leave application as a Viewflow site, as its cookbook sets one up. Served as ``application``; as a program it makes
people and processes in the empty database ``VIEWFLOW_DATABASE_URL`` and prints JSON.
"""

import argparse
import json
import os
from typing import Any

import django
from django.conf import settings

from benchmarks.peers.urls import database_of

if not settings.configured:
    settings.configure(
        DATABASES={"default": database_of(os.environ["VIEWFLOW_DATABASE_URL"])},
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "viewflow",
            "viewflow.workflow",
            "benchmarks.peers.leave",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "viewflow.middleware.SiteMiddleware",
            "viewflow.middleware.HotwireTurboMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        SECRET_KEY=os.environ["SECRET_KEY"],
    )
    django.setup()

from django.core.wsgi import get_wsgi_application
from django.urls import path
from viewflow.contrib.auth import AuthViewset
from viewflow.urls import Site
from viewflow.workflow.flow import FlowAppViewset

from benchmarks.peers.leave.flows import Leave

site = Site(title="Leave", viewsets=[FlowAppViewset(Leave, icon="today")])
urlpatterns = [path("accounts/", AuthViewset(with_profile_view=False).urls), path("", site.urls)]
application = get_wsgi_application()

COPY = """
WITH made AS (
    INSERT INTO viewflow_process ({process}) SELECT {process} FROM viewflow_process, generate_series(1, %s) WHERE id = %s
    RETURNING id
)
INSERT INTO viewflow_task ({task}, process_id, owner_id)
SELECT {task_t}, made.id, CASE WHEN made.id %% 2 = 0 THEN %s WHEN made.id < %s THEN %s ELSE %s END
FROM made, viewflow_task t WHERE t.id = %s
"""


def prepare(processes: int) -> dict[str, Any]:
    """So many processes that wait for the manager, and the sessions of all users by name."""
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    names = ("manager", "hr", "heavy", "light", "other")
    users = {name: User.objects.get_or_create(username=name, is_superuser=True)[0] for name in names}
    tasks = []
    for _ in range(processes):
        process = Leave.start.run()
        task = process.task_set.get(flow_task=Leave.manager)
        tasks.append([process.pk, task.pk])
    return {"tasks": tasks, "sessions": {name: session_of(user) for name, user in users.items()}}


def grow(template: list[int], number: int, light: int) -> None:
    """Copies of a process and its task, made by SQL; every second one waits for ``heavy``, so many of the others for
    ``light``."""
    from django.contrib.auth.models import User
    from django.db import connection

    users = {user.username: user for user in User.objects.all()}
    with connection.cursor() as cursor:
        columns = {}
        for table, left_out in (("viewflow_process", {"id"}), ("viewflow_task", {"id", "process_id", "owner_id"})):
            cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
            columns[table] = [f'"{name}"' for (name,) in cursor.fetchall() if name not in left_out]
        sql = COPY.format(
            process=", ".join(columns["viewflow_process"]),
            task=", ".join(columns["viewflow_task"]),
            task_t=", ".join(f"t.{name}" for name in columns["viewflow_task"]),
        )
        cursor.execute("SELECT max(id) FROM viewflow_process")
        last = cursor.fetchone()[0]
        people = [users["heavy"].pk, last + 1 + 2 * light, users["light"].pk, users["other"].pk]
        cursor.execute(sql, [number, template[0], *people, template[1]])
        cursor.execute("VACUUM ANALYZE")


def session_of(user: Any) -> str:
    """The cookie of a browser in which the user has signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=100)
    arguments = parser.parse_args()
    print(json.dumps(prepare(arguments.processes)))
