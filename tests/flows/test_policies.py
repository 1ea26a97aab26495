"""Rights that a role carries, and those that it does not."""

import pytest

from accounts.models import ActingAdmin
from accounts.policies import permission_codes, policy_for
from accounts.tenancy.errors import Denied
from flows import policies
from flows.models import CatalogueEntity, PhysicalFlow, ProposedFlow
from tests.cast import Acme
from tests.factories.accounts import give_role
from tests.factories.flows import involve, make_entity, make_proposal


def test_proposing_is_for_those_with_the_code_and_those_involved_with_an_end(acme: Acme) -> None:
    with acme.scope():
        orders, ledger, other = (make_entity(acme.organisation, name) for name in ("Orders", "Ledger", "Other"))
        involve(acme.ravi, ledger, kind="CONTACT")
        give_role(acme.omar, "Architect", policies.PROPOSE)
        for person, expected in ((acme.ravi, True), (acme.omar, True), (acme.tess, True), (acme.asha, False)):
            assert policies.may_propose(person, orders.id, ledger.id) is expected
        assert not policies.may_propose(acme.ravi, orders.id, other.id)
        assert policies.proposals.may(acme.ravi, "propose")
        assert not policies.proposals.may(acme.asha, "propose")


def test_breaking_the_glass_needs_its_code_also_of_admins(acme: Acme) -> None:
    with acme.scope():
        give_role(acme.omar, "Custodian", policies.BREAK_GLASS)
        glass = policy_for(PhysicalFlow)
        assert [glass.may(person, "break_glass") for person in (acme.omar, acme.tess, acme.asha)] == [
            True,
            False,
            False,
        ]
        with pytest.raises(Denied) as refusal:
            glass.require(acme.tess, "break_glass")
        assert refusal.value.code == "flow.break_glass.denied"


def test_importing_the_catalogue_is_for_admins_and_those_with_the_code(acme: Acme) -> None:
    with acme.scope():
        give_role(acme.omar, "Librarian", policies.IMPORT)
        catalogue = policy_for(CatalogueEntity)
        assert [catalogue.may(person, "import") for person in (acme.omar, acme.tess, acme.asha)] == [True, True, False]
        assert not catalogue.may(acme.omar, "manage")


def test_the_maker_cancels_and_revises(acme: Acme) -> None:
    with acme.scope():
        ends = make_entity(acme.organisation, "Orders"), make_entity(acme.organisation, "Ledger")
        proposal = make_proposal(acme.asha, *ends)
        rules = policy_for(ProposedFlow)
        for action in ("cancel", "resubmit"):
            assert [rules.may(person, action, proposal) for person in (acme.asha, acme.ravi, acme.tess)] == [
                True,
                False,
                False,
            ]
        assert rules.may(acme.fritz, "comment", proposal)


def test_a_platform_admin_who_stepped_in_proposes_and_breaks_nothing(acme: Acme) -> None:
    guest = ActingAdmin(id=acme.tess.id, organisation=acme.organisation, user=acme.tess.user, is_tenant_admin=True)
    guest.may_write = True
    with acme.scope():
        assert policy_for(CatalogueEntity).may(guest, "manage")
        assert not policies.proposals.may(guest, "propose")
        assert not policy_for(PhysicalFlow).may(guest, "break_glass")


def test_the_codes_are_offered_to_roles() -> None:
    assert {policies.PROPOSE, policies.BREAK_GLASS, policies.IMPORT} <= permission_codes().keys()
