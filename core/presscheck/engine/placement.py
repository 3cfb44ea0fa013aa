# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Where the models compute: one device, a device with offloading, or two cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from presscheck.engine.settings import EngineSettings
from presscheck.errors import EngineError

if TYPE_CHECKING:
    import torch

FIRST_CARD = ("vision_language_encoder",)
"""The AR model is the larger half; with it alone on a card, plans and renders don't share one."""
SECOND_CARD = ("text_encoder", "transformer", "vae")
DEVICES = ("/dev/nvidiactl", "/dev/dxg")
"""What is there on Linux, and on Windows' Linux, when a CUDA device may be."""


def uses_cuda(settings: EngineSettings) -> bool:
    """Tell whether models would run on CUDA; False where it was asked for and isn't there."""
    # Loading torch takes seconds, and preflight asks too.
    if settings.device == "cpu" or not any(Path(device).exists() for device in DEVICES):
        return False
    import torch

    return bool(torch.cuda.is_available())


def choose_device(settings: EngineSettings) -> torch.device:
    """Return the wanted device; `auto` is the first CUDA device where there is one.

    Raises:
        EngineError: CUDA was asked for and isn't there.
    """
    import torch

    if settings.device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if settings.device.startswith("cuda") and not torch.cuda.is_available():
        raise EngineError(
            f"engine.settings.device is {settings.device}, but torch finds no CUDA device.",
            remedy="Install a CUDA build of torch and the driver, or set device: cpu.",
        )
    return torch.device(settings.device)


def choose_dtype(settings: EngineSettings, device: torch.device) -> torch.dtype:
    """Return the wanted number format; `auto` is bfloat16 on CUDA and float32 on the CPU."""
    import torch

    if settings.dtype == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    return torch.bfloat16 if settings.dtype == "bfloat16" else torch.float32


def check_device(settings: EngineSettings, device: torch.device) -> None:
    """Refuse what cannot work on a device, before 35 GB are downloaded for it.

    Raises:
        EngineError: A setting needs CUDA, or two cards, and they aren't there.
    """
    import torch

    if device.type == "cpu":
        for key, idle in (("offload", "none"), ("device_map", None)):
            if (value := getattr(settings, key)) != idle:
                raise EngineError(
                    f"engine.settings.{key} is {value}, but there is no CUDA device.",
                    remedy=f"Leave {key} out.",
                )
        if settings.quantise == "int4":
            raise EngineError(
                "engine.settings.quantise is int4, which torchao computes on CUDA only.",
                remedy="Set quantise to int8 or none.",
            )
    elif settings.device_map is not None and torch.cuda.device_count() < 2:
        raise EngineError(
            f"engine.settings.device_map is {settings.device_map}, but torch finds one CUDA card.",
            remedy="Leave device_map out; set offload or quantise where memory is short.",
        )


def place(pipeline: Any, settings: EngineSettings, device: torch.device) -> None:
    """Put a loaded pipeline's models where settings say."""
    if settings.device_map is not None:
        # Not by diffusers' own device_map: it leaves parts that are handed to it on the CPU, and
        # its hooks see neither `vae.decode` nor the token loop, which go past `forward`.
        for card, parts in enumerate((FIRST_CARD, SECOND_CARD)):
            for part in parts:
                getattr(pipeline, part).to(f"cuda:{card}")
    elif settings.offload == "none":
        pipeline.to(device)
    elif settings.offload == "model":
        pipeline.enable_model_cpu_offload(device=device)
    else:
        pipeline.enable_sequential_cpu_offload(device=device)


def device_of(pipeline: Any, part: str) -> torch.device:
    """Return where a part of a placed pipeline computes; its inputs must be there."""
    model = getattr(pipeline, part)
    # An offloaded part waits on the CPU, and its hook takes it to where the pipeline computes.
    found: torch.device = pipeline._execution_device if hasattr(model, "_hf_hook") else model.device
    return found


def wake(pipeline: Any, part: str) -> None:
    """Bring a part that waits on the CPU to its device, where only its layers will be called.

    The hook of `offload: model` does so when the whole part is called, and not before.
    """
    model = getattr(pipeline, part)
    hook: Any = getattr(model, "_hf_hook", None)
    if hasattr(hook, "prev_module_hook"):
        hook.pre_forward(model)
