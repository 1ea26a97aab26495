"""One fresh upload in two requests that start in the same moment, with real commits: one of them has it."""

from functools import partial

import pytest

from accounts.tenancy.errors import Invalid
from forms_builder.models import Attachment
from tests.cast import make_acme
from tests.concurrency.racing import at_once
from tests.factories.forms_builder import stored_file
from tests.factories.workflows import publish
from tests.workflows.test_files_once import PAYMENT
from workflows.models import WorkflowRun
from workflows.services.runs import run_start

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
TRIALS = 20


def test_two_starts_with_one_upload() -> None:
    acme = make_acme()
    with acme.scope():
        definition = publish(PAYMENT, acme.omar)
    for _ in range(TRIALS):
        with acme.scope():
            upload = stored_file(acme.asha)
        start = partial(run_start, definition_id=definition.id, actor=acme.asha, data={"receipt": [str(upload.id)]})
        answers = at_once(acme, start, start)
        won = [answer for answer in answers if not isinstance(answer, Exception)]
        lost = [answer for answer in answers if isinstance(answer, Invalid)]
        assert (len(won), len(lost)) == (1, 1), answers
        assert list(lost[0].fields) == ["data.receipt"]
        with acme.scope():
            assert Attachment.objects.get(id=upload.id).run_id == won[0].run_id
            assert WorkflowRun.objects.filter(data__receipt=[str(upload.id)]).count() == 1
