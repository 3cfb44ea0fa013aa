"""Reads the files that people write, and says at which line a mistake is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from presscheck.brand import Brand
from presscheck.errors import SpecError, SpecErrorGroup
from presscheck.spec import Campaign

MAX_BYTES = 1_000_000
"""A campaign or brand file is text that a person wrote; a larger one is refused unread."""
MAX_NODES = 50_000
"""Values in a file after aliases are followed: a few nested aliases can mean billions."""

ModelT = TypeVar("ModelT", bound=BaseModel)
Path_ = tuple[int | str, ...]


def load_campaign(path: Path) -> Campaign:
    """Read a campaign file.

    Raises:
        SpecError: The file cannot be read, or is not YAML.
        SpecErrorGroup: It has mistakes; each names line, field, what was found and the remedy.
    """
    return _load(path, Campaign)


def load_brand(path: Path) -> Brand:
    """Read a brand kit's `brand.yaml`; its files are relative to the folder it lies in."""
    return _load(path, Brand).at(path.resolve().parent)


def _load(path: Path, model: type[ModelT]) -> ModelT:
    tree = _parse(path, read_text(path))
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        raise SpecErrorGroup(_spec_errors(error, path, tree)) from error


def read_text(path: Path, most: int = MAX_BYTES) -> str:
    """Return a UTF-8 text of `most` bytes; SpecError says why it cannot be read."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            # Reading a pipe or a device may never end.
            raise SpecError("is not a file.", file=path, remedy="Give a text file.")
        if path.stat().st_size > most:
            raise SpecError(
                f"the file is larger than {most // 1000} kB.",
                file=path,
                remedy="Is it the right file? Campaigns, brands and calibrations are short texts.",
            )
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpecError(
            f"cannot be read: {reason}.", file=path, remedy="Check the path and its permissions."
        ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SpecError(
            f"byte 0x{data[error.start]:02x} is not UTF-8.",
            file=path,
            line=line,
            remedy="Save the file as UTF-8.",
        ) from error


def _parse(path: Path, text: str) -> CommentedMap:
    try:
        parser: Any = YAML(typ="rt")
        tree: object = parser.load(StringIO(text))
    except MarkedYAMLError as error:
        line, problem = _syntax_error(error)
        raise SpecError(
            f"is not valid YAML: {problem}.",
            file=path,
            line=line,
            remedy="Check indentation, colons and quotes around that line.",
        ) from error
    except (YAMLError, ValueError, RecursionError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SpecError(f"is not valid YAML: {first}", file=path) from error
    if not isinstance(tree, CommentedMap):
        raise SpecError(
            f"must be a mapping of keys to values, not {_kind(tree)}.",
            file=path,
            line=1,
            remedy="See docs/campaign.md for a first file.",
        )
    _refuse_bombs(path, tree)
    return tree


def _syntax_error(error: Any) -> tuple[int | None, str]:
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem or error.context or "a syntax error").strip().splitlines()[0]
    return (mark.line + 1 if mark else None), problem


def _refuse_bombs(path: Path, tree: CommentedMap) -> None:
    left = MAX_NODES
    stack: list[tuple[object, int]] = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        left -= 1
        if left < 0 or depth > 30:
            raise SpecError(
                "holds too many nested values.", file=path, remedy="Remove anchors and aliases."
            )
        stack.extend((child, depth + 1) for child in _children(node))


def _children(node: object) -> Iterator[object]:
    if isinstance(node, CommentedMap):
        yield from cast("Mapping[object, object]", node).values()
    elif isinstance(node, CommentedSeq):
        yield from cast("Sequence[object]", node)


def _child(node: object, part: int | str) -> object:
    """Return what is written at `part` of `node`, None when nothing is."""
    if isinstance(node, CommentedMap):
        return cast("Mapping[object, object]", node).get(part)
    if isinstance(node, CommentedSeq) and isinstance(part, int):
        return cast("Sequence[object]", node)[part]
    return None


def _spec_errors(error: ValidationError, path: Path, tree: CommentedMap) -> list[SpecError]:
    errors: dict[str, SpecError] = {}
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    for detail in details:
        place = detail["loc"]
        if any(len(other) > len(place) and other[: len(place)] == place for other in places):
            continue  # the list is only "too short" because of the wrong item in it
        known = _written_part(place, tree)
        field = ".".join(str(part) for part in known)
        problem = _problem(detail["type"], detail["msg"], place, detail["input"])
        remedy = _remedy(detail["type"], known)
        # One wrong value under a union is told once, not once a member of the union.
        errors.setdefault(
            field,
            SpecError(problem, file=path, line=_line(known, tree), field=field, remedy=remedy),
        )
    return list(errors.values())


def _written_part(place: Path_, tree: object) -> Path_:
    """Return `place` without the model names that pydantic puts into a union's location."""
    node = tree
    kept: list[int | str] = []
    for index, part in enumerate(place):
        last = index == len(place) - 1
        if _child(node, part) is not None or (isinstance(node, CommentedMap) and last):
            kept.append(part)
            node = _child(node, part)
    return tuple(kept)


def _line(place: Path_, tree: CommentedMap) -> int:
    """Return the line (from 1) of the last part of `place` that is written in the file."""
    node: object = tree
    line = 0
    for part in place:
        marks: Any = getattr(node, "lc", None)
        try:
            line = int((marks.key if isinstance(node, CommentedMap) else marks.item)(part)[0])
        except (AttributeError, KeyError, TypeError, IndexError):
            break
        node = _child(node, part)
    return line + 1


def _problem(kind: str, message: str, place: Path_, found: object) -> str:
    if kind == "extra_forbidden":
        return f"there is no key {place[-1]!r} here."
    if kind == "missing":
        return "is missing."
    text = message.removeprefix("Value error, ")
    if found is None:
        text += ", found nothing"
    elif isinstance(found, str | int | float):
        text += f", found {_shown(found)}"
    return text + "."


def _shown(found: str | int | float) -> str:
    return repr(str(found[:60])) if isinstance(found, str) else repr(found)[:60]


def _remedy(kind: str, known: Path_) -> str:
    if kind == "extra_forbidden":
        return "Check the spelling, or take it out."
    if kind == "missing":
        return f"Add {known[-1]!r}." if known else ""
    return ""


def _kind(tree: object) -> str:
    if isinstance(tree, CommentedSeq):
        return "a list"
    return "an empty file" if tree is None else f"the single value {str(tree)[:60]!r}"
