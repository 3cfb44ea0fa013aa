"""S3 delivery against a real server, and against one that answers with S3's errors."""

from __future__ import annotations

import hashlib
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
from botocore import exceptions as raised

from presscheck.errors import DeliveryError, InputError, TransientError
from presscheck_integrations import deliver_s3, s3_options
from presscheck_integrations.s3_errors import told

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from presscheck.assets import Receipt

Deliver = Callable[..., deliver_s3.S3Deliverer]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _told_in_full(error: BaseException | None) -> str:
    """Return what a traceback would show of an error and its causes, but no source lines."""
    words = ""
    while error is not None:
        words += "".join(traceback.format_exception_only(error)) + repr(error)
        error = error.__cause__ or error.__context__
    return words


def _put(target: deliver_s3.S3Deliverer, name: str, data: bytes = PNG) -> Receipt:
    return target.deliver(name, data, digest=_digest(data), media_type="image/png")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path, s3_server) -> None:
    """Keep the machine's own AWS settings out, and log in as the writer."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.writer[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.writer[1])


@pytest.fixture
def admin(s3_server) -> S3Client:
    return s3_server.client()


@pytest.fixture
def bucket(admin: S3Client, request: pytest.FixtureRequest) -> str:
    name = f"b-{_digest(request.node.name.encode())[:20]}"
    admin.create_bucket(Bucket=name)
    return name


@pytest.fixture
def deliverer(s3_server, bucket: str) -> Deliver:
    def make(**options: object) -> deliver_s3.S3Deliverer:
        given = {"bucket": bucket, "endpoint_url": s3_server.endpoint, "region": "us-east-1"}
        return deliver_s3.create(given | options)

    return make


def _keys(admin: S3Client, bucket: str) -> list[str]:
    return [item["Key"] for item in admin.list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_a_delivery_carries_its_checksum_type_and_digest(deliverer, admin, bucket) -> None:
    receipt = _put(deliverer(prefix="2026/spring/"), "hero-en.png")
    assert receipt.location == f"s3://{bucket}/2026/spring/hero-en.png"
    assert (receipt.digest, receipt.size, receipt.target) == (_digest(PNG), len(PNG), "s3")
    stored = admin.get_object(Bucket=bucket, Key="2026/spring/hero-en.png", ChecksumMode="ENABLED")
    assert stored["Body"].read() == PNG
    assert stored["ContentType"] == "image/png"
    assert stored["Metadata"] == {"sha256": _digest(PNG)}
    assert stored["ChecksumSHA256"]


def test_the_same_bytes_again_are_the_same_receipt(deliverer, admin, bucket) -> None:
    first = _put(deliverer(), "a.png")
    written = admin.head_object(Bucket=bucket, Key="a.png")["LastModified"]
    assert _put(deliverer(), "a.png") == first
    assert _put(deliverer(overwrite=True), "a.png") == first
    assert admin.head_object(Bucket=bucket, Key="a.png")["LastModified"] == written


def test_other_bytes_are_refused_unless_overwrite_is_on(deliverer, admin, bucket) -> None:
    _put(deliverer(), "a.png", b"one")
    with pytest.raises(DeliveryError, match=r"other bytes already lie at s3://.*overwrite: true"):
        _put(deliverer(), "a.png", b"two")
    assert admin.get_object(Bucket=bucket, Key="a.png")["Body"].read() == b"one"
    _put(deliverer(overwrite=True), "a.png", b"two")
    assert admin.get_object(Bucket=bucket, Key="a.png")["Body"].read() == b"two"


def test_overwriting_in_a_versioned_bucket_keeps_the_old_version(deliverer, admin, bucket) -> None:
    admin.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    target = deliverer(overwrite=True)
    for data in (b"one", b"two", b"two"):
        _put(target, "a.png", data)
    assert len(admin.list_object_versions(Bucket=bucket)["Versions"]) == 2


def test_a_foreign_file_without_checksum_is_not_taken_for_ours(deliverer, admin, bucket) -> None:
    admin.put_object(Bucket=bucket, Key="a.png", Body=b"x" * len(PNG))
    with pytest.raises(DeliveryError, match="other bytes"):
        _put(deliverer(), "a.png")


def test_of_sixteen_racing_writers_one_wins(deliverer, admin, bucket) -> None:
    target = deliverer()
    files = [bytes([number]) * 1000 for number in range(16)]

    def write(data: bytes) -> bool:
        try:
            _put(target, "race.png", data)
        except DeliveryError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(write, files))
    assert won.count(True) == 1
    stored = admin.get_object(Bucket=bucket, Key="race.png")["Body"].read()
    assert stored == files[won.index(True)]


def test_racing_writers_of_the_same_bytes_all_get_the_receipt(deliverer) -> None:
    target = deliverer()
    with ThreadPoolExecutor(16) as pool:
        receipts = set(pool.map(lambda _: _put(target, "same.png"), range(16)))
    assert len(receipts) == 1


def test_a_partial_delivery_goes_on_where_it_stopped(deliverer, admin, bucket) -> None:
    files = {f"hero-{number}.png": bytes([number]) * 500 for number in range(6)}
    for name in list(files)[:3]:
        _put(deliverer(), name, files[name])
    before = {name: admin.head_object(Bucket=bucket, Key=name) for name in _keys(admin, bucket)}
    receipts = [_put(deliverer(), name, data) for name, data in files.items()]
    assert _keys(admin, bucket) == sorted(files)
    assert [receipt.name for receipt in receipts] == list(files)
    for name, head in before.items():
        assert admin.head_object(Bucket=bucket, Key=name)["LastModified"] == head["LastModified"]


def test_large_files_go_in_parts_and_are_still_written_once(s3_server, admin, bucket) -> None:
    options = s3_options.read({"bucket": bucket, "endpoint_url": s3_server.endpoint})
    client = deliver_s3.connect(options)
    target = deliver_s3.S3Deliverer(client, options, multipart_from=2**20)
    data = bytes(range(256)) * 4096 * 20  # 20 MiB: two parts
    first = _put(target, "big.png", data)
    head = admin.head_object(Bucket=bucket, Key="big.png")
    assert head["ContentLength"] == len(data)
    assert head["ETag"].strip('"').endswith("-2")
    assert head["ContentType"] == "image/png"
    assert _put(target, "big.png", data) == first
    with pytest.raises(DeliveryError, match="other bytes"):
        _put(target, "big.png", data[::-1])
    assert admin.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_racing_writers_of_large_files_leave_one_of_them_whole(s3_server, admin, bucket) -> None:
    options = s3_options.read({"bucket": bucket, "endpoint_url": s3_server.endpoint})
    client = deliver_s3.connect(options)
    conditions: list[bytes | str | None] = []
    client.meta.events.register(
        "before-send.s3.CompleteMultipartUpload",
        lambda request, **_: conditions.append(request.headers.get("If-None-Match")),
    )
    completed: list[bool] = []
    client.meta.events.register(
        "after-call.s3.CompleteMultipartUpload",
        lambda parsed, **_: completed.append("Error" not in parsed),
    )
    target = deliver_s3.S3Deliverer(client, options, multipart_from=2**20)
    files = [bytes([number]) * 2 * 2**20 for number in range(4)]

    def write(data: bytes) -> bool:
        try:
            _put(target, "race.png", data)
        except DeliveryError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(write, files))
    assert len(conditions) == len(files)
    assert set(conditions) <= {b"*", "*"}
    # Under load SeaweedFS has let two of them through, which S3 rules out; who was refused knows.
    assert won.count(True) == completed.count(True)
    stored = admin.get_object(Bucket=bucket, Key="race.png")["Body"].read()
    assert stored in [data for data, wrote in zip(files, won, strict=True) if wrote]
    assert admin.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_encryption_and_storage_class_reach_the_object(deliverer, admin, bucket) -> None:
    _put(deliverer(sse="AES256", storage_class="STANDARD_IA"), "a.png")
    head = admin.head_object(Bucket=bucket, Key="a.png")
    assert head["ServerSideEncryption"] == "AES256"
    _put(deliverer(sse="aws:kms", kms_key="press"), "k.png")
    head = admin.head_object(Bucket=bucket, Key="k.png")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "press")
    assert _put(deliverer(sse="aws:kms", kms_key="press"), "k.png").size == len(PNG)


def test_checking_leaves_nothing_behind(deliverer, admin, bucket) -> None:
    deliverer(prefix="x", sse="AES256").check()
    assert _keys(admin, bucket) == []
    assert admin.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_checking_tells_of_a_missing_bucket(deliverer) -> None:
    with pytest.raises(DeliveryError, match=r"there is no bucket absent-bucket.*Create it"):
        deliverer(bucket="absent-bucket").check()
    with pytest.raises(DeliveryError, match="there is no bucket"):
        _put(deliverer(bucket="absent-bucket"), "a.png")


def test_checking_tells_when_the_login_may_only_read(deliverer, s3_server, monkeypatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.reader[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.reader[1])
    with pytest.raises(DeliveryError, match=r"access to the bucket .* Allow s3:PutObject"):
        deliverer().check()


@pytest.mark.parametrize(
    ("key", "problem"),
    [("unknown", "access key is unknown"), ("press-key", "secret key does not belong")],
)
def test_wrong_credentials_are_told_without_the_secret(
    deliverer, monkeypatch, caplog, key, problem
) -> None:
    secret = "canary-secret-9f3c"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    caplog.set_level(logging.INFO)
    for act in (lambda: deliverer().check(), lambda: _put(deliverer(), "a.png")):
        with pytest.raises(DeliveryError, match=problem) as error:
            act()
        told_in_full = _told_in_full(error.value)
        assert secret not in told_in_full + caplog.text
        assert "AWS_ACCESS_KEY_ID" in error.value.remedy


def test_missing_credentials_are_told(deliverer, monkeypatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(DeliveryError, match="no usable credentials"):
        deliverer().check()


def test_a_missing_profile_is_told(deliverer) -> None:
    with pytest.raises(DeliveryError, match="no usable credentials"):
        deliverer(profile="nobody")


def test_a_profile_logs_in(deliverer, s3_server, monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    (tmp_path / "credentials").write_text(
        f"[press]\naws_access_key_id={s3_server.writer[0]}\n"
        f"aws_secret_access_key={s3_server.writer[1]}\n"
    )
    deliverer(profile="press").check()


def test_an_endpoint_that_nobody_listens_at_is_told() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    target = deliver_s3.create({"bucket": "some-bucket", "endpoint_url": url})
    with pytest.raises(DeliveryError, match=rf"{url} cannot be reached.*endpoint_url"):
        target.check()


@pytest.mark.parametrize(
    "name", ["", ".", "/a", "../a", "a/../b", "a//b", "a\\b", "a\0", "a\n", "./a", "a/", "é" * 600]
)
def test_unsafe_names_are_refused(deliverer, admin, bucket, name) -> None:
    with pytest.raises(DeliveryError):
        _put(deliverer(), name)
    assert _keys(admin, bucket) == []


def test_bytes_that_do_not_match_their_digest_go_nowhere(deliverer, admin, bucket) -> None:
    with pytest.raises(DeliveryError, match="SHA-256 differs"):
        deliverer().deliver("a.png", PNG, digest="0" * 64, media_type="image/png")
    assert _keys(admin, bucket) == []


@pytest.mark.parametrize(
    "key",
    ["access_key", "aws_secret_access_key", "SecretKey", "session-token", "password"],
)
def test_credentials_in_the_campaign_are_refused_unseen(key) -> None:
    with pytest.raises(InputError, match=r"would put a secret.*AWS_ACCESS_KEY_ID") as error:
        s3_options.read({"bucket": "some-bucket", key: "canary-secret"})
    assert "canary" not in _told_in_full(error.value)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "bucket is missing"),
        ({"bucket": "UPPER"}, "bucket: "),
        ({"bucket": "good-bucket", "colour": "red"}, "there is no option 'colour'"),
        ({"bucket": "good-bucket", "prefix": "../up"}, "relative path"),
        ({"bucket": "good-bucket", "kms_key": "k"}, "kms_key needs sse"),
        ({"bucket": "good-bucket", "endpoint_url": "https://me:canary@s3.example.com"}, "user"),
        ({"bucket": "good-bucket", "endpoint_url": "https://s3.example.com/x?y=canary"}, "end"),
        ({"bucket": "good-bucket", "endpoint_url": "ftp://s3.example.com"}, "not a URL"),
        ({"bucket": "good-bucket", "endpoint_url": "https://"}, "not a URL"),
        ({"bucket": "good-bucket", "endpoint_url": "https://h:99999999"}, "not a URL"),
        ({"bucket": "good-bucket", "endpoint_url": "http://s3.example.com"}, "plain http"),
    ],
)
def test_wrong_options_are_told_by_field_and_without_values(options, problem) -> None:
    with pytest.raises(InputError, match=problem) as error:
        s3_options.read(options)
    assert "canary" not in _told_in_full(error.value)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.1.1",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
        "169.254.169.254.",
        "[::ffff:169.254.169.254]",
        "[2002:a9fe:a9fe::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "0.0.0.0",
        "[::]",
        "224.0.0.1",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_metadata_addresses_are_refused_in_every_form(scheme, host) -> None:
    options = {"bucket": "good-bucket", "endpoint_url": f"{scheme}://{host}/", "allow_http": True}
    with pytest.raises(InputError, match="metadata"):
        s3_options.read(options)


def test_a_name_that_leads_to_a_metadata_address_is_refused(monkeypatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(DeliveryError, match="metadata"):
        deliver_s3.create({"bucket": "good-bucket", "endpoint_url": "https://sly.example.com"})


@pytest.mark.parametrize("url", ["http://localhost:9", "http://127.0.0.1:9", "http://[::1]:9"])
def test_plain_http_is_fine_on_this_machine(url) -> None:
    assert s3_options.read({"bucket": "good-bucket", "endpoint_url": url}).endpoint_url == url


def test_plain_http_elsewhere_needs_permission() -> None:
    options = {"bucket": "good-bucket", "endpoint_url": "http://nas.lan:9000", "allow_http": True}
    assert s3_options.read(options).allow_http


@pytest.fixture
def refusing() -> Iterator[Callable[[int, str], str]]:
    """Start a server that gives one S3 error as its only answer."""
    servers: list[HTTPServer] = []

    def start(status: int, code: str) -> str:
        body = f"<Error><Code>{code}</Code><Token-0>canary-token</Token-0></Error>".encode()

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (503, "SlowDown", TransientError),
        (500, "InternalError", TransientError),
        (409, "ConditionalRequestConflict", TransientError),
        (400, "ExpiredToken", DeliveryError),
        (301, "PermanentRedirect", DeliveryError),
        (501, "NotImplemented", DeliveryError),
        (403, "AccessDenied", DeliveryError),
    ],
)
def test_what_a_server_answers_is_sorted_and_holds_no_token(
    refusing, caplog, status, code, kind
) -> None:
    caplog.set_level(logging.INFO)
    target = deliver_s3.create(
        {"bucket": "some-bucket", "endpoint_url": refusing(status, code), "region": "us-east-1"}
    )
    with pytest.raises(kind, match=code) as error:
        _put(target, "a.png")
    assert "canary" not in _told_in_full(error.value) + caplog.text


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (raised.ReadTimeoutError(endpoint_url="https://x"), TransientError),
        (raised.ConnectTimeoutError(endpoint_url="https://x"), TransientError),
        (raised.ConnectionClosedError(endpoint_url="https://x"), TransientError),
        (raised.SSLError(endpoint_url="https://x", error="self-signed"), DeliveryError),
        (raised.EndpointConnectionError(endpoint_url="https://x"), DeliveryError),
        (raised.ParamValidationError(report="odd"), DeliveryError),
        (raised.UnauthorizedSSOTokenError(), DeliveryError),
    ],
)
def test_what_botocore_raises_is_sorted(error, kind) -> None:
    with pytest.raises(kind), told(s3_options.read({"bucket": "good-bucket"})):
        raise error


def test_the_plugin_offers_s3() -> None:
    (entry,) = deliver_s3.register_deliverers()
    assert entry.name == "s3"
    assert entry.create is deliver_s3.create
