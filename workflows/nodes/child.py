"""Foreign files are read by a child process with limits: what a hostile one does ends there.

The child gets the file on its standard input and answers with JSON. It has no environment of ours, little memory, little
processor time and no right to write; when its time is up it is killed.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from workflows.nodes.base import NodeFailure

ROOT: Final = Path(__file__).resolve().parents[2]
MOST_OUTPUT: Final = 8 * 1024 * 1024


def parsed(job: str, content: bytes, options: dict[str, Any], seconds: float) -> Any:
    """What the job of `workflows.nodes.parsing` says about the file. Raises NodeFailure."""
    command = [sys.executable, "-B", "-m", "workflows.nodes.parsing", job, json.dumps(options)]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed list; the file comes by standard input
            command,
            input=content,
            capture_output=True,
            cwd=ROOT,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": ":".join(sys.path)},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NodeFailure("Reading the file took too long.", again=False, late=True) from error
    if done.returncode != 0 or len(done.stdout) > MOST_OUTPUT:
        raise NodeFailure("The file could not be read: it is damaged, or wants too much memory or time.", again=False)
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise NodeFailure(str(answer["refused"]), again=False)
    return answer["found"]
