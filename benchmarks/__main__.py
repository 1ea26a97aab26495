"""The small sizes of all benchmarks, one after the other."""

import subprocess
import sys

from benchmarks.server import ROOT

ALL = (
    "engine",
    "http",
    "inbox",
    "search",
    "mixed",
    "sla",
    "outbox",
    "weight",
    "start",
    "memory",
    "nodes",
    "flows",
    "backfill",
    "catalogue_import",
)


def main() -> int:
    for name in ALL:
        print(f"\n=== python -m benchmarks.{name}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
