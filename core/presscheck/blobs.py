"""Bytes by their SHA-256: written once, checked when read, never changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from presscheck.errors import StorageError


class Blobs:
    """A folder of blobs, `ab/cdef...` by digest. Safe for many writers at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Store `data` durably and return its digest (64 hex digits).

        Raises:
            StorageError: The disk is full or the folder cannot be written.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if not path.exists():
            try:
                self._write(path, data)
            except OSError as error:
                raise StorageError(
                    f"cannot store {len(data)} bytes in {self.folder}: {error.strerror}.",
                    remedy="Free some space or choose another folder with --work, then run again.",
                ) from error
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes of `digest`.

        Raises:
            StorageError: They are missing or were altered.
        """
        try:
            data = self._path(digest).read_bytes()
        except OSError as error:
            raise StorageError(
                f"blob {digest[:12]} is missing in {self.folder}: {error.strerror}.",
                remedy="Start again in a new work folder.",
            ) from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise StorageError(
                f"blob {digest[:12]} in {self.folder} was altered.",
                remedy="The disk may be faulty; start again in a new work folder.",
            )
        return data

    def has(self, digest: str) -> bool:
        """Return True when `digest` is stored."""
        return self._path(digest).exists()

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise StorageError(f"{digest[:80]!r} is not a SHA-256 digest.")
        return self.folder / digest[:2] / digest[2:]

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
