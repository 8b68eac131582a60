"""What holds for every test of the project."""

from __future__ import annotations

import os

# Words that are missing are a failure here, not an id on the screen; programs that tests start inherit it.
os.environ.setdefault("NSLAB_DEBUG", "1")
