"""`python -m nslab.engine.delegation`: where we are and what we may, as JSON, for whoever asks in a scope of its own."""

import sys

import msgspec

from nslab.engine.delegation.place import look

sys.stdout.buffer.write(msgspec.json.encode(look(), enc_hook=str))  # a path as its text
