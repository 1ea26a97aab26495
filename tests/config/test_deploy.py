"""What `deploy/` says of the code: read, since an image is only built where there is an engine."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.conf import settings

from config.celery import app as celery
from config.embedded.options import Options, child_environment
from config.env import Environment

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
ENTRYPOINT = (ROOT / "deploy/entrypoint").read_text()
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
OURS = ("migrate", "web", "worker", "beat")


def kept_files() -> list[str]:
    """What `.dockerignore` leaves of the repository: nothing but what it names."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert lines[0] == "**"
    named = [line[1:] for line in lines if line.startswith("!")]
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [file for file in files if any(file == name or file.startswith(f"{name}/") for name in named)]


def copied(stage: str) -> set[str]:
    """The names that a stage copies out of the repository."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", stage, re.MULTILINE)
    return {name.removeprefix("./").rstrip("/") for line in lines for name in line.split()[:-1]}


def stages() -> list[str]:
    return DOCKERFILE.split("\nFROM ")[1:]


def documented() -> set[str]:
    return set(re.findall(r"^# ([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def test_whatever_the_image_copies_is_sent_to_the_build() -> None:
    kept = kept_files()
    names = set().union(*map(copied, stages()))
    assert [name for name in names if not any(file == name or file.startswith(f"{name}/") for file in kept)] == []


def test_the_image_holds_every_app() -> None:
    rooms = {
        Path(one.path).relative_to(ROOT).parts[0] for one in apps.get_app_configs() if ROOT in Path(one.path).parents
    }
    rooms -= {".venv"}
    final = stages()[-1]
    compiled = re.search(r"compileall -q (.*)", final)
    assert compiled
    assert {"accounts", "flows", "config"} <= rooms <= copied(final)
    assert set(compiled[1].split()) == rooms


def test_the_front_end_is_built_from_all_that_it_looks_at() -> None:
    places = re.search(r"PLACES = \[(.*?)\]", (ROOT / "static/build/sources.ts").read_text(), re.DOTALL)
    assert places
    firsts = {pattern.split("/")[0] for pattern in re.findall(r'"([^"]+)"', places[1])}
    rooms = {name for first in firsts for name in first.strip("{}").split(",")}
    assert {"templates", "forms_builder", "flows"} <= rooms <= copied(stages()[0])


def test_containers_are_given_commands_that_there_are() -> None:
    roles = set(re.findall(r"^    (\w+)\)$", ENTRYPOINT, re.MULTILINE))
    assert roles == set(OURS)
    assert {name: COMPOSE["services"][name]["command"] for name in OURS} == {name: [name] for name in OURS}
    queues = re.search(r"QUEUES:-([\w,]+)", ENTRYPOINT)
    assert queues
    assert set(queues[1].split(",")) == {queue.name for queue in celery.conf.task_queues}


def test_containers_are_given_variables_that_are_read() -> None:
    given = {name for one in OURS for name in COMPOSE["services"][one]["environment"]}
    documents: list[Any] = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/countersign.yaml").read_text()))
    given |= set(next(one for one in documents if one["kind"] == "ConfigMap")["data"])
    assert given - documented() == set()


def test_only_the_migration_is_told_the_owners_password() -> None:
    told = [name for name, one in COMPOSE["services"].items() if "DATABASE_OWNER_URL" in one.get("environment", {})]
    assert told == ["migrate"]


def test_no_process_of_a_run_is_told_the_owners_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@server/countersign")
    monkeypatch.setenv("DATABASE_OWNER_URL_FILE", "/run/secrets/owner")
    options = Options.read(Environment({"COUNTERSIGN_DATA_DIR": str(settings.DATA_DIR)}))
    environment = child_environment(options, None, None)
    # Empty, so that a process that reads `.env` does not find it there.
    assert (environment["DATABASE_OWNER_URL"], environment["DATABASE_OWNER_URL_FILE"]) == ("", "")
