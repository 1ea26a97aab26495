"""Decisions by links in the same moment, with real commits: exactly one counts, and the other is told so."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import AuditEntry, MembershipRole
from tests.cast import Acme, make_acme
from tests.concurrency.racing import at_once, together
from tests.factories.accounts import give_role
from tests.factories.machines import publish_node, task_at, work
from tests.factories.outside import CLIENT, link_row, offer_document, press
from tests.factories.workflows import decide, open_task, publish, run_of, start_leave
from tests.scenarios.pages import said
from tests.scenarios.rest import Rest
from tests.workflows.test_approval_links import READING, ask, graph_of
from workflows.library import library_item
from workflows.mail_links import MailLink
from workflows.models import DecisionLink, Task, TransitionLog, WorkflowDefinition
from workflows.selectors.links import link_path
from workflows.services.link_codes import key_for_mail
from workflows.services.link_sweep import links_sweep
from workflows.services.runs import run_start

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]
ROUNDS, SOME = 50, 20
OTHER = "joe@client.example"
WITHDRAWN = "This link was withdrawn. Nothing is left for you to do."


@pytest.fixture
def acme(committed_db: None) -> Acme:
    return make_acme()


def page_of(acme: Acme, link: DecisionLink) -> str:
    """The page of a link, by a key as a mail brings one. Needs the scope."""
    return link_path(key_for_mail(acme.organisation.id, link.id))


def pages_of(acme: Acme, run_id: UUID) -> list[str]:
    """The pages of the links of a run. Needs the scope."""
    return [page_of(acme, link) for link in DecisionLink.objects.filter(run_id=run_id, outcome="").order_by("address")]


def offers(acme: Acme, **outside: Any) -> Callable[[], UUID]:
    """Starts an offer that people outside decide. Needs the scope."""
    definition: WorkflowDefinition = publish(offer_document(**outside), acme.omar)
    data = {"scope": "Bridge", "client_mail": CLIENT, "margin": 4711}
    return lambda: run_start(definition_id=definition.id, actor=acme.asha, data=data).run_id


def won(answers: Sequence[Any], late: int = 409) -> tuple[int, str]:
    """Which of two has won, and the words that the other one reads."""
    codes = [answer.status_code for answer in answers]
    assert sorted(codes) == [200, late], [(answer.status_code, said(answer)) for answer in answers]
    return codes.index(200), said(answers[codes.index(late)])


def check(run_id: UUID, step: str, outcome: str) -> None:
    """The step was left once, and history and audit say so. Needs the scope."""
    run = run_of(run_id)
    assert run.outcome == outcome
    log = TransitionLog.objects.filter(run=run).order_by("seq")
    assert list(log.values_list("seq", flat=True)) == list(range(1, run.version_no + 1))
    assert log.filter(kind="moved", from_step=step).count() == 1
    told = AuditEntry.objects.filter(payload__run_id=str(run_id))
    assert (told.filter(kind="run.completed").count(), told.filter(kind="link.decided").count() <= 1) == (1, True)
    assert not Task.objects.filter(run=run, state="waiting").exists()


def test_two_mailboxes_outside_press_at_once(acme: Acme) -> None:
    with acme.scope():
        start = offers(acme, addresses=[OTHER])
    for _ in range(ROUNDS):
        with acme.scope():
            run_id = start()
            one, other = pages_of(acme, run_id)
        answers = together(partial(press, one, "Accept"), partial(press, other, "Reject", comment="Too dear"))
        winner, words = won(answers)
        assert "This request is no longer open. It was decided at" in words
        with acme.scope():
            check(run_id, "client", ("Accepted", "Rejected")[winner])
            ends = DecisionLink.objects.filter(run_id=run_id).values_list("outcome", flat=True)
            assert sorted(ends) == ["decided", "other"]


def test_the_same_link_is_pressed_twice(acme: Acme) -> None:
    with acme.scope():
        start = offers(acme)
    for _ in range(SOME):
        with acme.scope():
            run_id = start()
            [page] = pages_of(acme, run_id)
        _, words = won(together(*[partial(press, page, "Accept")] * 2))
        assert "You decided “Accept” at" in words
        with acme.scope():
            check(run_id, "client", "Accepted")


def test_two_of_a_team_press_the_links_of_their_mails(acme: Acme) -> None:
    document = library_item("leave_application").to_json()
    for step in document["graph"]["steps"]:
        if step["key"] == "hr_review":
            step["assignee"]["by_mail"] = "link"
    with acme.scope():
        leave = publish(document, acme.omar)
    hari = Rest(acme.hari)
    for number in range(ROUNDS):
        with acme.scope():
            run_id = start_leave(leave, acme.asha).run_id
            decide(run_id, acme.ravi, "HR review")
            task = open_task(run_id)
        hema, his = (MailLink(acme.organisation.id, one.id, task.id, 1).path for one in (acme.hema, acme.hari))
        by_hema = partial(Client().post, hema, {"transition": "Approved"})
        by_hari = partial(Client().post, his, {"transition": "Rejected"})
        if number % 2:  # the other one in the product
            by_hari = partial(hari.try_complete, {"id": task.id, "version": 1}, "Rejected")
        winner, words = won(together(by_hema, by_hari))
        name, outcome = (("Hema", "Approved"), ("Hari", "Rejected"))[winner]
        assert name in words
        assert outcome in words
        with acme.scope():
            check(run_id, "hr_review", outcome)


def test_two_signatories_press_and_the_machine_takes_one_word(acme: Acme) -> None:
    with acme.scope():
        role = give_role(acme.hema, "Signatory")
        MembershipRole.objects.create(organisation=acme.organisation, membership=acme.hari, role=role)
        node = ask({"role": "Signatory"})
        form = {"schema_version": 1, "fields": READING}
        definition = publish_node(acme.omar, node, graph=graph_of(node), form=form)
    for _ in range(ROUNDS):
        with acme.scope():
            run_id = run_start(definition_id=definition.id, actor=acme.asha, data={"reason": "x", "total": 1}).run_id
        with acme.scope():
            work(acme.organisation.id)
            pages = pages_of(acme, run_id)
        answers = together(*(partial(press, page, way) for page, way in zip(pages, ("Approve", "Refuse"), strict=True)))
        winner, words = won(answers)
        assert "This request is no longer open. It was decided at" in words
        with acme.scope():
            work(acme.organisation.id)
            assert task_at(run_id, "auto").transition == ("Approve", "Refuse")[winner]
            assert run_of(run_id).context["word"]["decision"] == ("Approve", "Refuse")[winner]
            assert TransitionLog.objects.filter(run_id=run_id, kind="link_decided").count() == 1


def test_a_link_is_withdrawn_while_it_is_pressed(acme: Acme) -> None:
    with acme.scope():
        start = offers(acme)
    asha = Rest(acme.asha)
    for _ in range(SOME):
        with acme.scope():
            run_id = start()
            link = link_row(run_id)
            page = page_of(acme, link)
        answers = together(partial(press, page, "Accept"), partial(asha.post, f"decision-links/{link.id}/revoke/"))
        winner, words = won(answers)
        assert (WITHDRAWN if winner else "This link decides nothing any more.") in words
        with acme.scope():
            assert link_row(run_id).outcome == ("decided", "revoked")[winner]
            assert run_of(run_id).outcome == ("Accepted", "")[winner]


def test_a_link_is_pressed_while_its_step_is_decided_inside(acme: Acme) -> None:
    """Ravi decides it himself as soon as Asha has withdrawn the link."""
    with acme.scope():
        start = offers(acme)
    asha, ravi = Rest(acme.asha), Rest(acme.ravi)
    for _ in range(SOME):
        with acme.scope():
            run_id = start()
            link, task = link_row(run_id), open_task(run_id)
            page = page_of(acme, link)

        def inside(link: DecisionLink = link, task: Task = task) -> Any:
            asha.post(f"decision-links/{link.id}/revoke/")
            return ravi.try_complete({"id": task.id, "version": 1}, "Reject", comment="No")

        winner, words = won(together(partial(press, page, "Accept"), inside))
        assert (WITHDRAWN if winner else "“Accept” was chosen at") in words or "It was decided at" in words
        with acme.scope():
            check(run_id, "client", ("Accepted", "Rejected")[winner])


def test_a_link_is_pressed_while_its_time_runs_out(acme: Acme) -> None:
    with acme.scope():
        start = offers(acme)
    for _ in range(SOME):
        with acme.scope():
            run_id = start()
            link = link_row(run_id)
            page = page_of(acme, link)
        answer, swept = at_once(
            acme, partial(press, page, "Accept"), partial(links_sweep, acme.organisation.id, at=link.expires_at)
        )
        with acme.scope():
            kept = link_row(run_id).outcome
            assert (answer.status_code, kept) in ((200, "decided"), (409, "expired")), (said(answer), swept)
            assert TransitionLog.objects.filter(run_id=run_id, kind="link_ended").count() == (kept == "expired")
            assert run_of(run_id).outcome == ("Accepted" if kept == "decided" else "")
