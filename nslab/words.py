"""Words for people, in English and Chinese: one catalogue a language, symbolic ids such as "footer.help".

Both catalogues hold the same ids with the same placeholders; neither language is the other's fallback. `nslab/locale`
says how the files are edited and compiled.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from gettext import GNUTranslations
from typing import Literal, get_args

from nslab.errors import Because
from nslab.locale import open_catalogue

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = get_args(Lang)


class MissingWords(LookupError):
    """No words under this id, or a placeholder without its fact: a mistake in our code, raised only while debugging."""


class Words:
    """The words of one language: `words("error.no-such-process.why", pid=3)`.

    Where something is missing, a person sees the bare id or the bare placeholder and can go on; with `strict`, as in
    tests and under NSLAB_DEBUG, MissingWords is raised.
    """

    def __init__(self, lang: Lang, catalogue: GNUTranslations, *, strict: bool) -> None:
        self.lang: Lang = lang
        self._catalogue = catalogue
        self._strict = strict
        self._known: Mapping[str, object] = {}

    def knowing(self, facts: Mapping[str, object]) -> Words:
        """The same words, to which these facts need not be told each time: how an interface writes its keys."""
        words = Words(self.lang, self._catalogue, strict=self._strict)
        words._known = {**self._known, **facts}
        return words

    def __call__(self, id_: str, /, **facts: object) -> str:
        """The words under `id_`, each `{name}` filled from `facts`, `printable`; a Because by its words."""
        text = self._catalogue.gettext(id_)
        facts = {**self._known, **facts}
        if text == id_ and self._strict:  # gettext's way to say that it has none
            raise MissingWords(f"{self.lang}.po has no {id_!r}")
        if "{" not in text:
            return text
        return text.format_map(_Facts(self, facts, strict=self._strict))


class _Facts(dict[str, object]):
    """Facts as they are said. A placeholder without one stays as it stands; `strict`: MissingWords."""

    def __init__(self, words: Words, facts: Mapping[str, object], *, strict: bool) -> None:
        super().__init__(facts)
        self._words, self._facts, self._strict = words, facts, strict

    def __getitem__(self, name: str) -> object:
        fact = super().__getitem__(name)
        if isinstance(fact, Because):
            return self._words(fact.id, **self._facts)
        return printable_lines(fact) if isinstance(fact, str) else fact

    def __missing__(self, name: str) -> str:
        if self._strict:
            raise MissingWords(f"no fact for the placeholder {{{name}}}")
        return f"{{{name}}}"


def printable(text: str) -> str:
    """What was read off a machine, safe to show on a line: control characters and bytes that are no UTF-8 as escapes.

    A process calls itself, its host, a file what it likes. What gets past here would be obeyed by the reader's terminal.
    """
    return text if text.isprintable() else "".join(map(_printable_character, text))


def printable_lines(text: str) -> str:
    """As `printable`, for what may have several lines."""
    return "\n".join(map(printable, text.split("\n")))


def _printable_character(character: str) -> str:
    if character.isprintable():
        return character
    if "\udc80" <= character <= "\udcff":  # a byte kept by surrogateescape
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()


def words_for(lang: Lang) -> Words:
    """The words of `lang`. Takes about a millisecond: ask once and pass the object on."""
    with open_catalogue(lang) as file:
        return Words(lang, GNUTranslations(file), strict=bool(os.environ.get("NSLAB_DEBUG")))


def choose_language(arg: str | None, environ: Mapping[str, str]) -> Lang:
    """The language a person asked for: `--lang`, else NSLAB_LANG, else the locale as setlocale(3) finds LC_MESSAGES.

    Only the first one that is set counts. Every Chinese locale gets Chinese, everything else English.
    """
    for asked in (arg, *map(environ.get, ("NSLAB_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if asked:
            return "zh" if asked.lower().startswith("zh") else "en"
    return "en"
