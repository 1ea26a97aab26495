"""The same code on servers of one's own: `.ci/run servers` brings PostgreSQL, Redis and a bucket by environment."""

from __future__ import annotations

import os
import threading
import urllib.request
from typing import Any

import boto3
import pytest
from celery.contrib.testing.worker import start_worker
from django.core.files.base import ContentFile
from django.db import connection

from config.broker import broker_url, transport_options
from config.celery import WakeUps
from config.checks import check_database_role
from config.settings.base import _S3

PATIENCE = 20.0


def round_trip(url: str) -> None:
    """Send a wake-up and wait until a worker of our configuration has it."""
    woken = threading.Event()
    celery = WakeUps("round-trip", set_as_current=False)
    address, options = broker_url(url), transport_options(url)
    celery.conf.update(
        broker_read_url=address,
        broker_write_url=address,
        broker_transport_options=options,
        task_default_queue="round_trip",
        task_acks_late=True,
        worker_enable_remote_control=False,
    )
    celery.task(name="wake", shared=False)(woken.set)
    celery.send_task("wake")
    with start_worker(celery, pool="solo", perform_ping_check=False, shutdown_timeout=PATIENCE):
        assert woken.wait(PATIENCE)


def test_wake_ups_pass_through_the_embedded_queue(queue_conninfo: str) -> None:
    from config.embedded.prepare import install_queue

    install_queue(queue_conninfo)
    round_trip("pgmq" + queue_conninfo.removeprefix("postgresql"))


@pytest.mark.realredis
def test_wake_ups_pass_through_redis() -> None:
    assert os.environ["CELERY_BROKER_URL"].startswith("redis://")
    round_trip(os.environ["CELERY_BROKER_URL"])


@pytest.mark.realpg
@pytest.mark.django_db
def test_the_application_cannot_step_over_row_level_security() -> None:
    assert check_database_role(databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int >= 150000, has_schema_privilege('public', 'CREATE')"
        )
        assert cursor.fetchone() == (True, False)


@pytest.mark.s3
def test_files_go_to_the_bucket_and_are_fetched_by_short_lived_addresses() -> None:
    from storages.backends.s3 import S3Storage

    options: dict[str, Any] = dict(_S3)
    client = boto3.client(
        "s3",
        endpoint_url=options["endpoint_url"],
        aws_access_key_id="ci",
        aws_secret_access_key="ci-secret",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket=options["bucket_name"])
    storage = S3Storage(**options)
    name = storage.save("a/file.txt", ContentFile(b"what was stored"))
    address = storage.url(name)
    assert "X-Amz-Expires=60" in address
    with urllib.request.urlopen(address, timeout=5) as answer:
        assert answer.read() == b"what was stored"
    storage.delete(name)
    assert not storage.exists(name)
