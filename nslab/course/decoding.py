"""From a parsed TOML tree to a lesson, with every fault of its structure.

msgspec stops at the first fault and names a path, not a line. This reads the same types (msgspec's own metadata of
them), goes on after a fault, and remembers for every text what it names, so that names can be checked afterwards.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Struct, structs

from nslab.course.faults import unknown
from nslab.course.positions import Path
from nslab.course.roles import Role
from nslab.course.told import Told

T = TypeVar("T", bound=Struct)

SPOKEN = {str: "string", int: "integer", bool: "boolean", list: "array", dict: "table", float: "float"}
"""TOML's words for what Python's types hold. Dates and times have no use here and are all called the same."""


class Misfit(Enum):
    """What stands for a value that could not be read."""

    MISFIT = "misfit"


MISFIT: Final = Misfit.MISFIT


class Use(Struct, frozen=True):
    """A text that stands for something: where it is, and for what."""

    path: Path
    role: Role
    text: str


@cache
def fields_of(cls: type[Struct]) -> tuple[structs.FieldInfo, ...]:
    """A struct's fields; working out its annotations costs more than reading a lesson."""
    return structs.fields(cls)


class Decoder:
    """Reads one tree; afterwards `faults`, `uses`, and `structs` (what was made, and where) hold what was found."""

    def __init__(self) -> None:
        self.faults: list[tuple[Path, Told]] = []
        self.uses: list[Use] = []
        self.structs: list[tuple[Struct, Path]] = []

    def struct(self, cls: type[T], raw: Mapping[str, Any], path: Path) -> T | Misfit:
        """`raw` as `cls`; MISFIT if a field is missing or wrong that has no default."""
        fields = {info.encode_name: info for info in fields_of(cls)}
        for name in raw:
            if name not in fields and name != cls.__struct_config__.tag_field:
                self._fault((*path, name), unknown("fault.unknown-field", name, fields))
        values: dict[str, Any] = {}
        whole = True
        for name, info in fields.items():
            if name in raw:
                value = self.value(info.type, raw[name], (*path, name))
                if value is not MISFIT:
                    values[info.name] = value
                    continue
            elif info.required:
                self._fault(path, Told("fault.missing-field", {"field": name}))
            whole = whole and not info.required
        if not whole:
            return MISFIT
        self.structs.append((made := cls(**values), path))
        return made

    def value(self, type_: Any, raw: Any, path: Path) -> Any:
        """`raw` as a value of `type_`, which is one of the shapes that the lesson's types use."""
        origin = get_origin(type_)
        if origin is Annotated:
            told = type_.__metadata__[0].extra
            return self._limit(type_, raw, path) if told is None else self._text(told["role"], raw, path)
        if origin in (Union, types.UnionType):
            return self._union(get_args(type_), raw, path)
        if origin is tuple:
            return self._tuple(get_args(type_), raw, path)
        if origin is dict:
            return self._dict(get_args(type_), raw, path)
        if isinstance(type_, type) and issubclass(type_, Struct):
            return self.struct(type_, raw, path) if isinstance(raw, dict) else self._wrong("table", raw, path)
        return self._leaf(type_, raw, path)

    def _text(self, role: Role, raw: Any, path: Path) -> Any:
        if not isinstance(raw, str):
            return self._wrong("string", raw, path)
        self.uses.append(Use(path, role, raw))
        return raw

    def _limit(self, type_: Any, raw: Any, path: Path) -> Any:
        """What has no role is an amount: it must look like one."""
        try:
            return msgspec.convert(raw, type_)
        except msgspec.ValidationError:
            self._fault(path, Told("fault.no-limit", {"value": str(raw)}))
            return MISFIT

    def _leaf(self, type_: Any, raw: Any, path: Path) -> Any:
        try:
            return msgspec.convert(raw, type_)
        except msgspec.ValidationError:
            choices = words_of(type_)
            if choices and isinstance(raw, str):
                self._fault(path, unknown("fault.unknown-word", raw, choices))
                return MISFIT
            return self._wrong("string" if choices else SPOKEN[type_], raw, path)

    def _tuple(self, args: tuple[Any, ...], raw: Any, path: Path) -> Any:
        if not isinstance(raw, list):
            return self._wrong("array", raw, path)
        if args[-1] is not Ellipsis and len(raw) != len(args):
            self._fault(path, Told("fault.wrong-length", {"wanted": len(args), "found": len(raw)}))
            return MISFIT
        kinds = [args[0]] * len(raw) if args[-1] is Ellipsis else args
        items = [self.value(kind, item, (*path, i)) for i, (kind, item) in enumerate(zip(kinds, raw, strict=True))]
        kept = tuple(item for item in items if item is not MISFIT)
        return MISFIT if args[-1] is not Ellipsis and len(kept) < len(args) else kept

    def _dict(self, args: tuple[Any, ...], raw: Any, path: Path) -> Any:
        if not isinstance(raw, dict):
            return self._wrong("table", raw, path)
        read = ((self.value(args[0], k, (*path, k)), self.value(args[1], v, (*path, k))) for k, v in raw.items())
        return {key: value for key, value in read if key is not MISFIT and value is not MISFIT}

    def _union(self, members: tuple[Any, ...], raw: Any, path: Path) -> Any:
        kinds = [member for member in members if isinstance(member, type) and issubclass(member, Struct)]
        if isinstance(raw, dict) and kinds:
            chosen = self._kind(kinds, raw, path)
            return MISFIT if chosen is None else self.struct(chosen, raw, path)
        for member in members:
            plain = member.__origin__ if get_origin(member) is Annotated else member
            if plain in (str, int, bool) and type(raw) is plain:
                return self.value(member, raw, path)
        others = [member for member in members if member is not type(None) and member not in kinds]
        if len(others) == 1 and not kinds:
            return self.value(others[0], raw, path)
        if isinstance(raw, str) and not kinds and all(map(words_of, others)):
            return self._word(others, raw, path)
        return self._wrong("table" if kinds else "string", raw, path)

    def _word(self, sorts: list[Any], raw: str, path: Path) -> Any:
        """A word of one of several sorts."""
        for sort in sorts:
            if raw in words_of(sort):
                return self._leaf(sort, raw, path)
        self._fault(path, unknown("fault.unknown-word", raw, [word for sort in sorts for word in words_of(sort)]))
        return MISFIT

    def _kind(self, kinds: list[type[Struct]], raw: Mapping[str, Any], path: Path) -> type[Struct] | None:
        """The member of a union that a table means: by its `kind`, else by the field that only that member begins with."""
        if len(kinds) == 1:
            return kinds[0]
        tagged = {str(kind.__struct_config__.tag): kind for kind in kinds if kind.__struct_config__.tag is not None}
        keyed = {fields_of(kind)[0].encode_name: kind for kind in kinds if kind.__struct_config__.tag is None}
        if tagged and "kind" in raw:
            if (tag := str(raw["kind"])) in tagged:
                return tagged[tag]
            self._fault((*path, "kind"), unknown("fault.unknown-kind", tag, tagged))
            return None
        for key, kind in keyed.items():
            if key in raw:
                return kind
        heads = [*keyed, *(["kind"] if tagged else [])]
        self._fault(path, Told("fault.which-kind", {"heads": ", ".join(heads)}))
        return None

    def _wrong(self, wanted: str, raw: Any, path: Path) -> Misfit:
        found = SPOKEN.get(type(raw), "date-time")
        self._fault(path, Told("fault.wrong-type", {"wanted": wanted, "found": found}))
        return MISFIT

    def _fault(self, path: Path, told: Told) -> None:
        self.faults.append((path, told))


def words_of(type_: Any) -> list[str]:
    """The words that a type has, where it has only so many."""
    if get_origin(type_) is Literal:
        return list(get_args(type_))
    return [str(member.value) for member in type_] if isinstance(type_, type) and issubclass(type_, Enum) else []
