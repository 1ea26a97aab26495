"""Who is told of what has happened: outbox, planning, in-app inbox, e-mail."""
