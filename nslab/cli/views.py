"""`--explain VIEW`: a container's plan in five tongues, instead of the container."""

from __future__ import annotations

import shutil
import sys

import msgspec

from nslab.cli.output import print_json
from nslab.engine.decode import decoded
from nslab.engine.rosetta.elsewhere import elsewhere
from nslab.engine.rosetta.views import View, steps_of, text_of, this_machine
from nslab.engine.spec import Spec
from nslab.words import Words


def explain(view: View, spec: Spec, title: str, words: Words, *, json: bool) -> None:
    """Print what would be asked of the kernel for `spec`. Runs nothing. Raises NoIds, NoMountNamespace, ScriptOfOne."""
    machine = this_machine()
    if json and view in ("plan", "calls"):
        steps = steps_of(view, spec, machine)
        print_json([{**msgspec.to_builtins(step), "decoded": decoded(step), "say": elsewhere(step)} for step in steps])
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    text = text_of(view, spec, machine, title, words, width=width, changes=())
    if json and view != "oci":
        print_json(text.splitlines())
    else:
        sys.stdout.write(text)
