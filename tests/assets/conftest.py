"""assets/ is no part of the wheel: its programs are imported from the checkout, behind everything that is installed."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))
