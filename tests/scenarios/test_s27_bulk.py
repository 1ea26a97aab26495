"""S27: Ravi decides 40 requests at once: 37 go through, 3 are left with a reason each; a digest each, not 37 mails."""

from typing import Any

import pytest

from notifications.models import Delivery
from notifications.outbox import relay
from tests.cast import Acme
from tests.factories.workflows import decide, install, open_task, start_leave
from tests.scenarios.rest import Rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def forty(acme: Acme) -> list[dict[str, Any]]:
    """What Ravi has ticked: the first has been returned and sent again since, the second is his own, the third asks for more."""
    with acme.scope():
        leave = install("leave_application", acme.omar)
        run_ids = [start_leave(leave, acme.asha if place % 2 else acme.fiona).run_id for place in range(40)]
    return [{"run": run_id} for run_id in run_ids]
