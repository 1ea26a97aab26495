"""What `run` is told by the environment, and the environment it gives to the processes it starts."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from config.embedded import roles
from config.embedded.postgres import EmbeddedPostgres
from config.env import Environment, ImproperEnvironment

ROOT = Path(__file__).resolve().parents[2]
MARK = "COUNTERSIGN_RUN"
"""Variable in the environment of every process of a run: its data directory. What a killed run left is found by it."""

OWNER_NAMES = ("DATABASE_OWNER_URL", "DATABASE_OWNER_URL_FILE")


@dataclass(frozen=True)
class Options:
    """Everything that can be chosen about a run; `.env.example` documents the variables."""

    data_dir: Path
    host: str
    port: int
    web_workers: int
    web_threads: int
    worker_processes: int
    demo: bool
    demo_password: str
    own_database: bool
    own_broker: bool
    own_mail: bool
    postgres_port: int | None
    postgres_user: str
    postgres_settings: dict[str, str]

    @classmethod
    def read(cls, env: Environment) -> Options:
        """Raises ImproperEnvironment naming the variable that is wrong."""
        own_database = not _given(env, "DATABASE_URL")
        postgres_port = env.integer("COUNTERSIGN_PG_PORT", 0, low=0, high=65535)
        return cls(
            data_dir=env.path("COUNTERSIGN_DATA_DIR", ROOT / ".local"),
            host=env.text("COUNTERSIGN_HOST", "127.0.0.1"),
            port=env.integer("COUNTERSIGN_PORT", 8000, low=1, high=65535),
            web_workers=env.integer("COUNTERSIGN_WEB_WORKERS", 2, low=1, high=64),
            web_threads=env.integer("COUNTERSIGN_WEB_THREADS", 4, low=1, high=64),
            worker_processes=env.integer("COUNTERSIGN_WORKER_PROCESSES", 2, low=1, high=64),
            demo=env.flag("COUNTERSIGN_DEMO", own_database),
            demo_password=env.secret("COUNTERSIGN_DEMO_PASSWORD", "countersign-demo"),
            own_database=own_database,
            own_broker=not _given(env, "CELERY_BROKER_URL"),
            own_mail=not _given(env, "SMTP_HOST"),
            postgres_port=postgres_port or None,
            postgres_user=env.text("COUNTERSIGN_PG_USER", "nobody"),
            postgres_settings=_pairs(env, "COUNTERSIGN_PG_SETTINGS"),
        )

    @property
    def url(self) -> str:
        """Where this machine reaches the web server."""
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else self.host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}"

    @property
    def probe_url(self) -> str:
        host = "127.0.0.1" if self.host == "0.0.0.0" else f"[{self.host}]" if ":" in self.host else self.host  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @property
    def mail_dir(self) -> Path:
        return self.data_dir / "mail"


def child_environment(options: Options, server: EmbeddedPostgres | None, mail_port: int | None) -> dict[str, str]:
    """The environment of web, worker and beat. The owner's URL is not in it: only migrations get that."""
    chosen = {
        MARK: str(options.data_dir),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.base"),
        "COUNTERSIGN_DATA_DIR": str(options.data_dir),
        "COUNTERSIGN_DEMO": str(options.demo),
        "COUNTERSIGN_DEMO_PASSWORD": options.demo_password,
        "PROMETHEUS_MULTIPROC_DIR": str(options.data_dir / "metrics"),
        "PYTHONUNBUFFERED": "1",
    }
    if server is not None:
        chosen["DATABASE_URL"] = server.url(roles.APP)
        if options.own_broker:
            chosen["CELERY_BROKER_URL"] = "pgmq" + server.url(roles.BROKER, roles.BROKER_DATABASE).removeprefix(
                "postgresql"
            )
    if mail_port is not None:
        chosen |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(mail_port)}
    # Empty, not missing: each process reads `.env` too, and what is there already stays.
    inherited = {**os.environ, **dict.fromkeys(OWNER_NAMES, "")}
    inherited.setdefault("COUNTERSIGN_BASE_URL", f"http://{{host}}:{options.port}")
    if not inherited.get("SECRET_KEY") and not inherited.get("SECRET_KEY_FILE"):
        inherited["SECRET_KEY_FILE"] = str(generated_secret(options.data_dir / "secret_key"))
    return inherited | chosen


def with_owner(environment: dict[str, str], server: EmbeddedPostgres | None) -> dict[str, str]:
    """The same with the owner's URL, which migrations need."""
    if server is not None:
        return {**environment, "DATABASE_OWNER_URL": server.url(roles.OWNER)}
    return {**environment, **{name: os.environ[name] for name in OWNER_NAMES if name in os.environ}}


def generated_secret(file: Path) -> Path:
    """A file (mode 0600) with a random secret, made on first use."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(64))
        part.rename(file)
    return file


def _given(env: Environment, name: str) -> bool:
    return bool(env.text(name, "") or env.text(f"{name}_FILE", ""))


def _pairs(env: Environment, name: str) -> dict[str, str]:
    """`a=b,c=d` as a dictionary."""
    pairs: dict[str, str] = {}
    for item in env.items(name, ()):
        key, equals, value = item.partition("=")
        if not equals:
            raise ImproperEnvironment(name, f"has the item {item!r}; expected name=value,name=value")
        pairs[key.strip()] = value.strip()
    return pairs
