"""argparse in both languages, with commands that are imported only when they are asked for.

A command is a module with two functions: `add_arguments(parser, words)` and `run(arguments, words) -> exit status`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn, Protocol, cast

from nslab import __version__
from nslab.errors import NslabError
from nslab.words import LANGS, Words

# What argparse may say, in its own English, and our words for it. What is not here is shown as argparse says it.
COMPLAINTS: Mapping[str, re.Pattern[str]] = {
    "cli.usage.unknown": re.compile(r"unrecognized arguments: (?P<arguments>.*)", re.DOTALL),
    "cli.usage.required": re.compile(r"the following arguments are required: (?P<arguments>.*)"),
    "cli.usage.value": re.compile(r"argument (?P<argument>.*?): expected (?:one|at least one) argument"),
    "cli.usage.no-value": re.compile(r"argument (?P<argument>.*?): ignored explicit argument (?P<value>.*)", re.DOTALL),
    "cli.usage.choice": re.compile(
        r"argument (?P<argument>.*?): invalid choice: (?P<value>.*) \(choose from (?P<choices>.*)\)", re.DOTALL
    ),
}


GAP_IN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
"""Chinese words keep a space for a Latin name; where the name is Chinese too, such as an argument's, there is none."""


class NotLinux(NslabError):
    """This machine has no namespaces to show: it runs another system."""

    code = "not-linux"


class CommandModule(Protocol):
    """What the frame needs of a command's module."""

    def add_arguments(self, parser: argparse.ArgumentParser, words: Words) -> None:
        """Declare the command's arguments; help texts come from `words`."""

    def run(self, arguments: argparse.Namespace, words: Words) -> int:
        """Do what was asked and return the exit status."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that speaks the user's language; a usage error is three lines and exit status 2."""

    def __init__(self, words: Words, **options: Any) -> None:
        def formatter(prog: str) -> argparse.HelpFormatter:
            return _Formatter(prog, words)

        super().__init__(formatter_class=formatter, add_help=False, allow_abbrev=False, **options)
        self.words = words
        self._positionals.title, self._optionals.title = words("cli.help.arguments"), words("cli.help.options")
        self.add_argument("-h", "--help", action="help", help=words("cli.help.help"))

    def add_language(self, default: str | None = None) -> None:
        """Take `--lang`, before or after the command's name."""
        self.add_argument("--lang", choices=LANGS, default=default, help=self.words("cli.help.lang"))

    def error(self, message: str) -> NoReturn:
        """Say what was not understood, what is wrong with it, and where help is; exit with 2."""
        from nslab.cli.failures import three_lines

        told = next((found for pattern in COMPLAINTS.values() if (found := pattern.fullmatch(message))), None)
        near = self._near(told.groupdict()) if told else None
        next_ = (
            self.words("cli.usage.near", near=near, prog=self.prog)
            if near
            else self.words("cli.usage.help", prog=self.prog)
        )
        what = self.words("cli.usage.what", prog=self.prog)
        self.exit(2, three_lines(self.words, what, self._in_our_words(message), next_) + "\n")

    def not_understood(self, arguments: Sequence[str]) -> NoReturn:
        """Say that these are nothing that it takes; exit with 2."""
        self.error(f"unrecognized arguments: {' '.join(arguments)}")

    def format_help(self) -> str:
        """As ArgumentParser's; headings end in the language's own colon."""
        return re.sub(":$", self.words("cli.help.colon"), super().format_help(), flags=re.MULTILINE)

    def _in_our_words(self, complaint: str) -> str:
        for id_, pattern in COMPLAINTS.items():
            if told := pattern.fullmatch(complaint):
                facts = {name: fact.replace("'", "") for name, fact in told.groupdict().items()}
                return GAP_IN_CHINESE.sub("", self.words(id_, **facts))
        return complaint

    def _near(self, complaint: Mapping[str, str]) -> str | None:
        """What may have been meant: the nearest of the choices, or of the options."""
        from difflib import get_close_matches

        given = complaint.get("value") or complaint.get("arguments", "").partition(" ")[0].partition("=")[0]
        choices = complaint.get("choices")
        known = choices.replace("'", "").split(", ") if choices else [*self._option_string_actions]
        return next(iter(get_close_matches(given.strip("'"), known, n=1)), None)


class CommandParser(Parser):
    """The parser of one command. Its module is imported when the command was typed, or by `load`."""

    def __init__(self, words: Words, module_name: str, **options: Any) -> None:
        super().__init__(words, **options)
        self._module_name = module_name
        self._loaded = False

    def load(self) -> None:
        """Import the command's module and take its arguments; the namespace gets its `run`."""
        if self._loaded:
            return
        self._loaded = True
        if not sys.platform.startswith("linux"):  # before a module that only Linux can import
            raise NotLinux(system=sys.platform)
        module = cast(CommandModule, import_module(self._module_name))
        module.add_arguments(self, self.words)
        self.add_language(default=argparse.SUPPRESS)  # absent here must not overwrite what stood before the command
        self.set_defaults(run=module.run)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As ArgumentParser's, the arguments being known only from here on."""
        self.load()
        return super().parse_known_args(args, namespace)


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str, words: Words) -> None:
        super().__init__(prog, max_help_position=30)
        self._words = words

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, self._words("cli.help.usage") if prefix is None else prefix)


def frame(words: Words, commands: Mapping[str, str]) -> tuple[Parser, Mapping[str, CommandParser]]:
    """The parser of the whole command line, and its commands' parsers by name; `commands` maps a name to a module's name."""
    parser = Parser(words, prog="nslab", description=words("cli.help.about"), epilog=words("cli.help.alone"))
    parser.add_argument("--version", action="version", version=f"nslab {__version__}", help=words("cli.help.version"))
    parser.add_language()
    taken = parser.add_subparsers(metavar=words("cli.help.command"), dest="command", parser_class=CommandParser)
    return parser, {
        name: taken.add_parser(
            name,
            words=words,
            module_name=module_name,
            help=words(f"cli.command.{name}"),
            description=words(f"cli.command.{name}"),
        )
        for name, module_name in commands.items()
    }


def asked_language(argv: Sequence[str]) -> str | None:
    """The value of `--lang`, found before the parser exists, whose help is in that language already."""
    ours = argv[: argv.index("--")] if "--" in argv else argv
    scout = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    scout.add_argument("--lang")
    try:
        return cast("str | None", scout.parse_known_args(ours)[0].lang)
    except argparse.ArgumentError:  # `--lang` without a value: the real parser says so
        return None
