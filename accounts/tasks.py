"""Ticks of accounts. They serve all organisations in turn, each in a scope of its own."""

from celery import shared_task

from accounts.services import links, upkeep


@shared_task(name="accounts.audit_seal")
def audit_seal() -> None:
    """Chain what has been recorded."""
    upkeep.seal_all()


@shared_task(name="accounts.idempotency_sweep")
def idempotency_sweep() -> None:
    """Drop kept answers and tokens that have had their time."""
    upkeep.sweep_all()


@shared_task(name="accounts.send_links")
def send_links() -> None:
    """Mail the links to set a password that have been asked for."""
    links.links_send_all()
