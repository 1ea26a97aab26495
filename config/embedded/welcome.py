"""What a person reads when everything is up."""

from __future__ import annotations

from config.embedded.options import Options

PEOPLE = (
    ("acme", "asha@acme.example", "Engineering; applies for leave, proposes data flows"),
    ("acme", "ravi@acme.example", "her manager; decides on flows of Sales and Policies"),
    ("acme", "farid@acme.example", "Finance; decides on flows of the books"),
    ("acme", "hema@acme.example", "Human Resources"),
    ("acme", "tess@acme.example", "tenant admin"),
    ("globex", "gita@globex.example", "the other organisation"),
)
PLATFORM_ADMIN = "admin@countersign.example"


def welcome(options: Options) -> str:
    """Addresses, and for the demo its people, their password and where their mails are."""
    if not options.demo:
        return f"\nCountersign is ready: {options.url}\nStop it with Ctrl-C."
    base = f"localhost:{options.port}"
    lines = ["", "Countersign is ready. Stop it with Ctrl-C.", ""]
    lines += [f"  http://{slug}.{base}" for slug in dict.fromkeys(slug for slug, _, _ in PEOPLE)]
    lines += [f"  http://{base}/api/v1/docs/   REST", f"  http://{base}/dev/mail/      the mails that were sent", ""]
    lines += [f"  {address:<25} {what}" for _, address, what in PEOPLE]
    lines += [f"  {PLATFORM_ADMIN:<25} platform admin, at http://{base}/admin/"]
    lines += ["", f"  Everybody's password: {options.demo_password}", f"  Data and logs: {options.data_dir}", ""]
    return "\n".join(lines)
