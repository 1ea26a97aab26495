"""The inbox: what each person sees, at what cost."""

import pytest

from tests.accounts.clients import signed_in
from tests.cast import Acme
from tests.workflows.views.bulk import bulk


@pytest.mark.django_db
def test_pages_go_on_from_where_they_ended_and_back(acme: Acme) -> None:
    with acme.scope():
        made = bulk(acme.tess)
        made.requests(40, requester=acme.asha, assignee=acme.ravi)
        made.requests(20, requester=acme.asha, queue=(acme.hema, acme.ravi))
    client = signed_in(acme.ravi)
    seen: list[int] = []
    first = page = client.get("/inbox/").context["page"]
    while True:
        seen += [row.number for row in page.rows]
        if not page.next:
            break
        page = client.get(f"/inbox/?cursor={page.next}").context["page"]
    assert sorted(seen) == list(range(1, 61))
    back = client.get(f"/inbox/?cursor={page.previous}").context["page"]
    assert [row.number for row in client.get(f"/inbox/?cursor={back.previous}").context["page"].rows] == [
        row.number for row in first.rows
    ]
