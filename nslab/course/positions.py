"""On which line of a TOML file a value stands. tomllib keeps no positions; tree-sitter's grammar of TOML does."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Path = tuple[str | int, ...]
"""Where a value is in the tree: keys of tables, indices of arrays."""

TABLES = ("table", "table_array_element")


class Positions:
    """The lines of a TOML text that tomllib accepts. Made only when there is a fault to place: it takes milliseconds."""

    def __init__(self, source: bytes) -> None:
        self._lines: dict[Path, int] = {(): 1}
        self._lengths: dict[Path, int] = {}  # of arrays of tables, as far as they have been read
        root = Parser(Language(tree_sitter_toml.language())).parse(source).root_node
        for child in root.named_children:
            if child.type == "pair":
                self._pair(child, ())
            elif child.type in TABLES:
                self._table(child)

    def line(self, path: Path) -> int:
        """The line, from 1, on which `path` begins; for what does not stand there, its nearest parent's."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def _table(self, node: Node) -> None:
        path = self._resolved(tuple(_keys(node)))
        if node.type == "table_array_element":
            index = self._lengths.get(path, 0)
            self._lengths[path] = index + 1
            self._place(path, node)
            path = (*path, index)
        self._place(path, node)
        for child in node.named_children:
            if child.type == "pair":
                self._pair(child, path)

    def _resolved(self, keys: tuple[str, ...]) -> Path:
        """`[step.values]` means the last `[[step]]` read so far."""
        path: Path = ()
        for key in keys[:-1]:
            path = (*path, key)
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        return (*path, *keys[-1:])

    def _pair(self, node: Node, table: Path) -> None:
        path = table
        for name in _keys(node):
            path = (*path, name)
            self._place(path, node)
        for value in node.named_children:
            self._value(value, path)

    def _value(self, node: Node, path: Path) -> None:
        children = [child for child in node.named_children if child.type != "comment"]
        if node.type == "array":
            for index, child in enumerate(children):
                self._place((*path, index), child)
                self._value(child, (*path, index))
        elif node.type == "inline_table":
            for child in children:
                if child.type == "pair":
                    self._pair(child, path)

    def _place(self, path: Path, node: Node) -> None:
        self._lines.setdefault(path, node.start_point[0] + 1)


def _keys(node: Node) -> Iterator[str]:
    """The parts of the key that a pair or a table begins with. A dotted key holds its own beginning as its first child."""
    for child in node.named_children:
        if child.type == "dotted_key":
            yield from _keys(child)
        elif child.type in ("bare_key", "quoted_key"):
            text = (child.text or b"").decode(errors="replace")
            yield text[1:-1] if child.type == "quoted_key" else text
