"""A vision model is asked over HTTP, and nothing that it answers is trusted."""

from __future__ import annotations

import base64
import io
import json
import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from PIL import Image

from conftest import Paper
from presscheck.assets import Status
from presscheck.check import check_image
from presscheck.errors import InputError, PluginError, TransientError
from presscheck.plugins import Plugins, pick_judge
from presscheck.registry import ReadText
from presscheck.verification import Panel
from presscheck_plugins.read_vision_http import VisionReader, open_reader, register_readers
from presscheck_plugins.vision.answer import LONGEST_LINE, MOST_LINES, lines_of
from presscheck_plugins.vision.calls import ATTEMPTS, Caller
from presscheck_plugins.vision.settings import KEY, MODEL, URL, Settings

SECRET = "sk-never-to-be-seen-0123456789"
IMAGE = Image.new("RGB", (300, 200), "teal")

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Service:
    """An API on this machine that gives its answers in turn, the last one for ever."""

    url: str
    answers: list[Answer] = field(default_factory=list[Answer])
    asked: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)

    def reader(self, seconds: float = 5.0) -> VisionReader:
        settings = Settings(url=f"{self.url}/v1/", model="eye-1", key=SECRET)
        return VisionReader(Caller(settings=settings, seconds=seconds, pause=0.01))


def send(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def completion(content: object) -> bytes:
    text = content if isinstance(content, str) else json.dumps(content)
    return json.dumps({"id": "1", "choices": [{"message": {"content": text}}]}).encode()


def lines(*texts: str) -> Answer:
    return send(200, completion({"lines": list(texts)}))


@pytest.fixture
def service() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.asked.append((self.path, dict(self.headers), json.loads(body)))
            number = min(len(made.asked), len(made.answers)) - 1
            try:
                made.answers[number](self)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Service(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def test_lines_are_read_and_only_pixels_are_sent(service: Service) -> None:
    service.answers = [lines("SUMMER SALE", " ", "until 31 August")]
    found = service.reader().read(IMAGE)
    assert [line.text for line in found] == ["SUMMER SALE", "until 31 August"]
    assert found[1].polygon == ((0, 100), (300, 100), (300, 200), (0, 200))
    assert all(line.posteriors is None for line in found)
    ((path, headers, body),) = service.asked
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert body["model"] == "eye-1"
    assert body["response_format"]["json_schema"]["strict"] is True
    text, picture = body["messages"][0]["content"]
    assert "exactly" in text["text"]
    prefix, data = picture["image_url"]["url"].split(",")
    assert prefix == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as sent:
        assert (sent.size, sent.convert("RGB").tobytes()) == (IMAGE.size, IMAGE.tobytes())


def test_large_images_are_scaled_down(service: Service) -> None:
    service.answers = [lines()]
    assert service.reader().read(Image.new("RGB", (4096, 100))) == []
    url = service.asked[0][2]["messages"][0]["content"][1]["image_url"]["url"]
    with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as sent:
        assert sent.size == (2048, 50)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_overloaded_service_is_asked_again(service: Service, status: int) -> None:
    service.answers = [send(status), send(status), lines("SALE")]
    assert [line.text for line in service.reader().read(IMAGE)] == ["SALE"]
    assert len(service.asked) == 3


def test_a_service_that_stays_overloaded_is_a_transient_error(service: Service) -> None:
    service.answers = [send(429, SECRET.encode())]
    with pytest.raises(TransientError, match="answered with status 429"):
        service.reader().read(IMAGE)
    assert len(service.asked) == ATTEMPTS


def _silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.6)


def _dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(20):
        handler.wfile.write(b" ")
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [_silent, _dripping])
def test_a_service_that_takes_too_long_is_a_transient_error(
    service: Service, answer: Answer
) -> None:
    service.answers = [answer]
    with pytest.raises(TransientError):
        service.reader(seconds=0.2).read(IMAGE)
    assert len(service.asked) == ATTEMPTS


def test_nobody_at_the_address_is_a_transient_error() -> None:
    settings = Settings(url="http://127.0.0.1:1/v1", model="eye-1", key=SECRET)
    reader = VisionReader(Caller(settings=settings, seconds=1, pause=0.01))
    with pytest.raises(TransientError, match=r"127\.0\.0\.1:1 does not answer"):
        reader.read(IMAGE)


def _flood(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(2000):
        handler.wfile.write(b"[" * 65_536)


HOSTILE: dict[str, Answer] = {
    "a flood": _flood,
    "a redirect": send(302, Location="http://127.0.0.1:1/steal"),
    "another redirect": send(307, Location="/v1/chat/completions"),
    "a refused key": send(401, f"bad key {SECRET}".encode()),
    "no such model": send(404, SECRET.encode()),
    "no JSON": send(200, b"<html>" + SECRET.encode()),
    "no choices": send(200, b'{"choices": []}'),
    "no content": send(200, b'{"choices": [{"message": {"content": null}}]}'),
    "prose": send(200, completion(f"The image says {SECRET}")),
    "a list": send(200, completion(["SALE"])),
    "another key": send(200, completion({"lines": ["SALE"], SECRET: 1})),
    "numbers": send(200, completion({"lines": [1]})),
    "too many lines": send(200, completion({"lines": ["x"] * (MOST_LINES + 1)})),
    "a long line": send(200, completion({"lines": [SECRET + "x" * LONGEST_LINE]})),
    "deep JSON": send(200, completion("[" * 100_000)),
    "half a surrogate": send(200, completion('{"lines": ["\\ud800"]}')),
    "no UTF-8": send(200, b'{"choices": [{"message": {"content": "\xff"}}]}'),
    "a bomb": send(200, b"\x1f\x8b\x08\x00" + b"\x00" * 50, **{"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_answer_is_one_clear_error_without_the_key(
    service: Service, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service.answers = [answer]
    with pytest.raises(PluginError) as caught:
        service.reader().read(IMAGE)
    assert len(service.asked) == 1
    assert caught.value.remedy
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told + caplog.text


def test_signs_that_steer_a_terminal_are_dropped() -> None:
    assert lines_of(completion({"lines": ["\x1b[2JSALE\x07", "\u202ereversed", "a\tb"]})) == [
        "[2JSALE",
        "reversed",
        "a\tb",
    ]


def test_the_key_is_in_neither_name_nor_settings(service: Service) -> None:
    reader = service.reader()
    assert reader.name.startswith("vision-http eye-1 at 127.0.0.1:")
    assert SECRET not in reader.name + repr(reader) + repr(reader._caller)


@pytest.mark.parametrize(
    ("url", "model", "key", "told"),
    [
        ("", "m", "", f"needs {URL}"),
        ("http://api.example.com/v1", "m", "", "does not begin with https"),
        ("ftp://127.0.0.1", "m", "", "does not begin with https"),
        ("file:///etc/passwd", "m", "", "is no URL"),
        ("https://[::1", "m", "", "is no URL"),
        ("https://host:99999", "m", "", "is no URL"),
        ("https://ho st/v1", "m", "", "is no URL"),
        (f"https://me:{SECRET}@host/v1", "m", "", "holds a user's name"),
        (f"https://host/v1?key={SECRET}", "m", "", "has a query"),
        ("https://host/v1", "", "", f"{MODEL} is empty"),
        ("https://host/v1", "m", f"{SECRET}\r\nX-Evil: 1", "beyond ASCII"),
        ("https://host/v1", "m", f"{SECRET}é", "beyond ASCII"),
    ],
)
def test_settings_that_cannot_be_used_are_told_without_the_key(
    monkeypatch: pytest.MonkeyPatch, url: str, model: str, key: str, told: str
) -> None:
    for name, value in ((URL, url), (MODEL, model), (KEY, key)):
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=told) as caught:
        open_reader()
    assert caught.value.remedy
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/v1",
        "http://localhost:8000",
        "http://[::1]:8/v1",
        "http://127.3.2.1",
    ],
)
def test_https_is_needed_except_on_this_machine(url: str) -> None:
    assert Settings(url=url, model="m").completions == f"{url}/chat/completions"


def test_without_a_key_none_is_sent(service: Service) -> None:
    service.answers = [lines()]
    VisionReader(Caller(settings=Settings(url=service.url, model="m"))).read(IMAGE)
    assert "Authorization" not in service.asked[0][1]


def test_it_may_not_judge_alone() -> None:
    (entry,) = register_readers()
    assert (entry.name, entry.alone, entry.substitute) == ("vision-http", False, False)
    with pytest.raises(InputError, match=r"may not judge alone.*--second-opinion vision-http"):
        pick_judge(Plugins.load().readers(), "vision-http")


class Doubts:
    """Reads the copy without its space, which a plain image neither confirms nor refutes."""

    name = "doubts 1"

    def unreadable(self, text: str) -> frozenset[str]:
        return frozenset()

    def read(self, image: Image.Image, *, closely: bool = False) -> list[ReadText]:
        corners = ((50.0, 50.0), (250.0, 50.0), (250.0, 90.0), (50.0, 90.0))
        return [ReadText(text="BIGSALE", score=0.9, polygon=corners)]


@pytest.mark.parametrize(
    ("said", "status"), [("BIG SALE", Status.ACCEPT), ("BIG SALES", Status.UNSURE)]
)
def test_its_second_opinion_settles_a_doubt_only_by_the_very_copy(
    service: Service, said: str, status: Status
) -> None:
    service.answers = [lines(said)]
    panel = Panel(readers=(Doubts(),), second=service.reader())
    verdict = check_image(IMAGE, {"headline": "BIG SALE"}, panel)
    assert verdict.status is status
    assert "doubts 1; second opinion vision-http eye-1" in verdict.reader
    assert "BIG" not in json.dumps([body["messages"] for _, _, body in service.asked])


def test_check_refuses_it_as_reader_and_asks_it_for_a_second_opinion(
    service: Service, paper: Paper, tmp_path
) -> None:
    IMAGE.save(tmp_path / "poster.png")
    settings = {URL: f"{service.url}/v1", MODEL: "eye-1", KEY: SECRET}
    check = ("check", str(tmp_path / "poster.png"), "--copy", "SALE")
    done = paper.run(*check, "--reader", "vision-http", **settings)
    assert done.returncode == 2
    assert "may not judge alone" in done.stderr
    done = paper.run(*check, "--second-opinion", "vision-http", **settings)
    # Missing copy is rejected, and so nobody is asked.
    assert (done.returncode, service.asked) == (3, [])
    done = paper.run(*check, "--second-opinion", "vision-http")
    assert done.returncode == 2
    assert URL in done.stderr
    assert SECRET not in done.stdout + done.stderr
