# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Puts trained parts together as a checkpoint in the published layout."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    FlowMatchEulerDiscreteScheduler,
    GlmImagePipeline,
)
from torch import nn
from transformers import GlmImageProcessor, PreTrainedTokenizerFast
from transformers.models.glm_image import GlmImageImageProcessor

from presscheck_nano.models import build_vae
from presscheck_nano.posters import SIZES
from presscheck_nano.tokens import CHAT_TEMPLATE
from presscheck_nano.train_ar import Speller, make_tokenizer
from presscheck_nano.train_dit import Renderer
from presscheck_nano.train_vae import measure_latents
from presscheck_nano.world import CELL, CHARACTERS, MARKS, letter_code

STEPS = 3
"""More change no verdict and hardly a pixel: a plan says nearly all of the picture."""
TEMPERATURE, TOP_P = 1.0, 0.4


def restore(module: nn.Module, state: Path) -> None:
    """Load a training state's weights into `module`."""
    module.load_state_dict(torch.load(state, weights_only=True)["module"])


def trained_vae(folder: Path) -> AutoencoderKL:
    """Return the autoencoder with the latest decoder, and its latents' statistics set."""
    vae = build_vae()
    decoder = folder / "decoder.pt"
    restore(vae, decoder if decoder.exists() else folder / "vae.pt")
    vae.eval()
    mean, std = measure_latents(vae)
    vae.register_to_config(latents_mean=mean, latents_std=std)
    return vae


def export(states: Path, folder: Path) -> None:
    """Write the checkpoint in half precision, with the settings that suit it beside it."""
    tokenizer = make_tokenizer()
    speller, renderer = Speller(tokenizer), Renderer()
    restore(speller, states / "ar.pt")
    restore(renderer, states / "dit.pt")
    if (states / "glyphs.pt").exists():
        restore(renderer.glyphs, states / "glyphs.pt")
    pipeline = GlmImagePipeline(
        tokenizer=renderer.glyph_tokenizer,
        processor=build_processor(tokenizer),
        text_encoder=renderer.glyphs,
        vision_language_encoder=speller.export(),
        vae=trained_vae(states),
        transformer=renderer.export(),
        scheduler=build_scheduler(),
    )
    pipeline.to(torch.float16).save_pretrained(folder)
    compact(folder / "processor" / "tokenizer.json")
    (folder / "presscheck.json").write_text(
        json.dumps(recommended(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    write_readout(folder)


def write_readout(folder: Path) -> None:
    """Write which codes draw which letter: the engine reads a plan's copy with it."""
    letters = {
        letter: [[letter_code(letter, mark, half) for mark in range(MARKS)] for half in (0, 1)]
        for letter in CHARACTERS
    }
    text = json.dumps({"rows": 2, "letters": letters}, ensure_ascii=False, separators=(",", ":"))
    (folder / "readout.json").write_text(text + "\n", encoding="utf-8")


def compact(path: Path) -> None:
    """Rewrite a JSON file without white space: the tokenizer has a line for every code."""
    told = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def build_processor(tokenizer: PreTrainedTokenizerFast) -> GlmImageProcessor:
    """Return the processor of the published class for the recipe's tokenizer."""
    image_processor = GlmImageImageProcessor(patch_size=32, merge_size=1)
    return GlmImageProcessor(
        image_processor=image_processor, tokenizer=tokenizer, chat_template=CHAT_TEMPLATE
    )


def build_scheduler() -> FlowMatchEulerDiscreteScheduler:
    """Return the scheduler with the published model's settings."""
    scheduler: FlowMatchEulerDiscreteScheduler = FlowMatchEulerDiscreteScheduler(
        base_shift=0.25,
        max_shift=0.75,
        base_image_seq_len=256,
        use_dynamic_shifting=True,
        time_shift_type="linear",
    )
    return scheduler


def recommended() -> dict[str, object]:
    """Return the settings that suit the checkpoint, as the engine reads them."""
    sizes = [(columns * CELL, rows * CELL) for rows, columns in SIZES.values()]
    return {
        "native": sizes,
        "characters": CHARACTERS,
        "line": {f"{width}x{height}": width // CELL - 2 for width, height in sizes},
        "longest_copy": MARKS - 1,
        "steps": STEPS,
        "guidance_scale": 1.0,
        "temperature": TEMPERATURE,
        "top_p": TOP_P,
        "batch": 16,
        "references": 0,
    }
