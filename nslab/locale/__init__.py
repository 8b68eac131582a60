"""The catalogues of the interface's own words: en.po and zh.po are edited, their compiled form (.mo) is read.

A wheel holds only .mo files. In a checkout a .mo whose time differs from its .po's is compiled anew when it is opened,
so whoever appends a line to a .po sees it at the next start, without a build step.
"""

from __future__ import annotations

import os
from io import BytesIO
from typing import IO

FOLDER = os.path.dirname(__file__)


def open_catalogue(lang: str) -> IO[bytes]:
    """The compiled catalogue of `lang` ("en" or "zh"), open for reading. The caller closes it."""
    source, compiled = os.path.join(FOLDER, f"{lang}.po"), os.path.join(FOLDER, f"{lang}.mo")
    if _modified_ns(source) in (None, _modified_ns(compiled)):
        return open(compiled, "rb")
    try:
        return BytesIO(compile_catalogue(source, compiled))
    except ImportError:  # an editable install without the development tools: what its build compiled must do
        return open(compiled, "rb")


def compile_catalogue(source: str, compiled: str) -> bytes:
    """Compile the .po at `source`, keep the result at `compiled` where we may write, and return it.

    Raises babel's PoFileError, with its line number, if the .po is malformed.
    """
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    edited_ns = os.stat(
        source
    ).st_mtime_ns  # taken before the read: an edit meanwhile makes the result stale, not fresh
    with open(source, "rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    try:
        _replace(compiled, buffer.getvalue(), edited_ns)
    except OSError:
        pass  # the checkout is someone else's: they compile it, and we do without
    return buffer.getvalue()


def _replace(path: str, content: bytes, modified_ns: int) -> None:
    """Write by rename, so that a reader sees the old catalogue or the new one, never a part."""
    partial = f"{path}.{os.getpid()}"
    with open(partial, "wb") as file:
        file.write(content)
    os.utime(partial, ns=(modified_ns, modified_ns))
    os.replace(partial, path)


def _modified_ns(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return None
