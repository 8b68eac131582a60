"""The project's own rules about its code, each a test: what a reviewer would otherwise have to repeat."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType

import pytest
from babel.messages.pofile import read_po

from nslab.errors import NslabError
from nslab.words import LANGS, Lang, words_for

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
MODULE_CALLS = {
    f"{module}.{name}"
    for module in ("os", "io", "shutil", "os.path")
    for name in (
        "open",
        "readlink",
        "scandir",
        "listdir",
        "walk",
        "stat",
        "lstat",
        "mkdir",
        "unlink",
        "rename",
        "exists",
    )
}
PATH_METHODS = {
    *("read_text", "read_bytes", "write_text", "write_bytes", "readlink", "iterdir", "rglob", "is_file", "is_dir"),
    *("mkdir", "unlink", "touch", "exists"),
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


def modules() -> Iterator[ModuleType]:
    """All modules of the package, imported."""
    for path in sources():
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[-1] != "__main__":
            yield import_module(".".join(part for part in parts if part != "__init__"))


def public(module: ModuleType) -> Iterator[tuple[str, str | None]]:
    """The module's own public classes and functions, and public methods of the former, each with its docstring.

    A method that overrides a documented one inherits its docstring, as inspect.getdoc does.
    """
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", "") != module.__name__:
            continue
        if inspect.isfunction(thing):
            yield f"{module.__name__}.{name}", inspect.getdoc(thing)
        elif inspect.isclass(thing):
            yield f"{module.__name__}.{name}", thing.__dict__.get("__doc__")
            for own, member in vars(thing).items():
                if not own.startswith("_") and isinstance(member, property | staticmethod | classmethod | FunctionType):
                    yield f"{module.__name__}.{name}.{own}", inspect.getdoc(getattr(thing, own))


def needs_docstring(where: str) -> bool:
    return not (where.startswith("nslab.tui.") and TEXTUAL_HOOKS.fullmatch(where.rpartition(".")[2]))


TOP = {
    *("nslab", "lessons", "tests", "assets", "changelog.d"),
    *("README.md", "README.zh.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "LICENSE"),
    *("pyproject.toml", "hatch_build.py", "Makefile"),
}
OUTPUTS = {
    "dist",
    "build",
    "snapshot_report.html",
    "home",
}  # what git ignores, and the home of tests that run in a copy


def test_nothing_lies_at_the_top_by_chance() -> None:
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - OUTPUTS <= TOP
    assert found >= TOP


def test_a_wheel_brings_one_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["nslab"]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in sources() if path.stem in EMPTY_NAMES or path.parent.name in EMPTY_NAMES] == []


def test_every_module_says_what_it_is() -> None:
    assert [str(path) for path, tree in trees().items() if not ast.get_docstring(tree)] == []


def test_everything_public_has_a_docstring() -> None:
    assert [
        where for module in modules() for where, docstring in public(module) if needs_docstring(where) and not docstring
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


def opens_a_file(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    return name == "open" or name in MODULE_CALLS or name.rpartition(".")[2] in PATH_METHODS


def test_screens_open_no_file() -> None:
    assert [
        place(path, node.lineno)
        for path, tree in trees().items()
        if path.is_relative_to(PACKAGE / "tui")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and opens_a_file(node)
    ] == []


def test_a_broad_except_says_why() -> None:
    silent = []
    for path, tree in trees().items():
        lines = sources()[path].splitlines()
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                caught = "" if node.type is None else ast.unparse(node.type)
                broad = node.type is None or re.search(r"\b(Base)?Exception\b", caught)
                passed_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
                if broad and not passed_on and not re.search(r"#.*\w+ \w+ \w+", lines[node.lineno - 1]):
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


def test_a_test_is_skipped_only_by_what_doctor_finds() -> None:
    silent = re.compile(r"pytest\.(skip|importorskip|xfail)|mark\.(skip|skipif|xfail)|unittest\.skip")
    this, conftest = Path(__file__), ROOT / "tests" / "conftest.py"
    found = [path for path in (ROOT / "tests").rglob("*.py") if silent.search(path.read_text())]
    assert [path for path in found if path not in (this, conftest)] == []


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
    list(modules())
    found = [NslabError]
    for error in found:
        found += error.__subclasses__()
        if "code" in error.__dict__ and error.__module__.startswith("nslab."):
            yield error


@pytest.mark.parametrize("lang", LANGS)
def test_every_error_has_its_words(lang: Lang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NSLAB_DEBUG")  # placeholders stay, ids would be shown bare
    words = words_for(lang)
    ids = {f"error.{error.code}.{part}" for error in errors() for part in ("what", "why", "next")}
    assert sorted(id_ for id_ in ids if words(id_) == id_) == []


def test_no_words_are_kept_for_an_error_that_is_gone() -> None:
    with (PACKAGE / "locale" / "en.po").open("rb") as file:
        codes = {str(m.id).split(".")[1] for m in read_po(file) if str(m.id).startswith("error.")}
    assert codes - {error.code for error in errors()} == {"label", "meaning"}


def says_a_sentence(node: ast.expr) -> bool:
    """Whether a string with a blank stands there."""
    strings = node.values if isinstance(node, ast.JoinedStr) else [node]
    return any(isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value for part in strings)


def test_no_error_is_raised_with_a_sentence_that_is_in_one_language_only() -> None:
    """Its words are in the catalogues, and a reason among its facts is a Because."""
    names = {error.__name__ for error in errors()}
    assert [
        place(path, node.lineno)
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names
        for keyword in node.keywords
        if says_a_sentence(keyword.value)
    ] == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_has_its_words(lang: Lang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NSLAB_DEBUG")
    words = words_for(lang)
    reasons = {
        node.args[0].value
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Because" and isinstance(node.args[0], ast.Constant)
    }
    assert reasons
    assert sorted(id_ for id_ in reasons if words(id_) == id_) == []


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
