"""YAML files to values, with the line of every key, so that each mistake can be pointed at.

Scalars follow YAML 1.2, not 1.1: ``NO`` is Norway and not false, ``22:00`` is a time of day and
not 1320, and a date stays the text it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

Key = str | int
Path_ = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in one file; ``line`` counts from 1, 0 where no line can be named."""

    file: str
    line: int
    key: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.reason}" if self.key else f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file: its data and the line on which each key stands."""

    file: str
    data: Any
    lines: dict[Path_, int] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    #: Environment variables whose values stand in ``data``, by the key they set.
    variables: Mapping[Path_, str] = field(default_factory=dict)

    def line(self, path: Path_) -> int:
        """The line of a key, or of the nearest key around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def mistake(self, path: Path_, reason: str) -> Mistake:
        """A mistake at ``path`` of this file, or of the environment variable that set it."""
        for length in range(len(path), 0, -1):
            if name := self.variables.get(path[:length]):
                return Mistake(f"environment variable {name}", 0, dotted(path), reason)
        return Mistake(self.file, self.line(path), dotted(path), reason)

    def overlaid(self, data: Mapping[str, Any], variables: Mapping[Path_, str]) -> Document:
        """The same with ``data`` laid over it, which ``variables`` have set."""
        lines = {**self.lines, **dict.fromkeys(_paths(data, ()), 0)}
        merged = _laid_over(self.data, data)
        return replace(self, data=merged, lines=lines, variables=dict(variables))


def _paths(data: Any, path: Path_) -> Iterator[Path_]:
    """Every place in values that come from no file."""
    if path:
        yield path
    if isinstance(data, Mapping):
        inner: Iterable[tuple[Key, Any]] = data.items()
    else:
        inner = enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from _paths(value, (*path, key))


def _laid_over(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, Mapping)):
        return above
    return {**below, **{key: _laid_over(below.get(key), value) for key, value in above.items()}}


class _Loader(yaml.CSafeLoader):  # ten times as fast as SafeLoader
    """SafeLoader with the scalars of YAML 1.2's core schema."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way to configure


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first)
    )


def read_value(text: str) -> Any:
    """One value as it would be written in a file; a YAMLError for what is none."""
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def read_document(path: Path) -> Document:
    """Read one YAML file; what is wrong with it stands in ``mistakes``, nothing is raised."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return _broken(path, 0, "no such file")
    except OSError as error:
        return _broken(path, 0, f"cannot read it ({error.strerror})")
    except UnicodeDecodeError as error:
        return _broken(path, 0, f"not UTF-8 text (byte {error.start})")
    try:
        return _document_of(path, text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return _broken(path, line, f"not valid YAML: {error.problem or error.context}")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return _broken(path, 0, f"not valid YAML: {str(error).splitlines()[0]}")


def _document_of(path: Path, text: str) -> Document:
    """The document, event by event where it is plain: a tree of 5,000 feeds takes 30 MB."""
    for read in (_streamed, _document):
        loader = _Loader(text)
        try:
            return read(path, loader)
        except _NotPlainError:
            continue
        finally:
            loader.dispose()
    raise AssertionError("a tree takes everything")


class _NotPlainError(Exception):
    """The document has anchors or tags, which only a tree can follow."""


def _streamed(path: Path, loader: _Loader) -> Document:
    """A document without anchors and tags, read in one pass."""
    assert isinstance(loader.get_event(), yaml.StreamStartEvent)
    if loader.check_event(yaml.StreamEndEvent):
        return Document(str(path), {})
    loader.get_event()
    document = Document(str(path), None, {})
    mistakes: list[Mistake] = []
    data = _value(loader, loader.get_event(), (), document, mistakes)
    loader.get_event()
    if not loader.check_event(yaml.StreamEndEvent):
        raise _NotPlainError  # a second document is refused where a tree is made
    return replace(document, data=data, mistakes=tuple(mistakes))


def _value(
    loader: Any, event: Any, path: Path_, document: Document, mistakes: list[Mistake]
) -> Any:
    """What begins with ``event``; the lines and mistakes in it are added."""
    if getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None:
        raise _NotPlainError
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(loader, event)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Any] = []
        while not isinstance(event := loader.get_event(), yaml.SequenceEndEvent):
            place = (*path, len(items))
            document.lines.setdefault(place, event.start_mark.line + 1)
            items.append(_value(loader, event, place, document, mistakes))
        return items
    values: dict[Any, Any] = {}
    while not isinstance(event := loader.get_event(), yaml.MappingEndEvent):
        line = event.start_mark.line + 1
        if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
            raise _NotPlainError
        place = (*path, str(event.value))
        first = document.lines.setdefault(place, line)
        key = _scalar(loader, event)
        if key in values:
            mistakes.append(_again(document.file, place, line, first))
        values[key] = _value(loader, loader.get_event(), place, document, mistakes)
    return values


def _scalar(loader: Any, event: Any) -> Any:
    tag = loader.resolve(yaml.ScalarNode, event.value, event.implicit)
    node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark, event.style)
    value = loader.construct_object(node)
    loader.constructed_objects.clear()  # it would keep them all
    return value


def _again(file: str, place: Path_, line: int, first: int) -> Mistake:
    return Mistake(file, line, dotted(place), f"stands here again, first on line {first}")


def _document(path: Path, loader: _Loader) -> Document:
    node = loader.get_single_node()
    if node is None:
        return Document(str(path), {})
    lines: dict[Path_, int] = {}
    mistakes = []
    for place, line, repeated in _walk(node, ()):
        if repeated:
            mistakes.append(_again(str(path), place, line, lines[place]))
        lines.setdefault(place, line)
    data = loader.construct_document(node)
    return Document(str(path), data, lines, tuple(mistakes))


def _walk(node: yaml.Node, path: Path_) -> Iterator[tuple[Path_, int, bool]]:
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*path, index), item.start_mark.line + 1, False
            yield from _walk(item, (*path, index))
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            name = str(key.value)
            yield (*path, name), key.start_mark.line + 1, name in seen
            seen.add(name)
            yield from _walk(value, (*path, name))


def _broken(path: Path, line: int, reason: str) -> Document:
    return Document(str(path), None, mistakes=(Mistake(str(path), line, "", reason),))


def dotted(path: Path_) -> str:
    """A path as people write it: ``channels[0].name``."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text
