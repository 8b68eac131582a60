"""Standard output that is not taken, as where a disk is full: an error a person can do something about, not a mistake of ours."""

from __future__ import annotations

import errno
import io
import os
import sys

from nslab.errors import NslabError


class OutputRefused(NslabError):
    """What was printed could not be written where standard output goes."""

    code = "output-refused"


class StandardOutput(io.TextIOWrapper):
    """Raises OutputRefused for what the kernel does not take; BrokenPipeError still where the reader has left."""

    def write(self, text: str) -> int:
        """Print, or keep it to be printed later."""
        try:
            return super().write(text)
        except OSError as error:
            raise refused(error) from error

    def flush(self) -> None:
        """Print what was kept."""
        try:
            super().flush()
        except OSError as error:
            raise refused(error) from error


def guard() -> None:
    """Put a StandardOutput in the place of Python's own, on the same buffer; anybody else's, such as a test's, stays."""
    plain = sys.stdout
    if plain is sys.__stdout__ and type(plain) is io.TextIOWrapper:
        sys.stdout = StandardOutput(
            plain.buffer, plain.encoding, plain.errors, newline="\n", line_buffering=plain.line_buffering
        )


def refused(error: OSError) -> Exception:
    """What to raise for it. All that is printed from here on goes nowhere, or Python would complain about it at exit."""
    if isinstance(error, BrokenPipeError):
        return error
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    number = error.errno or 0
    return OutputRefused(errno=errno.errorcode.get(number, str(number)), meaning=os.strerror(number))
