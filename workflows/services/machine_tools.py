"""The world as automatic steps may reach it: secrets, files of the request, working time, other machines, databases."""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID, uuid4

import psycopg
from django.conf import settings
from django.core.files.storage import default_storage
from psycopg.rows import dict_row

from accounts.tenancy.scope import organisation_scope
from forms_builder.models import Attachment
from workflows.models import IncomingEvent, Secret
from workflows.nodes.base import AskedState, Chained, NodeFailure, Question
from workflows.nodes.egress import Answer, Call, EgressFailed, EgressRefused, Gate, send
from workflows.nodes.templating import secret_names, unsealed
from workflows.selectors.calendars import calendars_now
from workflows.services import link_asking
from workflows.services.chaining import run_chained
from workflows.services.secrets import SecretUnreadable, opened
from workflows.sla import CalendarError, PeriodError, due_at

HIDDEN: Final = "•••"
Write = Callable[[str, bool], str]
"""What stands in a call for the secret of that name, and whether the text begins with it."""


@dataclass
class RunTools:
    """The tools of one attempt. Each opens a scope of its own for as long as it reads; none is open while others answer."""

    organisation_id: UUID
    organisation_slug: str
    time_zone: str
    run_id: UUID
    task_id: UUID
    step: str
    round: int
    timeout: float
    data: Mapping[str, Any]
    seal: str = field(default_factory=lambda: uuid4().hex)

    def call(self, call: Call) -> Answer:
        """Speak HTTP with another machine; secrets are put in here, and taken out of whatever comes back."""
        secrets = self._secrets(self.secrets_in(call))
        filled = self._filled(call, secrets) if secrets else call
        try:
            answer = send(filled, Gate.of(settings.EGRESS_ALLOW), self.timeout)
        except EgressRefused as error:
            raise NodeFailure(hidden(str(error), secrets.values()), again=False) from None
        except EgressFailed as error:
            raise NodeFailure(str(error), unknown=error.sent, late=error.late) from None
        if secrets:
            answer = replace(answer, body=hidden(answer.body.decode("utf-8", "replace"), secrets.values()).encode())
        return answer

    def file(self, name: str) -> tuple[str, bytes]:
        """Name and content of the newest file of a form field. Raises NodeFailure."""
        ids = [str(one) for one in self.data.get(name) or ()]
        with organisation_scope(self.organisation_id):
            rows = Attachment.objects.filter(organisation_id=self.organisation_id, run_id=self.run_id, id__in=ids)
            row = rows.order_by("-created_at", "-id").first()
        if row is None:
            raise NodeFailure(f"There is no file in the field {name}.", again=False)
        try:
            with default_storage.open(row.key) as stored:
                return row.name, stored.read()
        except OSError as error:
            raise NodeFailure("The file cannot be read from the storage now.") from error

    def business_time(self, start: datetime, period: str) -> datetime:
        with organisation_scope(self.organisation_id):
            calendar = calendars_now(self.organisation_id).default
        if calendar is None:
            raise NodeFailure("The organisation has no working calendar.", again=False)
        try:
            return due_at(calendar, start, period)
        except (CalendarError, PeriodError) as error:
            raise NodeFailure(str(error), again=False) from error

    def zone(self) -> str:
        return self.time_zone

    def incoming(self) -> Any | None:
        with organisation_scope(self.organisation_id):
            rows = IncomingEvent.objects.filter(
                organisation_id=self.organisation_id, run_id=self.run_id, step=self.step, round=self.round
            )
            return rows.values_list("payload", flat=True).first()

    def asked(self, key: UUID) -> AskedState | None:
        with organisation_scope(self.organisation_id):
            return link_asking.asked(self.organisation_id, self.task_id, key)

    def ask(self, question: Question) -> AskedState:
        with organisation_scope(self.organisation_id):
            return link_asking.ask(self.organisation_id, self.task_id, question)

    def chained(self, key: UUID, workflow: str, data: Mapping[str, Any]) -> Chained:
        with organisation_scope(self.organisation_id):
            return run_chained(self.organisation_id, self.task_id, key, workflow, data)

    def secrets_in(self, call: Call) -> set[str]:
        """The names of the secrets that the call asks for."""
        texts = (call.url, *call.headers.values(), *_texts(call.body))
        return {name for text in texts for name in secret_names(text, self.seal)}

    def _filled(self, call: Call, secrets: Mapping[str, str]) -> Call:
        """The call with the secrets in it, each written as its place demands."""
        is_json = any("json" in value for name, value in call.headers.items() if name.lower() == "content-type")

        def in_url(name: str, begins: bool) -> str:
            return secrets[name] if begins else quote(secrets[name], safe="")

        def in_header(name: str, _: bool) -> str:
            return secrets[name]

        def in_body(name: str, _: bool) -> str:
            return _in_json(secrets[name]) if is_json else secrets[name]

        return self.written(call, in_url, in_header, in_body)

    def written(self, call: Call, in_url: Write, in_header: Write, in_body: Write) -> Call:
        """The call with something in the place of its secrets."""
        headers = {name: unsealed(value, self.seal, in_header) for name, value in call.headers.items()}
        body = b"".join(unsealed(text, self.seal, in_body).encode() for text in _texts(call.body)) or call.body
        return replace(call, url=unsealed(call.url, self.seal, in_url), headers=headers, body=body)

    def _secrets(self, names: set[str]) -> dict[str, str]:
        """The values of the named secrets: from the organisation's table, else from the environment. Raises NodeFailure."""
        if not names:
            return {}
        with organisation_scope(self.organisation_id):
            rows = Secret.objects.filter(organisation_id=self.organisation_id, name__in=names)
            sealed = dict(rows.values_list("name", "sealed"))
        found: dict[str, str] = {}
        for name in sorted(names):
            try:
                value = opened(bytes(sealed[name])) if name in sealed else self._from_environment(name)
            except SecretUnreadable as error:
                raise NodeFailure(f"The secret {name} cannot be read: {error}", again=False) from error
            if value is None:
                raise NodeFailure(f"There is no secret called {name}.", again=False)
            found[name] = value
        return found

    def _from_environment(self, name: str) -> str | None:
        """`COUNTERSIGN_SECRET_<ORGANISATION>__<NAME>`. A name has no `__` of its own: with it the secret of one organisation
        could be spelled as that of another."""
        if "__" in name:
            return None
        slug = re.sub(r"[^A-Z0-9]", "_", self.organisation_slug.upper())
        return os.environ.get(f"COUNTERSIGN_SECRET_{slug}__{name.upper()}")

    def rows(self, connection: str, sql: str, values: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
        """The rows of one reading statement. Raises NodeFailure."""
        found = settings.NODES_SQL_CONNECTIONS.get(connection)
        if found is None or self.organisation_slug not in found.get("organisations", ()):
            raise NodeFailure(f"There is no database connection {connection} for this organisation.", again=False)
        try:
            return read_rows(str(found["dsn"]), sql, values, most, self.timeout)
        except psycopg.errors.QueryCanceled as error:
            raise NodeFailure("The query took too long.", late=True) from error
        except (psycopg.errors.ConnectionTimeout, psycopg.errors.OperationalError) as error:
            raise NodeFailure("The database cannot be reached.") from error
        except psycopg.Error as error:
            said = error.diag.message_primary or type(error).__name__
            raise NodeFailure(f"The database refuses the query: {said}"[:300], again=False) from error


def read_rows(dsn: str, sql: str, values: Mapping[str, Any], most: int, seconds: float) -> list[dict[str, Any]]:
    """By a cursor on the server's side, which takes one statement that reads and no other, in a transaction that cannot
    write. Raises psycopg.Error, NodeFailure."""
    options = f"-c default_transaction_read_only=on -c statement_timeout={int(seconds * 1000)} -c lock_timeout=2000"
    with psycopg.connect(dsn, connect_timeout=5, options=options, row_factory=dict_row) as link:
        link.read_only = True
        role = link.execute("SELECT rolsuper OR rolbypassrls AS mighty FROM pg_roles WHERE rolname = current_user")
        if (role.fetchone() or {"mighty": True})["mighty"]:
            raise NodeFailure("The connection's role may do too much; it must be one that only reads.", again=False)
        with link.cursor(name="step") as cursor:
            cursor.execute(sql, dict(values))  # the tenant's own statement, on a reading role
            return [dict(row) for row in cursor.fetchmany(most)]


def _texts(body: bytes) -> list[str]:
    try:
        return [body.decode()] if body else []
    except UnicodeDecodeError:
        return []


def _in_json(secret: str) -> str:
    return json.dumps(secret)[1:-1]


def hidden(text: str, values: Any) -> str:
    """The text without the secrets that somebody may have sent back, in each of the ways in which they may have been sent."""
    for value in values:
        if len(value) > 3:
            for one in (value, quote(value, safe=""), _in_json(value)):
                text = text.replace(one, HIDDEN)
    return text
