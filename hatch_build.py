"""Compile the catalogues when a wheel or an editable install is built: nslab/locale/*.po → *.mo."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):
    """Runs before files are collected, so that the wheel finds the .mo files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        sys.dont_write_bytecode = True  # installing leaves no __pycache__ among a checkout's sources
        from nslab.locale import compile_catalogue

        for source in Path(self.root, "nslab", "locale").glob("*.po"):
            compile_catalogue(str(source), str(source.with_suffix(".mo")))
