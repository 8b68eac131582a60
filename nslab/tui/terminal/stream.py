"""From bytes to what a screen is told to do.

pyte's parser takes one character at a time, draws the inside of DCS strings, and stumbles over private parameters. This one matches
a whole sequence by one regular expression. Nothing that a program prints raises: what is malformed, unknown, or too long is dropped
as xterm drops it. The screen is the same however the bytes are cut into chunks.
"""

import codecs
import math
import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import pyte

from nslab.tui.terminal.flood import without_lost_lines
from nslab.tui.terminal.screen import Screen

SEQUENCE_LIMIT: Final = 4096
"""Characters in one escape sequence; a longer one is dropped whole."""
PARAMETER_LIMIT: Final = 9999
TOKENS_PER_LOOK: Final = 16
"""Tokens between two looks at the clock. The dearest one (REP filling a screen) takes some 0.3 ms."""

_TOKEN: Final = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]++)"
    r"|(?P<newline>\r\n)"
    r"|\x1b\[(?P<sgr>[0-9;]*+)m"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f-\x9f])"
    r"|\x1b\[(?P<csi>[<-?]?[0-9:;]*+[ -/]*+[@-~])"
    r"|\x1b(?P<escape>[ -/]++[0-~]|[0-OQ-WYZ\\`-~])"
    r"|\x1b\](?P<osc>[^\x07\x18\x1a\x1b]*+)(?:\x07|\x1b\\)"
    # from here on: malformed, or not for us
    r"|\x1b\[(?P<mixed>[\x00-\x17\x19\x1c-\x3f\x7f]*+(?:[@-~\x18\x1a]|(?=[\x1b\x80-\U0010ffff])))"
    r"|\x1b\][^\x07\x18\x1a\x1b]*+(?:[\x18\x1a]|(?=\x1b[^\\]))"
    r"|\x1b[PX^_][^\x18\x1a\x1b]*+(?:\x1b\\|[\x18\x1a]|(?=\x1b[^\\]))"
    r"|\x1b[ -/]*+(?=[^ -~])"
)
_GROUPS: Final = {
    name: _TOKEN.groupindex[name] for name in ("text", "newline", "sgr", "control", "csi", "escape", "osc", "mixed")
}
_TEXT, _NEWLINE, _SGR, _CONTROL, _CSI, _ESCAPE, _OSC, _MIXED = _GROUPS.values()

# The ends of a sequence that is being dropped because it is too long, by the character after ESC.
_END_OF_CSI: Final = re.compile(r"[@-~\x18\x1a]|(?=[\x1b\x80-\U0010ffff])")
_END_OF_OSC: Final = re.compile(r"[\x07\x18\x1a]|\x1b\\|(?=\x1b[^\\])")
_END_OF_STRING: Final = re.compile(r"[\x18\x1a]|\x1b\\|(?=\x1b[^\\])")
_END_OF_ESCAPE: Final = re.compile(r"[0-~]|(?=[^ -~])")
_ENDS: Final = {"[": _END_OF_CSI, "]": _END_OF_OSC, **dict.fromkeys("PX^_", _END_OF_STRING)}

_PARTS_OF_CSI: Final = re.compile(r"([<-?]?)([0-9:;]*)([ -/]*)([@-~])\Z")
_CONTROLS_IN_CSI: Final = re.compile(r"[\x00-\x17\x19\x1c-\x1f\x7f]")

_NUMBERS: Final = {"H": 2, "f": 2, "r": 2, "s": 0, "u": 0, "!p": 0}
"""How many numbers a sequence takes at most, where that is not one."""
_CSI_CALLS: Final[Mapping[str, str]] = {
    **{final: name for final, name in pyte.Stream.csi.items() if final not in ("h", "l", "m")},
    "b": "repeat",
    "S": "scroll_up",
    "T": "scroll_down",
    "I": "tabs_forward",
    "Z": "tabs_back",
    "s": "save_cursor",
    "u": "restore_cursor",
    "t": "report_window",
    "?J": "erase_in_display",
    "?K": "erase_in_line",
    ">c": "report_secondary_attributes",
    "$p": "report_mode",
    "!p": "soft_reset",
    " q": "set_cursor_shape",
}
_ESCAPE_CALLS: Final[Mapping[str, str]] = {
    **pyte.Stream.escape,
    "E": "next_line",
    "Z": "report_device_attributes",
    "#8": "alignment_display",
}


def _number(digits: str) -> int:
    """A parameter; one that is left out, or has parts where none are known, is 0."""
    return min(int(digits), PARAMETER_LIMIT) if digits.isdigit() else 0


class Stream:
    """Feeds a screen. With a deadline, what is not parsed by then waits for `resume`, and `behind` is true."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._at = 0
        self._dropping: re.Pattern[str] | None = None  # the end of the sequence being dropped
        self._controls = self._calls(pyte.Stream.basic)
        self._escapes = self._calls(_ESCAPE_CALLS)
        self._functions: dict[str, Callable[..., object]] = {
            **self._calls(_CSI_CALLS),
            "?n": partial(screen.report_device_status, private=True),
            "?$p": partial(screen.report_mode, private=True),
        }
        self._switches: dict[str, Callable[..., object]] = {
            "h": screen.set_mode,
            "l": screen.reset_mode,
            "?h": partial(screen.set_mode, private=True),
            "?l": partial(screen.reset_mode, private=True),
        }
        self.behind = False

    def _calls(self, names: Mapping[str, str]) -> dict[str, Callable[..., object]]:
        return {code: getattr(self.screen, name) for code, name in names.items()}

    def feed(self, data: bytes, deadline: float = math.inf) -> None:
        """Parse `data` until `deadline` (time.perf_counter(), seconds), after what is still waiting."""
        self._text = self._text[self._at :] + self._decoder.decode(data)
        self._at = 0
        self.resume(deadline)

    def feed_flood(self, data: bytes, deadline: float = math.inf) -> None:
        """As `feed`, with the same final screen, but lines that scroll out of the history within `data` are not even parsed."""
        screen = self.screen
        at_rest = not self._text and self._dropping is None and self._decoder.getstate()[0] == b""
        if at_rest and screen.margins is None and not screen.alternate:
            kept = without_lost_lines(data, (screen.history.maxlen or 0) + 2 * screen.lines)
            screen.scrolled_out += kept.lost_lines
            data = kept.data
        self.feed(data, deadline)

    def resume(self, deadline: float = math.inf) -> None:
        """Parse what is waiting until `deadline`."""
        text, at, self.behind = self._text, self._at, False
        left = TOKENS_PER_LOOK
        while at < len(text):
            if (end := self._step(text, at)) == at:
                break  # a sequence that has not ended yet
            at = end
            left -= 1
            if not left:
                left = TOKENS_PER_LOOK
                if time.perf_counter() > deadline:
                    self.behind = at < len(text)
                    break
        self._text, self._at = text[at:], 0

    def _step(self, text: str, at: int) -> int:
        """Take one token at `at`; the place after it, or `at` itself where the text ends within one."""
        if self._dropping is not None:
            return self._drop(text, at)
        token = _TOKEN.match(text, at)
        if token is not None:
            self._act(token)
            return token.end()
        if len(text) - at > SEQUENCE_LIMIT:
            self._dropping = _ENDS.get(text[at + 1], _END_OF_ESCAPE)
            return at + 2
        return at

    def _drop(self, text: str, at: int) -> int:
        assert self._dropping is not None
        if end := self._dropping.search(text, at):
            self._dropping = None
            return end.end()
        return len(text) - text.endswith("\x1b")  # what follows this ESC decides whether it is the end

    def _act(self, token: re.Match[str]) -> None:
        """Do what `token` says. The branches are in order of frequency."""
        kind, screen = token.lastindex, self.screen
        if kind == _TEXT:
            screen.draw(token[_TEXT])
        elif kind == _NEWLINE:
            screen.carriage_return()
            screen.linefeed()
            screen.last_drawn = ""
        elif kind == _CONTROL:
            self._control(token[_CONTROL])
        elif kind is None or token.end() - token.start() > SEQUENCE_LIMIT:
            return
        elif kind == _SGR:
            screen.rendition(token[_SGR])
        elif kind == _CSI:
            self._csi(token[_CSI])
        elif kind == _ESCAPE:
            self._escape(token[_ESCAPE])
        elif kind == _OSC:
            screen.command(*token[_OSC].partition(";")[::2])
        else:
            self._mixed(token[_MIXED])

    def _control(self, control: str) -> None:
        if action := self._controls.get(control):
            action()
            self.screen.last_drawn = ""

    def _mixed(self, body: str) -> None:
        """A CSI sequence with control characters in it: they act first, then the sequence, if there is one without them."""
        for control in _CONTROLS_IN_CSI.findall(body):
            self._control(control)
        rest = _CONTROLS_IN_CSI.sub("", body)
        if _PARTS_OF_CSI.match(rest):
            self._csi(rest)

    def _csi(self, body: str) -> None:
        parts = _PARTS_OF_CSI.match(body)
        assert parts is not None
        prefix, parameters, intermediates, final = parts.groups()
        code = prefix + intermediates + final
        if code == "m":
            self.screen.rendition(parameters)
            return
        numbers = [_number(part) for part in parameters.split(";")] if parameters else []
        if switch := self._switches.get(code):
            switch(*numbers)
        elif function := self._functions.get(code):
            function(*numbers[: _NUMBERS.get(code, 1)])
        if code != "b":
            self.screen.last_drawn = ""

    def _escape(self, body: str) -> None:
        self.screen.last_drawn = ""
        if action := self._escapes.get(body):
            action()
        elif body[0] in "()":
            self.screen.define_charset(body[1:], body[0])
