"""What is really in the database and in the mailboxes of an installation, read past all its walls."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any, LiteralString
from urllib.parse import quote, urlencode

import psycopg

from config.embedded import places, roles
from tests.product import ROOT, Run


@dataclass
class Books:
    """Queries, and the mails by Message-ID as they were collected: the mail sink keeps only the newest."""

    run: Run
    mails: dict[str, str] = field(default_factory=dict)
    """File name -> Message-ID."""

    def url(self, role: roles.Role) -> str:
        account = places.account()
        home = places.cluster_home(self.run.data_dir, account)
        password = quote(roles.passwords(home / "passwords.json")[role], safe="")
        where = urlencode({"host": str(places.socket_directory(home, account))}, quote_via=quote)
        return f"postgresql://{role}:{password}@/{roles.DATABASE}?{where}"

    def rows(self, query: LiteralString, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url(roles.SUPERUSER), autocommit=True) as connection:
            return connection.execute(query, values).fetchall()

    def open_work(self) -> int:
        """Facts to be planned and messages to be sent."""
        ((count,),) = self.rows(
            """SELECT (SELECT count(*) FROM notifications_outboxevent WHERE state = 'new')
                    + (SELECT count(*) FROM notifications_delivery WHERE state IN ('planned', 'retry', 'leased'))"""
        )
        return int(count)

    def let_time_pass(self) -> None:
        """As if the leases of the killed had run out, and the pauses after failures: minutes that a test does not have."""
        with psycopg.connect(self.url(roles.SUPERUSER), autocommit=True) as connection:
            connection.execute(
                """UPDATE notifications_outboxevent SET lease_until = now()
                   WHERE state = 'new' AND lease_until > now() AND lease_until < now() + interval '10 s' - interval '3 s'"""
            )
            connection.execute(
                """UPDATE notifications_delivery SET next_at = now()
                   WHERE state = 'retry' AND next_at > now()
                      OR state = 'leased' AND next_at > now() AND next_at < now() + interval '120 s' - interval '3 s'"""
            )
            connection.execute("UPDATE notifications_mailtransport SET open_until = NULL")

    def collect_mails(self) -> None:
        for file in (self.run.data_dir / "mail").glob("*.eml"):
            if file.name not in self.mails:
                message = message_from_bytes(file.read_bytes(), policy=policy.default)
                self.mails[file.name] = str(message["Message-ID"]).strip()

    def times_mailed(self) -> Counter[str]:
        return Counter(self.mails.values())

    def verify_audit(self) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
            "DATABASE_URL": self.url(roles.APP),
            "SECRET_KEY_FILE": str(self.run.data_dir / "secret_key"),
            "COUNTERSIGN_DATA_DIR": str(self.run.data_dir),
            "CELERY_BROKER_URL": "memory://",
        }
        command = [sys.executable, "manage.py", "audit_verify"]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
