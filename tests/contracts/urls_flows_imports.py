"""Imports of the catalogue, and the loader of the administration."""

from typing import Any

from tests.contracts.url_table import Line

START = "admin/flows/backfill/start/"
LINES: list[Line] = [Line(START, "post", holder="tess", without="asha")]
ADMIN_ROWS: dict[str, Any] = {}
