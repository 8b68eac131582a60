"""`python -m nslab.engine.doctor`: every finding as JSON on standard output.

For a program with threads, which must not fork as the trials do: the application asks a process of its own.
"""

import sys

import msgspec

from nslab.engine.doctor import examine_all

sys.stdout.buffer.write(msgspec.json.encode(examine_all()))
