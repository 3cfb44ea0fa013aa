"""The ledger: append-only, shared by threads and processes, and honest when the disk is not."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from presscheck.assets import (
    AssetSpec,
    AssetState,
    Attempt,
    Box,
    Candidate,
    CharReading,
    Decision,
    Edit,
    EditKind,
    Pull,
    Receipt,
    Rendition,
    Roll,
    SlotReading,
    Status,
    Thresholds,
    Trouble,
    Verdict,
)
from presscheck.errors import InputError, StorageError
from presscheck.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path):
    ledger = Ledger.at(tmp_path / "work")
    yield ledger
    ledger.close()


def _spec(name: str, brief: str = "brief") -> AssetSpec:
    return AssetSpec(
        id=name, campaign="c", brand="b", placement="p", width=64, height=64, locale="en",
        variant=1, seed=0, brief=brief, slots=(),
    )  # fmt: skip


def _receipt(digest: str = "d") -> Receipt:
    return Receipt(target="1-folder", name="a.png", location="/a.png", digest=digest, size=1)


def _pull(number: int, base: str = "base") -> Pull:
    return Pull(
        asset="a", number=number, decision=Decision(roll=Roll.PLAN, reason="first roll"),
        prompt="", plan="plan", plan_seed=0, render_seed=0, base=base, seconds={"plan": 0.25},
    )  # fmt: skip


def _attempt() -> Attempt:
    box = Box(x=0.1, y=0.1, width=0.5, height=0.2)
    reading = SlotReading(
        slot="headline", expected="SALE", read="SOLE", distance=1, status=Status.REJECT,
        trouble=Trouble.MISSPELT, box=box, words=(("SALE", "SOLE"),),
        edits=(Edit(kind=EditKind.SUBSTITUTED, expected="A", read="O", at=1, confidence=0.9),),
        characters=(CharReading(character="S", loss=-4.5, posterior=0.99, instead="", box=box),),
        thresholds=Thresholds(accept=0.7, reject=4.0, no_space=8.0), views=4,
    )  # fmt: skip
    verdict = Verdict(
        verifier="copy", reader="eyes 1", status=Status.REJECT, slots=(reading,), seconds=0.123
    )
    return Attempt(
        asset="a", number=1, roll=Roll.PLAN, reason="first roll", prompt="", plan="p", plan_seed=0,
        render_seed=0, base="b", verdicts=(verdict,),
        candidate=Candidate(asset="a", roll=1, image="i", width=64, height=64),
    )  # fmt: skip


def test_a_verdict_comes_back_whole(ledger) -> None:
    ledger.begin("run", {}, [_spec("a")])
    ledger.record("run", "a", "1", _attempt())
    assert ledger.asset("run", "a").attempts == (_attempt(),)


def test_a_run_is_kept_with_its_assets_in_order(ledger) -> None:
    ledger.begin("run", {"campaign": {"name": "c"}}, [_spec("b"), _spec("a")])
    assert ledger.job("run") == {"campaign": {"name": "c"}}
    assert ledger.runs() == ["run"]
    assert [asset.spec.id for asset in ledger.assets("run")] == ["b", "a"]
    assert ledger.asset("run", "a").state is AssetState.OPEN


def test_a_run_that_begins_twice_stays_as_it_was(ledger) -> None:
    ledger.begin("run", {"first": True}, [_spec("a", "first")])
    ledger.set_state("run", "a", AssetState.ACCEPTED, "good")
    ledger.begin("run", {"first": False}, [_spec("a", "second")])
    assert ledger.job("run") == {"first": True}
    asset = ledger.asset("run", "a")
    assert (asset.spec.brief, asset.state, asset.reason) == ("first", AssetState.ACCEPTED, "good")


def test_a_value_is_recorded_once(ledger) -> None:
    ledger.begin("run", {}, [_spec("a")])
    ledger.record("run", "a", "k", _receipt("first"))
    ledger.record("run", "a", "k", _receipt("second"))
    assert [r.digest for r in ledger.asset("run", "a").receipts] == ["first"]


def test_pulls_and_renditions_come_back_as_they_went_in(ledger) -> None:
    ledger.begin("run", {}, [_spec("a")])
    rendition = Rendition(
        asset="a", name="a.png", format="png", width=1, height=1, digest="d", size=1
    )
    ledger.record("run", "a", "a.png", rendition)
    ledger.record("run", "a", "0001", _pull(1))
    ledger.record("run", "a", "0002", _pull(2))
    assert ledger.pull("run", "a", 2) == _pull(2)
    assert ledger.pull("run", "a", 3) is None
    assert ledger.asset("run", "a").renditions == (rendition,)


def test_a_step_is_kept_for_all_runs(ledger, tmp_path) -> None:
    assert ledger.step("key") is None
    ledger.record_step("key", "plan", "digest", 1.5)
    ledger.record_step("key", "plan", "other", 2.5)
    assert Ledger.at(tmp_path / "work").step("key") == ("digest", 1.5)


def test_an_unknown_run_is_told(ledger) -> None:
    with pytest.raises(InputError, match="no run 'nope'"):
        ledger.job("nope")


def test_an_unknown_asset_is_told(ledger) -> None:
    ledger.begin("run", {}, [_spec("a")])
    with pytest.raises(InputError, match="no asset 'nope'"):
        ledger.asset("run", "nope")


def test_a_run_without_assets_can_begin(ledger) -> None:
    ledger.begin("run", {}, [])
    assert ledger.assets("run") == []


def test_a_lease_is_held_by_one_owner(ledger) -> None:
    assert ledger.lease("x", "me", 60)
    assert ledger.lease("x", "me", 60)
    assert not ledger.lease("x", "you", 60)
    assert ledger.lease("y", "you", 60)
    ledger.release("x", "you")
    assert not ledger.lease("x", "you", 60)
    ledger.release("x", "me")
    assert ledger.lease("x", "you", 60)


def test_a_lease_that_ran_out_is_taken_over(ledger) -> None:
    assert ledger.lease("x", "dead", 0.01)
    time.sleep(0.05)
    assert ledger.lease("x", "you", 60)
    assert not ledger.lease("x", "dead", 60)


def test_of_many_threads_one_gets_the_lease(ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        got = [*pool.map(lambda owner: ledger.lease("x", str(owner), 60), range(24))]
    assert sum(got) == 1


_TAKE = """
import sys
from pathlib import Path
from presscheck.ledger import Ledger
ledger = Ledger.at(Path(sys.argv[1]))
print(sum(ledger.lease(f"x{n}", sys.argv[2], 60) for n in range(40)))
for n in range(40):
    ledger.record_step(f"{sys.argv[2]}-{n}", "plan", n, 0.0)
"""


def test_of_many_processes_one_gets_each_lease_and_all_writes_land(ledger, tmp_path) -> None:
    command = [sys.executable, "-c", _TAKE, str(tmp_path / "work")]
    racers = [
        subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, text=True) for n in range(3)
    ]
    got = [int(racer.communicate(timeout=60)[0]) for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0]
    assert sum(got) == 40
    assert all(ledger.step(f"{racer}-{n}") for racer in range(3) for n in range(40))


def test_many_threads_record_every_value(ledger) -> None:
    ledger.begin("run", {}, [_spec("a")])
    with ThreadPoolExecutor(8) as pool:
        [*pool.map(lambda n: ledger.record("run", "a", f"{n % 20:04}", _pull(n % 20)), range(80))]
    assert [ledger.pull("run", "a", n) for n in range(20)] == [_pull(n) for n in range(20)]


def test_many_first_openings_at_once_make_one_ledger(tmp_path) -> None:
    with ThreadPoolExecutor(8) as pool:
        ledgers = [*pool.map(lambda _: Ledger.at(tmp_path / "fresh"), range(16))]
    assert all(ledger.runs() == [] for ledger in ledgers)


def test_many_processes_open_a_fresh_work_folder_at_once(tmp_path) -> None:
    command = [sys.executable, "-c", _TAKE, str(tmp_path / "fresh")]
    racers = [
        subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for n in range(4)
    ]
    ends = [racer.communicate(timeout=60)[1].decode()[-300:] for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 4, ends


def test_the_first_problem_of_an_asset_is_kept(ledger) -> None:
    ledger.record_problem("run", "a", 4, "first")
    ledger.record_problem("run", "a", 6, "second")
    ledger.record_problem("run", "", 5, "all of it")
    ledger.record_problem("other", "a", 4, "elsewhere")
    assert ledger.problems("run") == {"a": (4, "first"), "": (5, "all of it")}


def test_a_fresh_start_forgets_problems_and_leases_of_that_run_only(ledger) -> None:
    ledger.begin("run", {}, [_spec("a")])
    ledger.record("run", "a", "k", _receipt())
    ledger.record_problem("run", "a", 4, "x")
    ledger.record_problem("other", "a", 4, "x")
    ledger.lease("run/roll", "dead", 60)
    ledger.lease("other/roll", "alive", 60)
    ledger.start_afresh("run")
    assert ledger.problems("run") == {}
    assert ledger.problems("other") != {}
    assert ledger.lease("run/roll", "new", 60)
    assert not ledger.lease("other/roll", "new", 60)
    assert ledger.asset("run", "a").receipts


def test_a_fresh_start_takes_a_runs_name_as_it_is_written(ledger) -> None:
    ledger.lease("runx/roll", "alive", 60)
    ledger.start_afresh("run_")
    ledger.start_afresh("%")
    assert not ledger.lease("runx/roll", "new", 60)


def test_a_full_disk_is_told(ledger, tmp_path) -> None:
    database = sqlite3.connect(tmp_path / "work/ledger.sqlite3")
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.close()
    from sqlalchemy import event

    @event.listens_for(ledger._engine, "connect")
    def _limit(connection, _record) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    ledger.close()
    with pytest.raises(StorageError, match="disk is full") as caught:
        ledger.begin("run", {"text": "x" * 200_000}, [_spec("a")])
    assert caught.value.remedy
    assert ledger.runs() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_readonly_folder_is_told(tmp_path) -> None:
    (tmp_path / "work").mkdir(mode=0o500)
    with pytest.raises(StorageError):
        Ledger.at(tmp_path / "work")


def test_a_readonly_database_is_told(ledger) -> None:
    from sqlalchemy import event

    @event.listens_for(ledger._engine, "connect")
    def _limit(connection, _record) -> None:
        connection.execute("PRAGMA query_only=1")

    ledger.close()
    with pytest.raises(StorageError, match="readonly"):
        ledger.record_problem("run", "", 1, "x")


def test_a_file_that_is_no_database_is_told(tmp_path) -> None:
    (tmp_path / "ledger.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match="not a database"):
        Ledger.at(tmp_path)


def test_a_ledger_whose_values_were_altered_is_told(ledger, tmp_path) -> None:
    ledger.begin("run", {}, [_spec("a")])
    database = sqlite3.connect(tmp_path / "work/ledger.sqlite3")
    database.execute("UPDATE assets SET spec = '{}'")
    database.commit()
    database.close()
    with pytest.raises(StorageError, match="altered"):
        ledger.assets("run")


def test_a_work_folder_where_a_file_lies_is_told(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="--work"):
        Ledger.at(tmp_path / "file/work")


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://host/db", "oracle://x", "redis://host", "postgresql://host:port/db"],
)
def test_a_url_that_names_no_ledger_is_told(url) -> None:
    with pytest.raises(InputError, match="ledger's URL"):
        Ledger(url)


def test_a_urls_password_is_not_told() -> None:
    with pytest.raises((InputError, StorageError)) as caught:
        Ledger("postgresql://me:hunter2@127.0.0.1:1/db?connect_timeout=1")
    assert "hunter2" not in str(caught.value)
