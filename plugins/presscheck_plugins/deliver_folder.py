"""Delivers into a folder: every file appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, JsonValue, field_validator

from presscheck import registry
from presscheck.assets import Receipt
from presscheck.delivery import Options, check_digest, parse_options, safe_name
from presscheck.errors import DeliveryError
from presscheck.hookspecs import hookimpl

NAME = "folder"

_PROBLEMS = {
    errno.ENOSPC: ("the disk is full", "Free some space, then run again"),
    errno.EDQUOT: ("the disk quota is used up", "Free some space, then run again"),
    errno.EROFS: ("it lies on a read-only file system", "Choose another folder"),
    errno.EACCES: ("permission is denied", "Allow writing there, or choose another folder"),
    errno.EPERM: ("the operation is not permitted", "Choose another folder"),
    errno.ENOTDIR: ("a file is where a folder is wanted", "Move that file away"),
    errno.EEXIST: ("a file is where a folder is wanted", "Move that file away"),
    errno.EISDIR: ("a folder is where the file is wanted", "Move that folder away"),
    errno.ENAMETOOLONG: ("the name is too long for this file system", "Shorten the names"),
}


class FolderOptions(Options):
    """`path` is relative to the folder in which presscheck was started; `~` is the home folder."""

    path: Annotated[str, Field(min_length=1)]

    @field_validator("path")
    @classmethod
    def _no_nul(cls, value: str) -> str:
        if "\0" in value:
            raise ValueError("a path cannot hold a NUL character")
        return value


class FolderDeliverer:
    """Puts files below one folder. A file of the same name is replaced in one step.

    Readers see the old bytes or the new ones, never a part of them, also when the process is
    killed or the power fails: the bytes are on the disk before the name points at them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, name: str, data: bytes, *, digest: str, media_type: str) -> Receipt:
        """Write `data` to `name` below the folder, unless these very bytes are there already.

        Raises:
            DeliveryError: The name leads out of the folder, or the folder cannot be written.
        """
        del media_type  # a file's suffix says it
        check_digest(name, data, digest)
        path = self.folder / safe_name(name)
        with self._told(path):
            self._stay_inside(path)
            if not _holds(path, digest, len(data)):
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(path, data)
        return Receipt(target=NAME, name=name, location=str(path), digest=digest, size=len(data))

    def check(self) -> None:
        """Make the folder and write a file in it that is gone again at once.

        Raises:
            DeliveryError: The folder cannot be made or written.
        """
        with self._told(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = self.folder / f".presscheck-{secrets.token_hex(8)}"
            try:
                _write_new(probe, b"presscheck")
            finally:
                probe.unlink(missing_ok=True)

    def _stay_inside(self, path: Path) -> None:
        """Refuse a way through a symbolic link that leads out of the folder."""
        if not path.parent.resolve().is_relative_to(self.folder.resolve()):
            raise DeliveryError(
                f"{path} leads out of {self.folder} through a symbolic link.",
                remedy="Replace the link with a folder.",
            )

    @contextlib.contextmanager
    def _told(self, path: Path) -> Generator[None]:
        try:
            yield
        except OSError as error:
            known = _PROBLEMS.get(error.errno or 0)
            problem, remedy = known or (error.strerror or type(error).__name__, "Check the disk")
            raise DeliveryError(f"cannot write {path}: {problem}.", remedy=f"{remedy}.") from error


def _holds(path: Path, digest: str, size: int) -> bool:
    """Tell whether `path` is a plain file of these bytes; a link is not, its target may change."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        _write_new(temporary, data)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def _write_new(path: Path, data: bytes) -> None:
    # Not tempfile: its files are private (0600), a delivery follows the user's umask.
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the file system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def create(options: Mapping[str, JsonValue]) -> FolderDeliverer:
    """Make a deliverer from a campaign's `{to: folder, path: ...}`.

    Raises:
        InputError: The options are not `path` alone.
    """
    path = Path(parse_options(FolderOptions, options, target=NAME).path)
    return FolderDeliverer(path.expanduser())


@hookimpl
def register_deliverers() -> list[registry.DelivererEntry]:
    """Offer `folder`."""
    return [registry.DelivererEntry(name=NAME, summary="a folder on this machine", create=create)]
