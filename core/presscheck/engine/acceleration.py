# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportMissingImports=false
# torch, diffusers and torchao are typed in parts only; mypy checks this module strictly.
"""What makes a loaded pipeline smaller or faster: quantised weights, layout, compilation."""

from __future__ import annotations

import random
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from presscheck.engine.placement import uses_cuda
from presscheck.engine.settings import EngineSettings
from presscheck.errors import EngineError, first_line

if TYPE_CHECKING:
    import torch

INT4_GROUP = 128
"""Weights that share a scale; torchao's default."""


def channels_last(settings: EngineSettings) -> bool:
    """Tell whether the autoencoder keeps channels beside each other; `null` is on the CPU only."""
    if settings.channels_last is None:
        return not uses_cuda(settings)
    return settings.channels_last


def marks(settings: EngineSettings) -> list[str]:
    """Return what of these settings changes tokens or pixels, as it goes into an engine's name."""
    found = ["cuda"] if uses_cuda(settings) else []
    found += [f"dtype={settings.dtype}"] if settings.dtype != "auto" else []
    # One thread is the default; more of them add numbers up in another order.
    found += [f"threads={settings.threads}"] if (settings.threads or 1) > 1 else []
    found += ["guidance=together"] if settings.guidance == "together" else []
    found += [f"step_cache={settings.step_cache}"] if settings.step_cache is not None else []
    found += ["compiled"] if settings.compile else []
    found += ["channels_last"] if channels_last(settings) else []
    if settings.quantise != "none":
        found.append(f"quantise={settings.quantise}-torchao-{_torchao()}")
    return found


def _torchao() -> str:
    try:
        return version("torchao")
    except PackageNotFoundError:
        return "missing"


def quantise(pipeline: Any, settings: EngineSettings, device: torch.device) -> None:
    """Store the linear weights of the AR model's text layers in 8 or 4 bits, where settings say so.

    The layer that scores tokens keeps its format: it is small, and decides.

    Raises:
        EngineError: torchao isn't installed, or cannot quantise here.
    """
    if settings.quantise == "none":
        return
    try:
        from torchao.quantization import Int4WeightOnlyConfig, Int8WeightOnlyConfig, quantize_
    except ImportError as error:
        raise EngineError(
            f"engine.settings.quantise is {settings.quantise}, but torchao cannot be imported: "
            f"{error}.",
            remedy="Install it with: pip install 'presscheck[quantised]'.",
        ) from error
    config: Any = Int8WeightOnlyConfig(set_inductor_config=False)
    if settings.quantise == "int4":
        # The one layout whose kernel comes with torch itself; it needs an Ampere card or newer.
        config = Int4WeightOnlyConfig(
            group_size=INT4_GROUP,
            int4_packing_format="tile_packed_to_4d",
            set_inductor_config=False,
        )
    text = pipeline.vision_language_encoder.model.language_model
    try:
        quantize_(text, config, device=device)
    except (ValueError, AssertionError, NotImplementedError, ImportError) as error:
        raise EngineError(
            f"torchao cannot quantise to {settings.quantise} here: {error}.",
            remedy="Set engine.settings.quantise to int8 or none.",
        ) from error


def use_channels_last(pipeline: Any) -> None:
    """Keep the autoencoder's channels beside each other; a CPU convolves faster that way."""
    import torch

    pipeline.vae.to(memory_format=torch.channels_last)


def compile_models(pipeline: Any, device: torch.device) -> None:
    """Compile the transformer's blocks and the decoder; the first render of a size pays for it.

    Raises:
        EngineError: There is no working compiler.
    """
    import torch

    _try_compiler(device)
    for block in pipeline.transformer.transformer_blocks:
        # Not the block itself: hooks of the step cache go around this, and are not compiled.
        block.forward = torch.compile(block.forward)
    pipeline.vae.decoder.forward = torch.compile(pipeline.vae.decoder.forward)


def _try_compiler(device: torch.device) -> None:
    """Compile a line: without a compiler, a render would fail in its midst."""
    import torch

    # A new number every time, or what an earlier process compiled would be loaded instead.
    new = random.random()

    def line(numbers: torch.Tensor) -> torch.Tensor:
        return (numbers + new).sin()

    try:
        torch.compile(line)(torch.zeros(8, device=device))
    except Exception as error:
        why = first_line(error).rstrip(".:")
        raise EngineError(
            f"engine.settings.compile is on, but torch cannot compile here: {why}.",
            remedy="Install a C++ compiler (CPU) or Triton (CUDA), or leave compile out.",
        ) from error
