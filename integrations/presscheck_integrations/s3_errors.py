"""Turns what S3 and botocore raise into our errors: retry, or what a person has to change."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from botocore import exceptions as raised

from presscheck.errors import DeliveryError, PresscheckError, TransientError
from presscheck_integrations.s3_options import LOGIN, NAME, S3Options

_TRANSIENT = {
    "ConditionalRequestConflict",
    "InternalError",
    "OperationAborted",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
}
"""Codes worth another try (Amazon S3 API Reference, "Error responses")."""

_RENEW = "Renew them (for example with `aws sso login`), then run again."
_REGION = "Set `region` to the bucket's own: aws s3api get-bucket-location --bucket {bucket}."
_ALLOW = (
    "Allow s3:PutObject, s3:GetObject and s3:AbortMultipartUpload on {bucket}/{prefix}* "
    "(and the use of the KMS key, if there is one)."
)

_REFUSALS: dict[str, tuple[str, str]] = {
    "AccessDenied": ("access to the bucket {bucket} is denied", _ALLOW),
    "403": ("access to the bucket {bucket} is denied", _ALLOW),
    "AllAccessDisabled": ("the bucket {bucket} is disabled", "Ask the owner of the account."),
    "NoSuchBucket": ("there is no bucket {bucket}", "Create it, or correct `bucket`."),
    "404": ("there is no bucket {bucket}", "Create it, or correct `bucket`."),
    "InvalidBucketName": ("{bucket} is not a bucket's name", "Correct `bucket`."),
    "InvalidAccessKeyId": ("the access key is unknown to the server", LOGIN),
    "SignatureDoesNotMatch": ("the secret key does not belong to the access key", LOGIN),
    "ExpiredToken": ("the credentials have expired", _RENEW),
    "InvalidToken": ("the session token is not valid", _RENEW),
    "TokenRefreshRequired": ("the credentials have expired", _RENEW),
    "RequestTimeTooSkewed": ("this machine's clock is wrong", "Set the clock, then run again."),
    "PermanentRedirect": ("the bucket {bucket} lies in another region", _REGION),
    "301": ("the bucket {bucket} lies in another region", _REGION),
    "AuthorizationHeaderMalformed": ("the bucket {bucket} lies in another region", _REGION),
    "IllegalLocationConstraintException": ("the bucket {bucket} lies in another region", _REGION),
    "400": ("the request was refused, as with expired credentials or a wrong region", _RENEW),
    "AccessControlListNotSupported": ("the bucket {bucket} takes no ACLs", "Take out `acl`."),
    "InvalidStorageClass": ("the storage class is unknown to the server", "Correct it."),
    "InvalidEncryptionAlgorithmError": ("the server lacks this encryption", "Correct `sse`."),
    "KMS.NotFoundException": ("there is no such KMS key", "Correct `kms_key`."),
    "KMS.DisabledException": ("the KMS key is disabled", "Enable it, or choose another."),
    "NotImplemented": (
        "the server lacks conditional writes or another thing that was asked of it",
        "With `overwrite: true` no condition is needed.",
    ),
    "BadDigest": ("the bytes were altered on their way", "Check the network and the proxy."),
    "QuotaExceeded": ("the storage quota is used up", "Free some space or raise the quota."),
}

_BEFORE_THE_SERVER: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (
        (
            raised.NoCredentialsError,
            raised.PartialCredentialsError,
            raised.CredentialRetrievalError,
            raised.NoAuthTokenError,
            raised.TokenRetrievalError,
            raised.SSOError,
            raised.ProfileNotFound,
            raised.ConfigParseError,
        ),
        "no usable credentials were found",
        LOGIN,
    ),
    (
        (raised.SSLError,),
        "the certificate of {where} is not trusted",
        "Set AWS_CA_BUNDLE to your authority's certificates, or correct `endpoint_url`.",
    ),
    (
        (raised.EndpointConnectionError, raised.ProxyConnectionError),
        "{where} cannot be reached",
        "Check `endpoint_url`, `region`, the network and the proxy, then run again.",
    ),
)
"""What stops a request before a server has seen it: kinds of error, problem, remedy."""

_PASSING = (
    raised.ConnectTimeoutError,
    raised.HTTPClientError,
    raised.IncompleteReadError,
    raised.ResponseStreamingError,
)
"""Connections that broke or timed out; looked at last, for SSLError is one of them."""


@contextlib.contextmanager
def told(options: S3Options) -> Generator[None]:
    """Raise what happens inside as TransientError or DeliveryError, in words without secrets."""
    try:
        yield
    except (raised.ClientError, raised.BotoCoreError, raised.HTTPClientError) as error:
        raise _translated(error, options) from error


def code_of(error: raised.ClientError) -> str:
    """Return the server's error code; a reply to HEAD has no body, its status stands for it."""
    return error.response.get("Error", {}).get("Code", "") or str(status_of(error))


def status_of(error: raised.ClientError) -> int:
    """Return the HTTP status of the reply, 0 when it is unknown."""
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def _translated(error: Exception, options: S3Options) -> PresscheckError:
    if isinstance(error, raised.ClientError):
        return _from_server(error, options)
    where = options.endpoint_url or "AWS"
    for kinds, problem, remedy in _BEFORE_THE_SERVER:
        if isinstance(error, kinds):
            return _refusal(problem.format(where=where), remedy)
    if isinstance(error, _PASSING):
        return TransientError(f"delivery to {NAME}: the connection to {where} broke or timed out.")
    return _refusal(
        f"botocore raised {type(error).__name__}", "Check the options of the delivery target."
    )


def _from_server(error: raised.ClientError, options: S3Options) -> PresscheckError:
    code, status = code_of(error), status_of(error)
    if code in _TRANSIENT or status == 429 or (status >= 500 and code not in _REFUSALS):
        return TransientError(f"delivery to {NAME}: the server is busy ({code}).")
    # Only the code is repeated: the server's own words may hold keys and session tokens.
    problem, remedy = _REFUSALS.get(
        code, ("the server refused the request", "Look the code up in the server's manual.")
    )
    prefix = f"{options.prefix}/" if options.prefix else ""
    words = {"bucket": options.bucket, "prefix": prefix}
    return _refusal(f"{problem.format(**words)} ({code})", remedy.format(**words))


def _refusal(problem: str, remedy: str) -> DeliveryError:
    return DeliveryError(f"delivery to {NAME}: {problem}.", remedy=remedy)
