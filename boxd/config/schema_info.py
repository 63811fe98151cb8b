"""What the schema expects at a place of the file, in words for people."""

from __future__ import annotations

import types
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from boxd.config.device_kinds import sections
from boxd.config.device_schema import DeviceSection
from boxd.config.schema import Config
from boxd.config.toml_positions import KeyPath

# For sections that are lists: the word for one item, and the key that names it.
ITEMS = {
    "devices": ("device", "name"),
    "bays": ("bay", "id"),
    "lockers": ("locker", "id"),
    "checkpoints": ("checkpoint", "id"),
    "tasks": ("task", "id"),
    "seed": ("prize", "sku"),
}


@dataclass(frozen=True)
class Expected:
    """A place of the file: its path there, the type it takes, and its field if it is one."""

    path: KeyPath = ()
    annotation: Any = Config
    field: FieldInfo | None = None

    @property
    def keys(self) -> list[str]:
        """The keys that a section at this place has; empty if it can't be a section."""
        bare = _bare(self.annotation)
        if _is_section(bare):
            return list(bare.model_fields)
        if get_origin(bare) is dict and _is_choice(get_args(bare)[0]):
            return [member.value for member in get_args(bare)[0]]
        return []

    @property
    def default(self) -> Any:
        """The value if the file has none; None if there is no such value."""
        value = self.field.default if self.field is not None else None
        return None if value is PydanticUndefined else value

    @property
    def description(self) -> str:
        """What is allowed here, e.g. `a whole number from 1 to 65535, without quotes`."""
        metadata = list(self.field.metadata) if self.field is not None else []
        if self.field is not None and self.field.description:
            return self.field.description
        return _described(self.annotation, metadata)


def expected_at(location: Iterable[int | str]) -> Expected:
    """What belongs at a location in pydantic's form.

    Its locations also contain a device's kind, which is not part of the path, and end in `[key]`
    if the key itself is meant.
    """
    place = parent = Expected()
    for part in location:
        if part == "[key]":
            return Expected(place.path, get_args(_bare(parent.annotation))[0])
        parent, place = place, _step(place, part)
    return place


def _step(place: Expected, part: int | str) -> Expected:
    bare = _bare(place.annotation)
    path = (*place.path, part)
    if bare is DeviceSection:
        kinds = sections()
        return Expected(place.path, kinds[str(part)]) if part in kinds else Expected(path, None)
    if _is_section(bare):
        field = bare.model_fields.get(part)
        return Expected(path, field.annotation if field else None, field)
    if get_origin(bare) is tuple:
        return Expected(path, get_args(bare)[0])
    if get_origin(bare) is dict:
        return Expected(path, get_args(bare)[1])
    return Expected(path, None)


def _bare(annotation: Any) -> Any:
    """The type inside of `Annotated[...]` and `... | None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if _is_union(annotation) and type(None) in get_args(annotation):
        return _bare(next(arg for arg in get_args(annotation) if arg is not type(None)))
    return annotation


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_choice(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, StrEnum)


def _described(annotation: Any, metadata: list[Any]) -> str:
    if _is_union(annotation) and type(None) in get_args(annotation):
        inner = next(arg for arg in get_args(annotation) if arg is not type(None))
        return _described(inner, metadata)
    if get_origin(annotation) is Annotated:
        inner, *extras = get_args(annotation)
        fields = [extra for extra in extras if isinstance(extra, FieldInfo)]
        texts = [field.description for field in fields if field.description]
        return texts[0] if texts else _described(inner, [m for f in fields for m in f.metadata])
    if get_origin(annotation) is tuple:
        return f"a list in [ ], each entry {_described(get_args(annotation)[0], [])}"
    if get_origin(annotation) is Literal:
        return _one_of(get_args(annotation))
    if _is_choice(annotation):
        return _one_of(member.value for member in annotation)
    return _described_simple(annotation, metadata)


def _described_simple(annotation: Any, metadata: list[Any]) -> str:
    if annotation is bool:
        return "true or false, without quotes"
    if annotation is int:
        low = next(limit.ge for limit in metadata if isinstance(limit, annotated_types.Ge))
        high = next(limit.le for limit in metadata if isinstance(limit, annotated_types.Le))
        return f"a whole number from {low} to {high}, without quotes"
    if annotation is str:
        return "text in quotes, not empty"
    return str(getattr(annotation, "IN_WORDS", "keys with values in { }"))


def _one_of(values: Iterable[str]) -> str:
    return "one of " + ", ".join(f"'{value}'" for value in values)
