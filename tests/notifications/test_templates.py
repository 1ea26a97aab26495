"""The organisation's own wording: who may write it, what it may say, and that it is used."""

from typing import Any

import pytest

from accounts.audit.models import AuditEntry
from accounts.tenancy.errors import Denied, Invalid
from notifications import outbox
from notifications.models import Delivery, InboxItem, Template
from notifications.rendering import PLACEHOLDER
from notifications.services.templates import SAMPLE, preview, template_remove, template_save
from notifications.values import NAMES, names_of
from notifications.wording import WORDINGS
from tests.accounts.clients import fields_on, signed_in
from tests.cast import Acme, Globex
from tests.factories import notifications as facts
from tests.factories.accounts import give_role

WORDS: dict[str, Any] = {
    "kind": "task.opened",
    "channel": "email",
    "subject": "Bitte entscheiden: #{number}",
    "body": "Hallo {recipient}",
}


def test_the_organisations_wording_is_used_and_only_there(acme: Acme, globex: Globex) -> None:
    with acme.scope():
        row = template_save(**WORDS, actor=acme.tess)
        run = facts.make_run(acme.asha, number=5)
        facts.tell(run, acme.asha, facts.opened(run, acme.ravi))
    with globex.scope():
        other = facts.make_run(globex.gita)
        facts.tell(other, globex.gita, facts.opened(other, globex.gus))
    outbox.relay()
    with acme.scope():
        mail = Delivery.objects.get()
        assert (mail.subject, mail.body) == ("Bitte entscheiden: #5", "Hallo Ravi")
        assert InboxItem.objects.get().title.startswith("To decide")
        template_remove(template_id=row.id, actor=acme.tess)
        kinds = (
            AuditEntry.objects.filter(kind__startswith="template.").order_by("at", "id").values_list("kind", flat=True)
        )
        assert list(kinds) == ["template.saved", "template.removed"]
    with globex.scope():
        assert Delivery.objects.get().subject.startswith("To decide")


def test_saving_again_changes_the_one_that_is_there(acme: Acme) -> None:
    with acme.scope():
        template_save(**WORDS, actor=acme.tess)
        template_save(**{**WORDS, "subject": "Neu #{number}"}, actor=acme.tess)
        assert Template.objects.get().subject == "Neu #{number}"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": "Hi\r\nBcc: x@evil.example"}, "subject"),
        ({"subject": "{salary}"}, "subject"),
        ({"subject": "  "}, "subject"),
        ({"body": "{hr_note}"}, "body"),
        ({"body": "{absent}"}, "body"),
        ({"kind": "run.completed", "subject": "{due}"}, "subject"),
        ({"kind": "no.such"}, "kind"),
        ({"channel": "pigeon"}, "channel"),
    ],
)
def test_what_cannot_be_used_is_refused_when_it_is_saved(acme: Acme, change: dict[str, str], field: str) -> None:
    with acme.scope():
        with pytest.raises(Invalid) as refusal:
            template_save(**{**WORDS, **change}, actor=acme.tess)
        assert list(refusal.value.fields) == [field]
        assert not Template.objects.exists()


def test_who_may_change_the_wording(acme: Acme) -> None:
    with acme.scope():
        with pytest.raises(Denied, match="right"):
            template_save(**WORDS, actor=acme.asha)
        give_role(acme.omar, "Writer", "notifications.templates")
        template_save(**WORDS, actor=acme.omar)
        assert Template.objects.exists()


@pytest.mark.parametrize("kind", WORDINGS)
def test_the_products_own_texts_read_well_and_name_the_request(kind: str) -> None:
    wording = WORDINGS[kind]
    for subject, body in ((wording.subject, wording.body), (wording.title, wording.line)):
        shown = preview(kind=kind, subject=subject, body=body)
        assert set(PLACEHOLDER.findall(subject + body)) <= names_of(kind)
        about = {"absence": ("absent", "until"), "bulk": ("count",)}.get(kind.partition(".")[0], ("number",))
        assert any(SAMPLE[name] in shown.subject for name in about)
        assert "{" not in shown.subject + shown.body
    assert set(SAMPLE) == set(NAMES)


def test_tenant_admins_write_it_in_the_admin_and_see_it_with_sample_data(acme: Acme) -> None:
    client = signed_in(acme.tess)
    bad = client.post("/admin/notifications/template/add/", {**WORDS, "body": "{hr_note}", "is_active": "on"})
    assert "{hr_note} is not available here" in bad.content.decode()
    assert client.post("/admin/notifications/template/add/", {**WORDS, "is_active": "on"}).status_code == 302
    with acme.scope():
        row = Template.objects.get()
    page = client.get(f"/admin/notifications/template/{row.id}/change/").content.decode()
    assert "Bitte entscheiden: #1042" in page
    assert "Hallo Ravi" in page
    change = {"subject": "Neu #{number}", "body": "", "is_active": "on"}
    assert client.post(f"/admin/notifications/template/{row.id}/change/", change).status_code == 302
    with acme.scope():
        row.refresh_from_db()
    assert (row.subject, row.body) == ("Neu #{number}", "")
    client.post(f"/admin/notifications/template/{row.id}/delete/", {"post": "yes"})
    with acme.scope():
        assert not Template.objects.exists()


def test_an_old_page_puts_no_text_back_and_an_untouched_one_leaves_no_trace(acme: Acme) -> None:
    client = signed_in(acme.tess)
    client.post("/admin/notifications/template/add/", {**WORDS, "is_active": "on"})
    with acme.scope():
        row = Template.objects.get()
    address = f"/admin/notifications/template/{row.id}/change/"
    old = fields_on(client.get(address).content.decode())
    client.post(address, {"subject": row.subject, "body": "Seit heute anders", "is_active": "on"})
    assert client.post(address, {**old, "subject": "Neu #{number}"}).status_code == 302
    client.post(address, fields_on(client.get(address).content.decode()))
    with acme.scope():
        row.refresh_from_db()
        assert (row.subject, row.body) == ("Neu #{number}", "Seit heute anders")
        saved = [entry.payload["body"] for entry in AuditEntry.objects.filter(kind="template.saved").order_by("at")]
    assert saved == [WORDS["body"], *["Seit heute anders"] * 2]


def test_a_text_that_is_there_is_not_overwritten_by_another_new_one(acme: Acme) -> None:
    client = signed_in(acme.tess)
    for body in ("one", "two"):
        page = client.post("/admin/notifications/template/add/", {**WORDS, "body": body, "is_active": "on"})
    assert "has its own text for this notice already" in page.content.decode()
    with acme.scope():
        assert Template.objects.get().body == "one"


def test_a_notice_is_never_without_a_title(acme: Acme) -> None:
    """An organisation's subject may speak only of what is there sometimes."""
    with acme.scope():
        run = facts.make_run(acme.asha)
        for channel in ("email", "in_app"):
            template_save(kind="task.opened", channel=channel, subject="{reason}", body="", actor=acme.tess)
        facts.open_task(run, acme.ravi)
        facts.tell(run, acme.asha, facts.opened(run, acme.ravi))
    outbox.relay()
    with acme.scope():
        assert (
            InboxItem.objects.get().title
            == Delivery.objects.get().subject
            == "To decide: Leave Application #1, Manager review"
        )
