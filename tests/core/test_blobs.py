"""Blobs: what went in comes out, or an error says why not."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from presscheck.blobs import Blobs
from presscheck.errors import StorageError


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def _left(blobs: Blobs) -> list[Path]:
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


@given(data=st.binary(max_size=2000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_what_went_in_comes_out_under_its_sha256(blobs, data) -> None:
    digest = blobs.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert blobs.has(digest)
    assert blobs.get(digest) == data


def test_the_same_bytes_are_written_once(blobs) -> None:
    digest = blobs.put(b"same")
    (path,) = _left(blobs)
    before = path.stat().st_mtime_ns
    assert blobs.put(b"same") == digest
    assert [path.stat().st_mtime_ns for path in _left(blobs)] == [before]


def test_a_missing_blob_is_told(blobs) -> None:
    with pytest.raises(StorageError, match="missing") as caught:
        blobs.get("0" * 64)
    assert "new work folder" in caught.value.remedy
    assert not blobs.has("0" * 64)


@pytest.mark.parametrize("altered", [b"", b"datA", b"data more"])
def test_an_altered_blob_is_never_handed_out(blobs, altered) -> None:
    digest = blobs.put(b"data")
    _left(blobs)[0].write_bytes(altered)
    with pytest.raises(StorageError, match="altered"):
        blobs.get(digest)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63, "/" * 64, "é" * 64])
def test_what_is_no_digest_names_no_file(blobs, digest) -> None:
    with pytest.raises(StorageError, match="not a SHA-256"):
        blobs.get(digest)
    with pytest.raises(StorageError, match="not a SHA-256"):
        blobs.has(digest)


@pytest.mark.parametrize("failing", ["fsync", "mkstemp"])
def test_a_full_disk_is_told_and_leaves_nothing_half_written(blobs, monkeypatch, failing) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(
        f"presscheck.blobs.{'os.fsync' if failing == 'fsync' else 'tempfile.mkstemp'}", full
    )
    with pytest.raises(StorageError, match="No space left on device") as caught:
        blobs.put(b"data")
    assert "--work" in caught.value.remedy
    assert _left(blobs) == []


def test_a_folder_that_is_a_file_is_told(tmp_path) -> None:
    (tmp_path / "blobs").write_text("")
    with pytest.raises(StorageError, match=r"Not a directory|File exists"):
        Blobs(tmp_path / "blobs").put(b"data")


def test_many_threads_store_the_same_and_other_bytes(blobs) -> None:
    with ThreadPoolExecutor(8) as pool:
        digests = [*pool.map(lambda n: blobs.put(b"%d" % (n % 7)), range(100))]
    assert len(set(digests)) == len(_left(blobs)) == 7
    assert all(blobs.get(digest) == b"%d" % (n % 7) for n, digest in enumerate(digests))


def test_many_processes_store_the_same_bytes(blobs) -> None:
    program = (
        "import sys; from pathlib import Path; from presscheck.blobs import Blobs\n"
        "blobs = Blobs(Path(sys.argv[1]))\n"
        "for n in range(50): blobs.put(b'x' * n * 1000)"
    )
    command = [sys.executable, "-c", program, str(blobs.folder)]
    writers = [subprocess.Popen(command) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len(_left(blobs)) == 50
    assert all(blobs.get(hashlib.sha256(b"x" * n * 1000).hexdigest()) for n in range(1, 50))
