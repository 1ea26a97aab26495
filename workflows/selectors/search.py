"""Full-text search over the requests that a person may see, and the workflows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import QuerySet

from accounts.models import Membership
from workflows.models import WorkflowRun
from workflows.selectors.inbox import MAX_DIGITS, InboxRow, rows_with_open_tasks, run_columns, shaped
from workflows.selectors.landing import LandingRow, landing_with
from workflows.selectors.paging import Cursor, Order, Page, page_of
from workflows.selectors.runs import visible_list, visible_to

NEWEST: Final = Order("at", "key")
CONFIG: Final = "simple"
"""Names of people and workflows are no language: words are only folded to lower case."""
MAX_WORDS: Final = 8
FEW: Final = 1_000
"""Requests of the organisation with the words, up to which each is looked at."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought."""

    workflows: Sequence[LandingRow]
    page: Page[InboxRow]


def search(actor: Membership, q: str, cursor: Cursor | None = None) -> Found:
    """Requests by number, or by words of title, workflow and requester (the last one may be unfinished), newest first.

    Only what the person may see is looked at, so there is nothing to count or to guess beyond it.
    """
    text = q.strip()
    if not text:
        return Found((), Page())
    rows = shaped(_matching(actor, text), run_columns(""), key="id", at="started_at")
    found = list(NEWEST.window(rows, cursor))
    page = page_of(found, cursor, lambda rows: rows_with_open_tasks(actor, rows), NEWEST)
    return Found(() if cursor is not None else landing_with(actor, text.split()[:MAX_WORDS]), page)


def _matching(actor: Membership, text: str) -> QuerySet[WorkflowRun]:
    """Few requests are looked at one by one. Of words that many have, the person's own are read from the newest on: those
    that have them come soon."""
    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS:
        return visible_to(actor).filter(number=int(number))
    query = query_of(text)
    if not query:
        return WorkflowRun.objects.none()
    if (few := _few_with(query)) is not None:
        return visible_to(actor).filter(id__in=few)
    raw = SearchQuery(query, config=CONFIG, search_type="raw")
    return visible_list(actor).annotate(words=SearchVector("title", config=CONFIG)).filter(words=raw)


def _few_with(query: str) -> list[UUID] | None:
    """The organisation's requests with the words, whoever may see them; None where they are many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workflows_with_words(to_tsquery(%s, %s), %s)", [CONFIG, query, FEW + 1])
        found = [row[0] for row in cursor.fetchall()]
    return None if None in found or len(found) > FEW else found


def query_of(text: str) -> str:
    """All words; the last one as the beginning of a word. Nothing that is typed is an operator."""
    words = ["".join(ch if ch.isalnum() else " " for ch in word).split() for word in text.split()]
    flat = [part for some in words for part in some][:MAX_WORDS]
    return " & ".join([*flat[:-1], f"{flat[-1]}:*"]) if flat else ""
