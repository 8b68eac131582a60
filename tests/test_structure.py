"""The project's own rules about its code, each a test: what a reviewer would otherwise have to repeat."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from nslab.errors import NslabError
from nslab.words import LANGS, words_for

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "nslab"

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
# path or path:function → why it may be longer
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}

# What Textual calls by name. Its documentation says what they are; ours would only repeat it.
TEXTUAL_HOOKS = re.compile(
    r"compose|render|render_line|render_lines|get_content_(width|height)|get_selection|selection_updated"
    r"|(on|key|watch|validate|compute|action|check_action)_.+|check_action"
)

# Reading or writing a file, in any spelling that the standard library offers. os.read and os.write on a terminal's
# descriptor are not among them.
FILE_CALLS = {
    *("open", "read_text", "read_bytes", "write_text", "write_bytes", "readlink", "iterdir", "glob", "rglob", "walk"),
    *("scandir", "listdir", "stat", "lstat", "exists", "is_file", "is_dir", "mkdir", "unlink", "rename", "touch"),
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources() -> dict[Path, str]:
    return {path: path.read_text() for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(text) for path, text in sources().items()}


def place(path: Path, line: int | str) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def public_definitions(path: Path, body: list[ast.stmt]) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Public classes and functions of a module, and public methods of its public classes, with their places."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield place(path, f"{node.lineno} {node.name}"), node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(path, node.body)


def needs_docstring(path: Path, node: Function | ast.ClassDef) -> bool:
    hook = "tui" in path.parts and isinstance(node, Function) and TEXTUAL_HOOKS.fullmatch(node.name)
    overload = any(ast.unparse(decorator).endswith(("overload", ".setter")) for decorator in node.decorator_list)
    return not hook and not overload


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in sources() if path.stem in EMPTY_NAMES or path.parent.name in EMPTY_NAMES] == []


def test_every_module_says_what_it_is() -> None:
    assert [str(path) for path, tree in trees().items() if not ast.get_docstring(tree)] == []


def test_everything_public_has_a_docstring() -> None:
    assert [
        where
        for path, tree in trees().items()
        for where, node in public_definitions(path, tree.body)
        if needs_docstring(path, node) and not ast.get_docstring(node)
    ] == []


def test_no_file_is_longer_than_one_thought() -> None:
    lengths = {str(path.relative_to(ROOT)): text.count("\n") for path, text in sources().items()}
    too_long = {name for name, length in lengths.items() if length > LONGEST_FILE}
    assert too_long == LONG_FILES.keys()


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = {
        f"{path.relative_to(ROOT)}:{node.name}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, Function) and (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert too_long == LONG_FUNCTIONS.keys()


def test_screens_open_no_file() -> None:
    opened = [
        place(path, node.lineno)
        for path, tree in trees().items()
        if path.is_relative_to(PACKAGE / "tui")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", None) or getattr(node.func, "id", None)) in FILE_CALLS
    ]
    assert opened == []


def test_a_broad_except_says_why() -> None:
    silent = []
    for path, tree in trees().items():
        lines = sources()[path].splitlines()
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                caught = "" if node.type is None else ast.unparse(node.type)
                broad = node.type is None or re.search(r"\b(Base)?Exception\b", caught)
                if broad and not re.search(r"#.*\w+ \w+ \w+", lines[node.lineno - 1]):
                    silent.append(place(path, node.lineno))
    assert silent == []


def test_a_linter_is_silenced_only_by_name_and_with_a_reason() -> None:
    unexplained = [
        place(path, number)
        for path, text in sources().items()
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(r"#\s*(type: ignore|noqa)", line)
        and not re.search(r"#\s*(type: ignore\[[\w, -]+\]|noqa: [A-Z\d, ]+)\s*[-#:].*\w+ \w+", line)
    ]
    assert unexplained == []


def test_nothing_is_left_to_be_done_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [
        place(path, n)
        for path, text in sources().items()
        for n, t in enumerate(text.splitlines(), 1)
        if later.search(t)
    ] == []


def errors() -> Iterator[type[NslabError]]:
    """Every error of the package with a code of its own, all modules imported."""
    for path in sources():
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[-1] != "__main__":
            import_module(".".join(part for part in parts if part != "__init__"))
    found = [NslabError]
    for error in found:
        found += error.__subclasses__()
        if "code" in error.__dict__ and error.__module__.startswith("nslab."):
            yield error


@pytest.mark.parametrize("lang", LANGS)
def test_every_error_has_its_words(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NSLAB_DEBUG")  # placeholders stay, ids would be shown bare
    words = words_for(lang)  # type: ignore[arg-type]
    ids = {f"error.{error.code}.{part}" for error in errors() for part in ("what", "why", "next")}
    assert sorted(id_ for id_ in ids if words(id_) == id_) == []


def test_no_words_are_kept_for_an_error_that_is_gone() -> None:
    with (PACKAGE / "locale" / "en.po").open("rb") as file:
        codes = {str(m.id).split(".")[1] for m in read_po(file) if str(m.id).startswith("error.")}
    assert codes - {error.code for error in errors()} == {"label"}


def test_no_two_errors_share_a_code() -> None:
    codes = [error.code for error in errors()]
    assert sorted(code for code in set(codes) if codes.count(code) > 1) == []


def declared_options() -> Iterator[tuple[str, str]]:
    """Where an option is declared, and the attribute that argparse puts its value in."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_argument":
                names = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                keywords = {k.arg: ast.unparse(k.value).strip("'") for k in node.keywords}
                if names and keywords.get("action") not in ("help", "version"):
                    long = next((name for name in names if name.startswith("--")), names[0])
                    yield place(path, node.lineno), keywords.get("dest") or long.lstrip("-").replace("-", "_")


def test_every_option_has_a_reader() -> None:
    read = {n.attr for tree in trees().values() for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    assert [where for where, attribute in declared_options() if attribute not in read] == []
