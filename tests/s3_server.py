"""A real S3 server for the whole session: SeaweedFS, in a folder and on ports of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

WRITER = ("press-key", "press-secret-canary-5d1f")
READER = ("reader-key", "reader-secret-canary-77aa")
PORTS = ("s3", "master", "filer", "volume", "admin")


@dataclass(frozen=True, kw_only=True)
class S3Server:
    """Where the server listens, and two logins: one may write, one may only read."""

    endpoint: str
    writer: tuple[str, str] = WRITER
    reader: tuple[str, str] = READER

    def client(self) -> S3Client:
        """Return an administrator's client."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=WRITER[0],
            aws_secret_access_key=WRITER[1],
            config=Config(retries={"total_max_attempts": 1}),
        )


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    folder = tmp_path_factory.mktemp("seaweed")
    config = folder / "s3.json"
    config.write_text(json.dumps(_identities()))
    ports = _free_ports(2 * len(PORTS))
    command = [str(Path(sys.executable).with_name("weed")), "mini", f"-dir={folder}"]
    command += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.config={config}"]
    command += ["-admin.ui=false", "-webdav=false", "-master.telemetry=false"]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.autoCreateBucket=false"]
    for index, service in enumerate(PORTS):
        command.append(f"-{service}.port={ports[2 * index]}")
        command.append(f"-{service}.port.grpc={ports[2 * index + 1]}")
    with ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("wb"))
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        stack.callback(_stop, process)
        endpoint = f"http://127.0.0.1:{ports[0]}"
        _wait(endpoint, process, folder / "log")
        yield S3Server(endpoint=endpoint)


def _identities() -> dict[str, object]:
    def identity(name: str, login: tuple[str, str], actions: list[str]) -> dict[str, object]:
        return {
            "name": name,
            "credentials": [{"accessKey": login[0], "secretKey": login[1]}],
            "actions": actions,
        }

    local = {"type": "local", "enableOnDemandCreate": True}
    return {
        "identities": [
            identity("press", WRITER, ["Admin"]),
            identity("reader", READER, ["Read", "List"]),
        ],
        "kms": {"default_provider": "local", "providers": {"local": local}},
    }


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _wait(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{endpoint}/healthz", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"SeaweedFS did not start:\n{log.read_text()[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
