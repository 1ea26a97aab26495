"""The embedded default: PostgreSQL, web, worker, beat and a mail sink from one command, on one machine.

`python -m config.embedded run` is what `make run` calls. Nothing here is used when a server is brought by environment.
"""
