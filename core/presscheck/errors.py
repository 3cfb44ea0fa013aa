"""Every error a person can meet, each with what was found and what to do next."""

from __future__ import annotations

from pathlib import Path

EXIT_OK = 0
EXIT_UNEXPECTED = 1
EXIT_INPUT = 2
EXIT_REVIEW = 3
EXIT_DELIVERY = 4
EXIT_ENGINE = 5
EXIT_PLUGIN = 6
EXIT_STORAGE = 7
EXIT_INTERRUPTED = 130


class PresscheckError(Exception):
    """Something went wrong."""

    exit_code = EXIT_UNEXPECTED

    def __init__(self, problem: str | None = None, *, remedy: str = "") -> None:
        self.problem = problem or (type(self).__doc__ or "").strip()
        self.remedy = remedy
        super().__init__(self.problem)

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}".strip()


class InputError(PresscheckError):
    """A file or an argument that a person gave cannot be used."""

    exit_code = EXIT_INPUT


class SpecError(InputError):
    """A campaign or brand file has a mistake, at a known place."""

    def __init__(
        self,
        problem: str,
        *,
        file: Path | str,
        line: int | None = None,
        field: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(problem, remedy=remedy)
        self.file, self.line, self.field = Path(file), line, field

    def __str__(self) -> str:
        place = str(self.file) + (f":{self.line}" if self.line else "")
        field = f"{self.field}: " if self.field else ""
        return f"{place}: {field}{self.problem} {self.remedy}".strip()


class SpecErrorGroup(InputError):  # noqa: N818
    """Several mistakes in one file, told at once."""

    def __init__(self, errors: list[SpecError]) -> None:
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))


class FontError(InputError):
    """A font file cannot be used."""


class ImageError(InputError):
    """An image file cannot be read safely."""


class CopyError(InputError):
    """Required copy breaks the copy contract."""


class PreflightError(InputError):
    """Validation found problems that must be solved before the engine runs."""


class EngineError(PresscheckError):
    """The engine cannot do what was asked."""

    exit_code = EXIT_ENGINE


class Cancelled(PresscheckError):  # noqa: N818
    """The work was interrupted; run the same command again to go on."""

    exit_code = EXIT_INTERRUPTED


class PluginError(PresscheckError):
    """A plugin failed."""

    exit_code = EXIT_PLUGIN


class DeliveryError(PresscheckError):
    """A delivery target refused an asset."""

    exit_code = EXIT_DELIVERY


class StorageError(PresscheckError):
    """The work folder cannot be written or read."""

    exit_code = EXIT_STORAGE


class TransientError(PresscheckError):
    """The same attempt may succeed a little later; the only error that is retried."""

    exit_code = EXIT_DELIVERY


def first_line(error: Exception) -> str:
    """Return what a library's error says first, 300 characters at most; its class if nothing."""
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
