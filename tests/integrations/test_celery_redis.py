"""Campaigns as Celery tasks on a real Redis with real worker processes."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from presscheck.manifest import verify_manifest

pytestmark = pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server")

COPY = {"headline": {"en": "SPRING SALE", "de": "GARTEN FEST", "fr": "SOLDES"}, "legal": "June"}
PASSWORD = "canary-4b7d"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    port = _free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    command += ["--dir", str(tmp_path), "--requirepass", PASSWORD]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"redis://:{PASSWORD}@127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


StartWorker = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start_worker(paper, broker: str, tmp_path: Path) -> Iterator[StartWorker]:
    with ExitStack() as stack:

        def start(name: str = "worker", queues: str = "engine,cpu,delivery", **env: str):
            log = tmp_path / f"{name}.log"
            file = stack.enter_context(log.open("wb"))
            command = [paper.command, "worker", "--broker", broker, "--work", "work"]
            worker = subprocess.Popen(
                [*command, "--queues", queues],
                env={**paper.env, **env},
                cwd=tmp_path,
                stdout=file,
                stderr=file,
            )
            stack.callback(worker.wait)
            stack.callback(worker.kill)
            deadline = time.monotonic() + 60
            while b" ready." not in log.read_bytes():
                assert worker.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            return worker

        yield start


def _campaign(write_campaign, **settings: float) -> Path:
    return write_campaign(
        locales=["en", "de", "fr"], copy=COPY, engine={"name": "paper", "settings": settings}
    )


def test_a_worker_makes_what_another_process_submits(
    paper, broker, start_worker, write_campaign, tmp_path
) -> None:
    start_worker()
    campaign = str(_campaign(write_campaign, wrong=1))
    done = paper.run("run", campaign, "--broker", broker, "--work", "work", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["assets"]) == 3
    assert verify_manifest(tmp_path / "out") == []
    assert len(paper.paid()) == len(set(paper.paid())) == 7
    assert PASSWORD not in done.stdout + done.stderr + (tmp_path / "worker.log").read_text()

    again = paper.run("run", campaign, "--broker", broker, "--work", "work")
    assert again.returncode == 0, again.stderr
    assert len(paper.paid()) == 7


def test_workers_of_one_queue_each_share_the_work(
    paper, broker, start_worker, write_campaign, tmp_path
) -> None:
    for queue in ("engine", "cpu", "delivery"):
        start_worker(queue, queue)
    campaign = str(_campaign(write_campaign, wrong=1))
    done = paper.run("run", campaign, "--broker", broker, "--work", "work")
    assert done.returncode == 0, done.stderr
    assert verify_manifest(tmp_path / "out") == []
    assert len(paper.paid()) == len(set(paper.paid())) == 7


def test_a_new_worker_ends_what_a_killed_one_began(
    paper, broker, start_worker, write_campaign, tmp_path
) -> None:
    first = start_worker("first")
    campaign = str(_campaign(write_campaign, wrong=1, seconds=0.5))
    submitter = paper.start(["run", campaign, "--broker", broker, "--work", "work"])
    try:
        deadline = time.monotonic() + 60
        while len(paper.paid("render")) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        first.kill()
        first.wait()
        lost = paper.lost(tmp_path / "work")
        assert lost["render"] <= 1
        start_worker("second")
        _, err = submitter.communicate(timeout=150)
    finally:
        submitter.kill()
        submitter.communicate()
    assert submitter.returncode == 0, err
    assert verify_manifest(tmp_path / "out") == []
    assert paper.twice() == lost


def test_a_task_longer_than_redis_waits_is_done_once(
    paper, broker, start_worker, write_campaign, tmp_path
) -> None:
    for name in ("first", "second"):
        start_worker(name)
    campaign = str(write_campaign(engine={"name": "paper", "settings": {"seconds": 20}}))
    done = paper.run("run", campaign, "--broker", broker, "--work", "work")
    assert done.returncode == 0, done.stderr
    assert len(paper.paid("render")) == 1
    assert len(paper.paid("plan")) == 1


def test_nobody_at_work_is_told_at_once(paper, broker, write_campaign) -> None:
    done = paper.run("run", str(_campaign(write_campaign)), "--broker", broker)
    assert done.returncode == 2
    assert "no worker serves redis://" in done.stderr
    assert "presscheck worker --broker" in done.stderr
    assert PASSWORD not in done.stderr
    assert "Traceback" not in done.stderr
    assert paper.paid() == []


@pytest.mark.parametrize("command", ["run", "worker"])
def test_a_broker_that_cannot_be_reached_is_told_without_its_password(
    paper, write_campaign, command
) -> None:
    broker = f"redis://:{PASSWORD}@127.0.0.1:{_free_port()}/0"
    target = [str(_campaign(write_campaign))] if command == "run" else []
    done = paper.run(command, *target, "--broker", broker)
    assert done.returncode == 2, done.stderr
    assert "the broker redis://" in done.stderr
    assert "cannot be used" in done.stderr
    assert PASSWORD not in done.stderr
    assert "Traceback" not in done.stderr
    assert paper.paid() == []


@pytest.mark.parametrize("broker", ["nonsense", "redis://host:port/0", "foo://host", "", "amqp://"])
def test_a_url_that_names_no_broker_is_told(paper, write_campaign, broker) -> None:
    done = paper.run("run", str(_campaign(write_campaign)), "--broker", broker)
    assert done.returncode == 2, done.stderr
    assert "broker" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_password_is_told_without_repeating_it(paper, broker, write_campaign) -> None:
    wrong = broker.replace(PASSWORD, "canary-wrong")
    done = paper.run("run", str(_campaign(write_campaign)), "--broker", wrong)
    assert done.returncode == 2, done.stderr
    assert "canary" not in done.stderr
    assert "Traceback" not in done.stderr
