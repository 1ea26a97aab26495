"""The browser of this machine."""

import os
import shutil
from typing import Final

# The same engine without windows to draw, where it is there.
CHROMIUM: Final = (
    os.environ.get("COUNTERSIGN_CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
)
