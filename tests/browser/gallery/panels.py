"""A panel in the middle of its votes, and the page that says why."""

from types import SimpleNamespace as Some
from uuid import UUID

from tests.browser.gallery.parts import ID, Page, actions, ago, move
from tests.browser.gallery.requests import request
from workflows.approval import Member, Panel, Rule, RuleKind, Vote
from workflows.selectors.why import Deciding, FieldHidden, Holding, Said, Turn, WayJudged, Why
from workflows.standing import standing

FINANCE = tuple(
    Member(UUID(int=number), name) for number, name in enumerate(("Farid Khan", "Fiona Sen", "Fritz Lal"), 1)
)
TASK = UUID(int=9)


def request_panel() -> Page:
    template, context = request()
    votes = (
        Vote(FINANCE[0].id, True, FINANCE[0].id, "Farid Khan", ago(hours=3).isoformat()),
        Vote(FINANCE[1].id, False, UUID(int=8), "Imran Qureshi", ago(hours=1).isoformat()),
    )
    panel = standing("HR review", Panel(FINANCE, votes), Rule(RuleKind.COUNT, count=2), is_asking=True)
    ways = [move("Pay", people=()), move("Rejected", "end-bad", "Ends the request")]
    more = {
        "approval": panel,
        "approvals": [panel],
        "role": "You vote on this step",
        "actions": actions(ways, version=3),
    }
    return template, {**context, **more}


def request_why() -> Page:
    limit = "Expenses: sum of Amount is more than 1,000 INR"
    rule = 'This step asks those for whom this holds: person\'s department code is "FIN".'
    why = Why(
        holding=(
            Holding(
                TASK, "Finance panel", "Farid Khan", "chosen",
                "Ravi Menon chose Farid Khan from the people whom the step asks. It has changed hands since.", rule,
                (Said("person's department code is \"FIN\"", True, "FIN"),),
                ("Ravi Menon moved it to Finance panel, with Fiona Sen.", "Fiona Sen handed it over to Farid Khan."),
            ),
            Holding(
                TASK, "Supplier signs", "j•••@supplier.example", "outside",
                "j•••@supplier.example was asked by a link. It holds until 5 Oct 2025, 10:42; Ravi Menon looks after the step "
                "meanwhile.", "The step is looked after by those for whom this holds: person is requester's manager.", (),
                ("Asha Verma asked j•••@supplier.example to decide Supplier signs by a link.",),
            ),
            Holding(
                TASK, "Rates", "the product", "machine", "The product does this step (API call); nobody decides it.", "", (), (),
            ),
        ),
        deciding=(Deciding(TASK, "Finance panel", False, "This step is with Farid Khan."),),
        path=(
            Turn(2, ago(days=1), "Asha Verma", "", "Claim", "Manager approval", "Manager approval", "", ()),
            Turn(
                3, ago(hours=5), "Farid Khan", "on behalf of Ravi Menon, by mail link", "Manager approval", "Finance panel",
                "Finance panel", "More than usual",
                (
                    WayJudged("Pay", False, (Said(limit, False, "1500.00 INR"),)),
                    WayJudged("Finance panel", True, (Said(limit, True, "1500.00 INR"),)),
                    WayJudged("Audit", False, (Said("a field that you may not read decides here", None, told=False),)),
                ),
            ),
        ),
        fields=(FieldHidden("client_name", "Client name", "It is only shown when Can this be billed to a client? is Yes."),),
    )  # fmt: skip
    run = Some(id=ID, number=1042, title="Claim Expense: Asha Verma")
    return "workflows/request_why.html", {"run": run, "why": why}
