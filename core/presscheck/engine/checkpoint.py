# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Finds a checkpoint in the published layout, looks it over, and loads it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from presscheck.engine.acceleration import (
    channels_last,
    compile_models,
    quantise,
    use_channels_last,
)
from presscheck.engine.placement import check_device, choose_device, choose_dtype, place
from presscheck.engine.readout import Readout, load_readout
from presscheck.engine.settings import EngineSettings, Recommended, read_recommended
from presscheck.errors import EngineError, first_line

if TYPE_CHECKING:
    import torch
    from diffusers import GlmImagePipeline

CLASSES = {
    "tokenizer": "ByT5Tokenizer",
    "processor": "GlmImageProcessor",
    "text_encoder": "T5EncoderModel",
    "vision_language_encoder": "GlmImageForConditionalGeneration",
    "vae": "AutoencoderKL",
    "transformer": "GlmImageTransformer2DModel",
    "scheduler": "FlowMatchEulerDiscreteScheduler",
}
"""The parts that `model_index.json` of the published model names."""
LIBRARIES = ("diffusers", "transformers", "glm_image")
"""Where parts may come from; diffusers writes its own pipeline's module for the processor."""
WITH_WEIGHTS = ("text_encoder", "vision_language_encoder", "vae", "transformer")
HUB_ID = re.compile(r"^[A-Za-z0-9][\w.-]*/[\w.-]+$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """A checkpoint that was found: a folder, or an id on the model hub (then `folder` is None)."""

    name: str
    folder: Path | None
    recommended: Recommended
    digest: str
    readout: Readout | None = None


def find_checkpoint(name: str, settings: EngineSettings) -> Checkpoint:
    """Find the embedded `nano`, a folder, or a hub id; weights are not loaded yet.

    Raises:
        EngineError: There is no such checkpoint, or it isn't in the published layout.
    """
    if name == "nano":
        from presscheck_nano import checkpoint_path

        return _in_folder(name, checkpoint_path())
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _in_folder(folder.resolve().name, folder)
    if HUB_ID.match(name) and not name.startswith("."):
        revision = settings.revision or "main"
        return Checkpoint(name=name, folder=None, recommended=Recommended(), digest=revision)
    raise EngineError(
        f"there is no checkpoint {name!r}.",
        remedy="Write nano, a folder, or a hub id such as zai-org/GLM-Image.",
    )


def _in_folder(name: str, folder: Path) -> Checkpoint:
    _check_layout(folder)
    return Checkpoint(
        name=name,
        folder=folder,
        recommended=read_recommended(folder),
        readout=load_readout(folder),
        digest=_weights_digest(folder),
    )


def _check_layout(folder: Path) -> None:
    index = folder / "model_index.json"
    try:
        named = json.loads(index.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(
            f"{index} cannot be read: {error}.",
            remedy="Give the folder that holds a checkpoint in GLM-Image's published layout.",
        ) from error
    for part, wanted in CLASSES.items():
        found = named.get(part) if isinstance(named, dict) else None
        if found not in [[library, wanted] for library in LIBRARIES]:
            raise EngineError(
                f"{index}: {part} should be {wanted}, found {found!r}.",
                remedy="Only checkpoints of GLM-Image's classes can be loaded.",
            )
        if part in WITH_WEIGHTS and not any((folder / part).glob("*.safetensors")):
            raise EngineError(
                f"{folder / part} holds no .safetensors file.",
                remedy="Download the checkpoint again; other weight formats are not opened.",
            )


def _weights_digest(folder: Path) -> str:
    """Return a digest over all files of a checkpoint: other weights, another engine."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".safetensors", ".json", ".jinja"}:
            whole.update(str(path.relative_to(folder)).encode())
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:12]


def load_pipeline(checkpoint: Checkpoint, settings: EngineSettings) -> GlmImagePipeline:
    """Load the weights; one way for every checkpoint, safetensors only, no code from it run.

    Raises:
        EngineError: A file is missing or damaged, the hub can't be reached, memory is short.
    """
    _quieten()
    device = choose_device(settings)
    _check_device(checkpoint, settings, device)
    options: dict[str, Any] = {
        "dtype": choose_dtype(settings, device),
        "use_safetensors": True,
        "local_files_only": checkpoint.folder is not None,
    }
    if checkpoint.folder is None:
        options["revision"] = settings.revision or "main"
    try:
        pipeline = _read(checkpoint.folder or checkpoint.name, options)
        quantise(pipeline, settings, device)
        place(pipeline, settings, device)
    except EngineError:
        raise
    except Exception as error:
        raise _explained(error, checkpoint) from error
    pipeline.set_progress_bar_config(disable=True)
    if channels_last(settings):
        use_channels_last(pipeline)
    if settings.compile:
        compile_models(pipeline, device)
    loaded: GlmImagePipeline = pipeline
    return loaded


def _check_device(checkpoint: Checkpoint, settings: EngineSettings, device: torch.device) -> None:
    """Refuse what cannot work before 35 GB are downloaded for it."""
    check_device(settings, device)
    if device.type == "cpu" and checkpoint.folder is None and settings.device == "auto":
        raise EngineError(
            f"{checkpoint.name} is made for a CUDA device, and torch finds none.",
            remedy="Use checkpoint: nano, or set engine.settings.device to cpu to run it all the "
            "same.",
        )


def _read(source: Path | str, options: dict[str, Any]) -> Any:
    """Return the pipeline; a checkpoint that lacks a weight is refused.

    transformers fills a missing weight with random numbers and only logs it: every process would
    draw something else under the same digest. So its parts are loaded first, and asked.
    """
    import diffusers
    import transformers

    parts: dict[str, Any] = {}
    for part in ("text_encoder", "vision_language_encoder"):
        kind: Any = getattr(transformers, CLASSES[part])
        parts[part], told = kind.from_pretrained(
            source, subfolder=part, output_loading_info=True, **options
        )
        if missing := sorted(told["missing_keys"]):
            raise EngineError(
                f"{source}: {part} lacks {len(missing)} weights, {missing[0]} first.",
                remedy="Download the checkpoint again.",
            )
    pipeline: Any = diffusers.GlmImagePipeline
    return pipeline.from_pretrained(source, **parts, **options)


def _explained(error: Exception, checkpoint: Checkpoint) -> EngineError:
    from presscheck.engine.memory import out_of_memory

    if out_of_memory(error):
        return EngineError(
            f"memory does not hold the checkpoint {checkpoint.name}.",
            remedy="On CUDA, set engine.settings.offload to model or sequential.",
        )
    if checkpoint.folder is None:
        remedy = (
            f"If it is a folder, it isn't there. If it is a hub id, it needs the network once: "
            f"run `hf download {checkpoint.name}`."
        )
    else:
        remedy = "Check that it is complete, or download it again."
    what = first_line(error).rstrip(".")
    return EngineError(f"the checkpoint {checkpoint.name} cannot be loaded: {what}.", remedy=remedy)


def _quieten() -> None:
    """Keep the libraries' own progress bars and hints out of presscheck's output."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    for logging in (diffusers_logging, transformers_logging):
        logging.disable_progress_bar()
        logging.set_verbosity_error()
