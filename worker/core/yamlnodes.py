"""YAML read node by node, so that every refusal names file, line and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import yaml

from worker.errors import ConfigError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a YAML file: its file, its line, its key, and what stands there."""

    path: str
    node: yaml.Node
    key: str = ""

    def refuse(self, reason: str) -> NoReturn:
        """Raise the ConfigError that names this place."""
        where = f"{self.path}, line {self.node.start_mark.line + 1}"
        raise ConfigError(f"{where}: {self.key}: {reason}" if self.key else f"{where}: {reason}")

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> Fields:
        """The mapping at this place; an unknown, repeated or missing key is refused."""
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse("a mapping of keys is needed here")
        found: dict[str, Place] = {}
        for key_node, value in self.node.value:
            key = Place(self.path, key_node, self.key)
            name = str(key_node.value)
            if name not in required and name not in optional:
                allowed = ", ".join(sorted({*required, *optional}))
                key.refuse(f"unknown key {name!r}; allowed: {allowed}")
            if name in found:
                key.refuse(f"{name!r} stands here twice")
            found[name] = Place(self.path, value, name)
        missing = [name for name in required if name not in found]
        if missing:
            self.refuse(f"missing: {', '.join(missing)}")
        return Fields(found)

    def items(self) -> Iterator[Place]:
        """The places of the list at this place."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.refuse("a list is needed here")
        return (Place(self.path, node, self.key) for node in self.node.value)

    def value(self) -> str | int | float | bool | None:
        """The scalar at this place; a date counts as text."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.refuse("a single value is needed here")
        if self.node.tag == "tag:yaml.org,2002:timestamp":
            return str(self.node.value)
        read: str | int | float | bool | None
        read = yaml.SafeLoader("").construct_object(self.node)
        return read

    def text(self) -> str:
        """The non-empty text at this place, as written: ``NO`` is Norway, not false."""
        scalar = isinstance(self.node, yaml.ScalarNode)
        if not scalar or self.node.tag.endswith(":null") or not self.node.value.strip():
            self.refuse("a text is needed here")
        return str(self.node.value)

    def number(self) -> float | None:
        """The number at this place, or ``None`` for null."""
        value = self.value()
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(f"a number or null is needed here, not {value!r}")
        return value

    def flag(self) -> bool:
        """The true or false at this place."""
        value = self.value()
        if not isinstance(value, bool):
            self.refuse(f"true or false is needed here, not {value!r}")
        return value

    def one_of(self, convert: Callable[[str], T], allowed: Collection[str]) -> T:
        """The text at this place as a value; a ``ValueError`` of ``convert`` becomes a refusal."""
        text = self.text()
        try:
            return convert(text)
        except ValueError:
            self.refuse(f"{text!r} is not known; allowed: {', '.join(allowed)}")


@dataclass(frozen=True, slots=True)
class Fields:
    """The places of a mapping by key."""

    places: dict[str, Place]

    def __getitem__(self, name: str) -> Place:
        """The place of a required key."""
        return self.places[name]

    def get(self, name: str) -> Place | None:
        """The place of an optional key; ``None`` where it is absent or null."""
        place = self.places.get(name)
        absent = place is None or place.node.tag == "tag:yaml.org,2002:null"
        return None if absent else place


def read_yaml(text: str, path: str) -> Place:
    """The root of a YAML file; what is no YAML, or empty, is refused with file and line."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}, line {line}: no YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{path}, line 1: no YAML: {error}") from error
    if node is None:
        raise ConfigError(f"{path}, line 1: the file is empty")
    return Place(path, node)
