"""Folder delivery: whole files, no way out of the folder, and errors that say what to do."""

from __future__ import annotations

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.assets import Receipt
from presscheck.delivery import safe_name
from presscheck.errors import DeliveryError, InputError
from presscheck_plugins import deliver_folder


def _put(target: deliver_folder.FolderDeliverer, name: str, data: bytes = b"png") -> Receipt:
    digest = hashlib.sha256(data).hexdigest()
    return target.deliver(name, data, digest=digest, media_type="image/png")


@pytest.fixture
def target(tmp_path: Path) -> deliver_folder.FolderDeliverer:
    return deliver_folder.create({"path": str(tmp_path / "out")})


def test_a_file_lands_whole_with_its_receipt(target) -> None:
    receipt = _put(target, "spring/hero.png")
    path = target.folder / "spring/hero.png"
    assert path.read_bytes() == b"png"
    assert receipt.location == str(path)
    assert [file.name for file in path.parent.iterdir()] == ["hero.png"]


def test_a_delivered_file_follows_the_umask(target) -> None:
    before = os.umask(0o022)
    try:
        _put(target, "a.png")
    finally:
        os.umask(before)
    assert (target.folder / "a.png").stat().st_mode & 0o777 == 0o644


def test_the_same_bytes_again_write_nothing(target) -> None:
    first = _put(target, "a.png")
    before = (target.folder / "a.png").stat()
    assert _put(target, "a.png") == first
    after = (target.folder / "a.png").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_other_bytes_replace_the_file_in_one_step(target) -> None:
    _put(target, "a.png", b"old")
    reader = (target.folder / "a.png").open("rb")
    _put(target, "a.png", b"new")
    with reader:
        assert reader.read() == b"old"
    assert (target.folder / "a.png").read_bytes() == b"new"


def test_racing_writers_leave_one_whole_file(target) -> None:
    files = [bytes([number]) * 200_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda data: _put(target, "a.png", data), files))
    assert (target.folder / "a.png").read_bytes() in files
    assert [file.name for file in target.folder.iterdir()] == ["a.png"]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "/etc/x", "../x", "a/../../x", "a\\..\\x", "a\0", "a/./b", "a//b", "b/"]
)
def test_names_that_lead_elsewhere_are_refused(target, name) -> None:
    with pytest.raises(DeliveryError, match="not a safe name"):
        _put(target, name)
    assert not target.folder.exists()


@given(st.text(max_size=40))
def test_every_name_stays_below_the_folder_or_is_refused(name: str) -> None:
    root = Path("/srv/out")
    try:
        pure = safe_name(name)
    except DeliveryError:
        return
    path = Path(os.path.normpath(root / pure))
    assert path != root
    assert path.is_relative_to(root)


def test_a_link_that_leads_out_is_refused(target, tmp_path) -> None:
    target.check()
    (tmp_path / "elsewhere").mkdir()
    (target.folder / "out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DeliveryError, match=r"symbolic link.*Replace the link"):
        _put(target, "out/a.png")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_in_the_place_of_a_file_is_replaced_not_followed(target, tmp_path) -> None:
    target.check()
    (tmp_path / "precious").write_bytes(b"precious")
    (target.folder / "a.png").symlink_to(tmp_path / "precious")
    _put(target, "a.png")
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert (target.folder / "a.png").read_bytes() == b"png"


def test_a_file_where_a_folder_is_wanted_is_told(target) -> None:
    target.folder.write_text("a file")
    for act in (target.check, lambda: _put(target, "a.png")):
        with pytest.raises(DeliveryError, match=r"a file is where a folder is wanted.*Move"):
            act()


def test_a_folder_where_the_file_is_wanted_is_told(target) -> None:
    (target.folder / "a.png").mkdir(parents=True)
    with pytest.raises(DeliveryError, match="a folder is where the file is wanted"):
        _put(target, "a.png")
    assert [file.name for file in target.folder.iterdir()] == ["a.png"]


def test_a_place_that_cannot_be_written_is_told() -> None:
    target = deliver_folder.create({"path": "/proc/presscheck"})
    with pytest.raises(DeliveryError, match="cannot write /proc/presscheck"):
        target.check()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full. Free some space"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission is denied"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_failing_disk_is_told_and_the_old_file_stays(target, monkeypatch, number, words) -> None:
    _put(target, "a.png", b"old")

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DeliveryError, match=words):
        _put(target, "a.png", b"new")
    with pytest.raises(DeliveryError, match=words):
        target.check()
    assert (target.folder / "a.png").read_bytes() == b"old"
    assert [file.name for file in target.folder.iterdir()] == ["a.png"]


def test_bytes_that_do_not_match_their_digest_go_nowhere(target) -> None:
    with pytest.raises(DeliveryError, match="SHA-256 differs"):
        target.deliver("a.png", b"png", digest="0" * 64, media_type="image/png")
    assert not target.folder.exists()


def test_checking_leaves_an_empty_folder(target) -> None:
    target.check()
    assert list(target.folder.iterdir()) == []


@pytest.mark.parametrize("options", [{}, {"path": ""}, {"path": "a\0b"}, {"path": "x", "y": 1}])
def test_wrong_options_are_told(options) -> None:
    with pytest.raises(InputError, match=r"delivery to folder: .* Options are: path\."):
        deliver_folder.create(options)


def test_the_plugin_offers_folder() -> None:
    (entry,) = deliver_folder.register_deliverers()
    assert (entry.name, entry.create) == ("folder", deliver_folder.create)
