"""Posts to the vision model: bounded in time and size, no redirect, no proxy, no decompression."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError, SSLError

from presscheck.errors import PluginError, TransientError
from presscheck_plugins.vision.settings import KEY, URL, Settings

MOST_BYTES = 1_000_000
"""A longer answer is no list of lines."""
ATTEMPTS = 4
CHUNK = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Posts JSON. An attempt may take `seconds`; the pauses between begin with `pause` seconds."""

    settings: Settings
    seconds: float = 60.0
    pause: float = 1.0

    def post(self, body: Mapping[str, JsonValue]) -> bytes:
        """Return the answer to a post, which is tried again while that may help.

        Raises:
            PluginError: The service refused, or answers with something else.
            TransientError: It is overloaded, failed, or silent, also at the last attempt.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(TransientError),
            wait=wait_exponential(multiplier=self.pause, max=8 * self.pause)
            + wait_random(0, self.pause),
            stop=stop_after_attempt(ATTEMPTS),
            reraise=True,
        )
        return retrying(self._post_once, json.dumps(body).encode())

    def _post_once(self, body: bytes) -> bytes:
        until = time.monotonic() + self.seconds
        try:
            with PoolManager(
                timeout=Timeout(connect=min(10.0, self.seconds), read=self.seconds)
            ) as pool:
                response = pool.request(
                    "POST",
                    self.settings.completions,
                    body=body,
                    headers=self._headers(),
                    redirect=False,
                    retries=False,
                    preload_content=False,
                    decode_content=False,
                )
                try:
                    self._check(response.status)
                    return self._content(response, until)
                finally:
                    response.close()
        except SSLError as error:
            raise self._refused("has no certificate that this machine trusts", URL) from error
        except HTTPError as error:
            raise TransientError(f"{self.settings.host} does not answer.") from error

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.settings.key:
            headers["Authorization"] = f"Bearer {self.settings.key}"
        return headers

    def _check(self, status: int) -> None:
        """Raise an error unless the status is 200; what the service says beside it isn't told."""
        if status == 429 or status >= 500:
            raise TransientError(f"{self.settings.host} answered with status {status}.")
        if status in {401, 403}:
            raise self._refused(f"refused the key (status {status})", KEY)
        if 300 <= status < 400:
            raise self._refused(f"redirects (status {status}), which is not followed", URL)
        if status != 200:
            raise self._refused(f"answered with status {status}", f"{URL} and the model's name")

    def _content(self, response: BaseHTTPResponse, until: float) -> bytes:
        data = bytearray()
        while chunk := response.read1(CHUNK):
            data += chunk
            if len(data) > MOST_BYTES:
                raise self._refused(f"sent more than {MOST_BYTES:,} bytes", URL)
            if time.monotonic() > until:
                raise TransientError(f"{self.settings.host} took more than {self.seconds:g} s.")
        return bytes(data)

    def _refused(self, what: str, check: str) -> PluginError:
        return PluginError(f"{self.settings.host} {what}.", remedy=f"Check {check}.")
