"""What every deliverer needs: options read strictly, names that cannot escape, bytes checked."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from presscheck.errors import DeliveryError, InputError

MAX_NAME_BYTES = 1024
"""Longest object key (Amazon S3 User Guide, "Naming Amazon S3 objects")."""

SECRET_WORDS = ("accesskey", "secret", "token", "password", "passwd", "credential", "apikey")
"""An option whose name holds one of these, dashes and case aside, would put a secret in a file."""

OptionsT = TypeVar("OptionsT", bound="Options")


class Options(BaseModel):
    """Options of a delivery target. Values are hidden in errors, for they may be secrets."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True
    )


def parse_options(
    model: type[OptionsT], options: Mapping[str, JsonValue], *, target: str, login: str = ""
) -> OptionsT:
    """Read a target's options; `login` says where credentials belong instead.

    Raises:
        InputError: A key is unknown, missing, wrong or a secret. Values are never repeated.
    """
    _refuse_secrets(options, target, login)
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        problems = [
            _problem(detail["type"], detail["msg"], detail["loc"])
            for detail in error.errors(include_url=False, include_input=False)
        ]
        known = ", ".join(model.model_fields)
        raise InputError(
            f"delivery to {target}: {'; '.join(problems)}.", remedy=f"Options are: {known}."
        ) from error


def _refuse_secrets(options: Mapping[str, JsonValue], target: str, login: str) -> None:
    for key in options:
        plain = key.lower().replace("_", "").replace("-", "")
        if any(word in plain for word in SECRET_WORDS):
            raise InputError(
                f"delivery to {target}: {key!r} would put a secret into the campaign file.",
                remedy=f"Take it out. {login}".strip(),
            )


def _problem(kind: str, message: str, place: tuple[int | str, ...]) -> str:
    field = ".".join(str(part) for part in place)
    if kind == "extra_forbidden":
        return f"there is no option {field!r}"
    if kind == "missing":
        return f"{field} is missing"
    text = message.removeprefix("Value error, ")
    return f"{field}: {text}" if field else text


def safe_name(name: str) -> PurePosixPath:
    """Return a delivery name as a path that stays below its target, on any file system.

    Raises:
        DeliveryError: It is empty, absolute, too long, or holds `..`, a backslash or a control
            character.
    """
    pure = PurePosixPath(name)
    unsafe = any(unicodedata.category(character) in {"Cc", "Cs"} for character in name)
    tidy = str(pure) == name and name not in {"", "."}
    if unsafe or not tidy or pure.is_absolute() or ".." in pure.parts or "\\" in name:
        raise DeliveryError(
            f"{name[:80]!r} is not a safe name for a delivered file.",
            remedy="Use a relative path such as 'spring/hero-en.png'.",
        )
    if len(name.encode()) > MAX_NAME_BYTES:
        raise DeliveryError(
            f"the name {name[:40]!r}... is longer than {MAX_NAME_BYTES} bytes.",
            remedy="Shorten the campaign's or the placement's name.",
        )
    return pure


def check_digest(name: str, data: bytes, digest: str) -> None:
    """Raise DeliveryError unless `digest` is the SHA-256 of `data`; altered bytes go nowhere."""
    if hashlib.sha256(data).hexdigest() != digest:
        raise DeliveryError(
            f"the bytes of {name!r} are not the ones that passed (their SHA-256 differs).",
            remedy="The work folder may be damaged; run again in a new one.",
        )
