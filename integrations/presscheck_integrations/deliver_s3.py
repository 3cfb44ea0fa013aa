"""Delivers to S3, or to any server that speaks it: no file is written twice or half."""

from __future__ import annotations

import base64
import io
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import JsonValue

from presscheck import registry
from presscheck.assets import Receipt
from presscheck.delivery import check_digest, safe_name
from presscheck.errors import DeliveryError, TransientError
from presscheck.hookspecs import hookimpl
from presscheck_integrations.s3_errors import code_of, status_of, told
from presscheck_integrations.s3_options import NAME, S3Options, check_resolved, read

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

MULTIPART_FROM = 64 * 2**20
"""Files of so many bytes go up in parts; below it one PUT is simpler and as fast."""
PART_BYTES = 16 * 2**20
"""Bytes of one part; S3 takes 10,000 parts of 5 MiB to 5 GiB (Amazon S3 User Guide, "qfacts")."""
MAX_KEY_BYTES = 1024

_EXISTS = {"PreconditionFailed", "412"}


class S3Deliverer:
    """Puts objects into one bucket. `client` is a boto3 S3 client, safe to share by threads.

    Every object carries its SHA-256 as checksum (S3 refuses altered bytes) and as metadata.
    """

    def __init__(
        self, client: S3Client, options: S3Options, *, multipart_from: int = MULTIPART_FROM
    ) -> None:
        self.client, self.options, self.multipart_from = client, options, multipart_from
        if not options.overwrite:
            # boto3's transfers cannot pass If-None-Match on (s3transfer 0.19), an event can.
            client.meta.events.register(
                "before-parameter-build.s3.CompleteMultipartUpload", _only_when_new
            )

    def deliver(self, name: str, data: bytes, *, digest: str, media_type: str) -> Receipt:
        """Put `data` at `prefix/name`. The same bytes again are the same receipt.

        Raises:
            TransientError: The server is busy or did not answer; it may succeed a little later.
            DeliveryError: Credentials, rights, bucket or endpoint are wrong, or other bytes lie
                there and `overwrite` is off.
        """
        check_digest(name, data, digest)
        key = self._key(name)
        with told(self.options):
            if not self._is_stored_early(key, digest, len(data)):
                self._put_once(key, data, digest, media_type)
        location = f"s3://{self.options.bucket}/{key}"
        return Receipt(target=NAME, name=name, location=location, digest=digest, size=len(data))

    def check(self) -> None:
        """Find the bucket, and begin an upload that is given up at once: it leaves nothing.

        Raises:
            TransientError: The server is busy or did not answer.
            DeliveryError: The bucket cannot be written with these credentials and options.
        """
        with told(self.options):
            self._find_bucket()
            key = self._key(f".presscheck-{secrets.token_hex(8)}")
            # Beginning an upload needs the same rights, key and storage class as a PUT.
            upload = self.client.create_multipart_upload(
                Bucket=self.options.bucket, Key=key, **self._kept()
            )
            self.client.abort_multipart_upload(
                Bucket=self.options.bucket, Key=key, UploadId=upload["UploadId"]
            )

    def _find_bucket(self) -> None:
        try:
            self.client.head_bucket(Bucket=self.options.bucket)
        except ClientError as error:
            # Credentials that may write but not list are fine; the next request says more.
            if status_of(error) != 403:
                raise

    def _key(self, name: str) -> str:
        parts = (self.options.prefix, str(safe_name(name)))
        key = "/".join(part for part in parts if part)
        if len(key.encode()) > MAX_KEY_BYTES:
            raise DeliveryError(
                f"the key of {name[:40]!r} is longer than {MAX_KEY_BYTES} bytes.",
                remedy="Shorten `prefix` or the placement's name.",
            )
        return key

    def _is_stored_early(self, key: str, digest: str, size: int) -> bool:
        """Look before the upload, where that saves much or no condition will guard it."""
        if not self.options.overwrite and size < self.multipart_from:
            return False
        stored = self._stored(key)
        if stored not in {None, (digest, size)} and not self.options.overwrite:
            raise self._taken(key)
        return stored == (digest, size)

    def _put_once(self, key: str, data: bytes, digest: str, media_type: str) -> None:
        try:
            self._put(key, data, digest, media_type)
        except ClientError as error:
            if code_of(error) not in _EXISTS:
                raise
            self._accept_equal(key, digest, len(data), error)

    def _put(self, key: str, data: bytes, digest: str, media_type: str) -> None:
        kept = self._kept()
        kept.update(ContentType=media_type, Metadata={"sha256": digest})
        if len(data) >= self.multipart_from:
            self._put_parts(key, data, kept)
            return
        if not self.options.overwrite:
            kept["IfNoneMatch"] = "*"
        checksum = base64.b64encode(bytes.fromhex(digest)).decode()
        self.client.put_object(
            Bucket=self.options.bucket,
            Key=key,
            Body=data,
            ChecksumSHA256=checksum,
            **kept,
        )

    def _put_parts(self, key: str, data: bytes, kept: dict[str, Any]) -> None:
        from boto3.s3.transfer import TransferConfig

        config = TransferConfig(
            multipart_threshold=1, multipart_chunksize=PART_BYTES, max_concurrency=4
        )
        self.client.upload_fileobj(
            io.BytesIO(data),
            self.options.bucket,
            key,
            ExtraArgs=kept | {"ChecksumAlgorithm": "SHA256"},
            Config=config,
        )

    def _accept_equal(self, key: str, digest: str, size: int, cause: Exception) -> None:
        """Let an object that is already there pass when its bytes are the same."""
        stored = self._stored(key)
        if stored is None:
            raise TransientError(
                f"delivery to {NAME}: {key} was there and vanished, or it may not be read.",
                remedy="If this goes on, allow s3:GetObject on the bucket.",
            ) from cause
        if stored != (digest, size):
            raise self._taken(key) from cause

    def _taken(self, key: str) -> DeliveryError:
        return DeliveryError(
            f"delivery to {NAME}: other bytes already lie at s3://{self.options.bucket}/{key}.",
            remedy="Choose another `prefix`, or set `overwrite: true` to replace them.",
        )

    def _stored(self, key: str) -> tuple[str, int] | None:
        """Return SHA-256 ("" when unknown) and size of what lies at `key`, None for nothing."""
        try:
            head = self.client.head_object(
                Bucket=self.options.bucket, Key=key, ChecksumMode="ENABLED"
            )
        except ClientError as error:
            # Without s3:ListBucket a missing object is 403 (API reference of HeadObject).
            if status_of(error) in {403, 404}:
                return None
            raise
        checksum = head.get("ChecksumSHA256", "")
        if checksum and "-" not in checksum and head.get("ChecksumType") != "COMPOSITE":
            return base64.b64decode(checksum).hex(), head["ContentLength"]
        # The checksum of parts is not the file's; the metadata was written with the bytes.
        return head["Metadata"].get("sha256", ""), head["ContentLength"]

    def _kept(self) -> dict[str, Any]:
        """Return how an object is kept, in botocore's words."""
        options = self.options
        kept = {
            "ServerSideEncryption": options.sse,
            "SSEKMSKeyId": options.kms_key,
            "StorageClass": options.storage_class,
            "ACL": options.acl,
        }
        return {key: value for key, value in kept.items() if value is not None}


def _only_when_new(params: dict[str, Any], **_: object) -> None:
    params["IfNoneMatch"] = "*"


def connect(options: S3Options) -> S3Client:
    """Make a client with bounded retries and timeouts; it sends nothing yet.

    Raises:
        DeliveryError: The profile is missing, or the endpoint leads to a metadata address.
    """
    # Importing boto3 takes long, and most runs deliver elsewhere.
    import boto3
    from botocore.config import Config

    if options.endpoint_url:
        check_resolved(options.endpoint_url)
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 3},
        connect_timeout=5,
        read_timeout=60,
        user_agent_extra="presscheck",
        s3={"addressing_style": options.addressing},
    )
    with told(options):
        session = boto3.Session(profile_name=options.profile, region_name=options.region)
        # The stubs know every service's client, and only that of S3 is installed with them.
        return session.client(  # pyright: ignore[reportUnknownMemberType]
            "s3", endpoint_url=options.endpoint_url, config=config
        )


def create(options: Mapping[str, JsonValue]) -> S3Deliverer:
    """Make a deliverer from a campaign's `{to: s3, bucket: ...}`.

    Raises:
        InputError: The options are wrong, or hold a credential.
        DeliveryError: The profile is missing, or the endpoint leads to a metadata address.
    """
    chosen = read(options)
    return S3Deliverer(connect(chosen), chosen)


@hookimpl
def register_deliverers() -> list[registry.DelivererEntry]:
    """Offer `s3`."""
    return [
        registry.DelivererEntry(
            name=NAME, summary="Amazon S3, or any server that speaks it", create=create
        )
    ]
