"""Where the vision model is, as the environment says; the key goes nowhere but into its header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from presscheck.errors import InputError

URL, MODEL, KEY = "PRESSCHECK_VISION_URL", "PRESSCHECK_VISION_MODEL", "PRESSCHECK_VISION_KEY"
EXAMPLE = f"Set {URL} to the API's base, such as https://api.example.com/v1."


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """An endpoint that speaks OpenAI's chat completions. Without a `key` none is sent."""

    url: str
    model: str
    key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        parts = _split(self.url)
        if parts.username is not None or parts.password is not None:
            raise InputError(f"{URL} holds a user's name.", remedy=f"Put the key into {KEY}.")
        if parts.query or parts.fragment:
            raise InputError(f"{URL} has a query or a fragment.", remedy=EXAMPLE)
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts)):
            raise InputError(
                f"{URL} does not begin with https://.",
                remedy="Images and the key go unencrypted to this machine only.",
            )
        if not self.model.isprintable() or not self.model.strip():
            raise InputError(f"{MODEL} is empty.", remedy=f"Set {MODEL} to the model's name.")
        # http.client would show the header in its own complaint about such a key.
        if not all("!" <= character <= "~" for character in self.key):
            raise InputError(
                f"{KEY} holds a space or a character beyond ASCII.", remedy="Copy the key again."
            )

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Return the settings that environment variables make.

        Raises:
            InputError: One is missing, or cannot be used.
        """
        url, model = environment.get(URL, "").strip(), environment.get(MODEL, "").strip()
        if not url:
            raise InputError(f"the reader vision-http needs {URL}.", remedy=EXAMPLE)
        return cls(url=url, model=model, key=environment.get(KEY, "").strip())

    @property
    def host(self) -> str:
        """The host, with its port if it has one."""
        return _split(self.url).netloc

    @property
    def completions(self) -> str:
        """The URL that images are posted to."""
        return f"{self.url.rstrip('/')}/chat/completions"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise InputError(f"{URL} is no URL.", remedy=EXAMPLE) from error
    if not usable or not (url.isascii() and url.isprintable()) or " " in url:
        raise InputError(f"{URL} is no URL.", remedy=EXAMPLE)
    return parts


def _is_here(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
