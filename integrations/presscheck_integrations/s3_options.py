"""What a campaign may say about an S3 target: never a credential, never a metadata address."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, JsonValue, field_validator, model_validator

from presscheck.delivery import Options, parse_options, safe_name
from presscheck.errors import DeliveryError

NAME = "s3"

LOGIN = (
    "Credentials come from AWS's own chain: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the "
    "environment, a `profile` of ~/.aws/credentials, or the role of the machine."
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_METADATA = {ipaddress.ip_address("fd00:ec2::254"), ipaddress.ip_address("100.100.100.200")}
"""Instance metadata outside the link-local range: EC2 over IPv6, Alibaba Cloud."""


class S3Options(Options):
    """Where files go and how they are kept. `prefix` is put before every name, with a slash.

    With `overwrite` a file of other bytes under the same name is replaced (a versioned bucket
    keeps the old one); without it, it is refused. `acl` is for buckets that still use ACLs.
    """

    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    prefix: str = ""
    endpoint_url: str | None = None
    allow_http: bool = False
    addressing: Literal["auto", "path", "virtual"] = "auto"
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,63}$")] | None = None
    profile: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    sse: Literal["AES256", "aws:kms"] | None = None
    kms_key: Annotated[str, Field(min_length=1, max_length=2048)] | None = None
    storage_class: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,40}$")] | None = None
    acl: Literal["private", "public-read", "bucket-owner-full-control"] | None = None
    overwrite: bool = False

    @field_validator("prefix")
    @classmethod
    def _prefix_is_a_folder(cls, value: str) -> str:
        prefix = value.removesuffix("/")
        if prefix:
            try:
                safe_name(prefix)
            except DeliveryError as error:
                raise ValueError("a prefix is a relative path such as 'campaigns/2026'") from error
        return prefix

    @model_validator(mode="after")
    def _fits_together(self) -> S3Options:
        if self.kms_key and self.sse != "aws:kms":
            raise ValueError("kms_key needs sse: aws:kms")
        if self.endpoint_url is not None:
            _check_endpoint(self.endpoint_url, allow_http=self.allow_http)
        return self


def read(options: Mapping[str, JsonValue]) -> S3Options:
    """Read the options of `{to: s3, bucket: ...}`.

    Raises:
        InputError: A key is unknown, missing, wrong or a credential.
    """
    return parse_options(S3Options, options, target=NAME, login=LOGIN)


def check_resolved(endpoint_url: str) -> None:
    """Refuse an endpoint whose name leads to a metadata address; unknown names are left alone.

    Raises:
        DeliveryError: A server that lends out this machine's credentials would get the request.
    """
    host = urlsplit(endpoint_url).hostname or ""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return  # botocore tells of an unknown host with the rest of the endpoint's trouble
    for *_, address in found:
        if _is_forbidden(ipaddress.ip_address(str(address[0]).partition("%")[0])):
            raise DeliveryError(
                f"delivery to {NAME}: the endpoint {host} leads to an instance metadata address.",
                remedy="Set endpoint_url to the address of an S3 service.",
            )


def _check_endpoint(url: str, *, allow_http: bool) -> None:
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".")
    address = _literal(host)
    if address is not None and _is_forbidden(address):
        raise ValueError("endpoint_url is a metadata, link-local or otherwise unusable address")
    local = host == "localhost" or (address is not None and address.is_loopback)
    if parts.scheme == "http" and not (local or allow_http):
        raise ValueError(
            "endpoint_url with plain http sends files unencrypted; "
            "use https, or allow_http: true in a network that you trust"
        )


def _split(url: str) -> SplitResult:
    """Split an endpoint that is nothing but scheme, host and port."""
    if not url.isascii() or any(character.isspace() for character in url):
        raise ValueError("endpoint_url holds characters that no URL holds")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError("endpoint_url is not a URL such as https://s3.example.com") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise ValueError("endpoint_url is not a URL such as https://s3.example.com")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"endpoint_url must not hold a user or a password. {LOGIN}")
    if parts.query or parts.fragment or parts.path not in {"", "/"}:
        raise ValueError("endpoint_url must end after its host and port")
    return parts


def _literal(host: str) -> Address | None:
    """Return the address that `host` writes, in any form that a resolver reads."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        # 2852039166, 0xa9fea9fe and 169.254.43518 are 169.254.169.254 to inet_aton (POSIX).
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _is_forbidden(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    unusable = address.is_link_local or address.is_multicast or address.is_unspecified
    return unusable or address in _METADATA
