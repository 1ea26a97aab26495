"""The database's own promises about notices."""

from django.db import connection

from tests.cast import Acme


def test_the_pending_function_answers_without_a_scope(acme: Acme) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_pending_organisations(10)")
        assert cursor.fetchall() == []
