"""Decisions asked by a link: the page of somebody without an account, and what people inside see of it."""

from types import SimpleNamespace as Some

from tests.browser.gallery.bulk import mail_decision
from tests.browser.gallery.parts import ID, Page, ago
from tests.browser.gallery.requests import request

PAGE = "workflows/link_decision.html"
TEXT = "Dear Jane,\nplease read our offer for the bridge and tell us whether we may begin."


def _link(**more: object) -> Some:
    given: dict[str, object] = {"member": None, "text": TEXT, "expires_at": ago(hours=-120)}
    return Some(**given | more)


def decision() -> Page:
    _, context = mail_decision()
    context["found"].ways = [Some(name=name) for name in ("Accept", "Decline")]
    context["run"].title, context["task"].step_name = "Offer: Asha Verma", "Client decides"
    context |= {"reasons": ["Decline"], "until": "10 Oct 2025, 17:00"}
    more = {"link": _link(), "organisation": Some(name="Acme India"), "error": "Write your name."}
    return PAGE, {**context, **more, "typed_comment": "Fine with us."}


def code() -> Page:
    more = {"locked": True, "sent": True, "error": "This code is not right."}
    return PAGE, {"link": _link(), "organisation": Some(name="Acme India"), **more}


def over() -> Page:
    words = "This request is no longer open. It was decided at 10:42 on 5 Oct 2025."
    return PAGE, {"link": _link(), "organisation": Some(name="Acme India"), "dead": words}


def _row(state: str, address: str, **more: object) -> Some:
    given: dict[str, object] = {
        "id": ID,
        "step_name": "Client decides",
        "name": "",
        "transition": "",
        "sent_at": ago(hours=20),
        "expires_at": ago(hours=-120),
        "ended_at": ago(hours=3),
        "needs_code": state == "open",
        "may_revoke": state == "open",
    }
    return Some(state=state, address=address, **given | more)


def request_links() -> Page:
    template, context = request()
    rows = [
        _row("replaced", "jane.roe@client.example"),
        _row("decided", "legal@client.example", name="Jane Roe", transition="Accept"),
        _row("open", "jane.roe@client.example"),
        _row("expired", "a.very.long.mailbox.of.a.department@procurement.client-holding.example"),
    ]
    why = "Somebody outside is asked to decide this step. Withdraw their links to decide it here."
    return template, {**context, "actions": None, "actions_why": why, "links": rows, "may_send_links": ID}
