# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""The four networks: the published classes at a size that a CPU can train."""

from __future__ import annotations

import math
from typing import Any

import torch
from diffusers import AutoencoderKL, GlmImageTransformer2DModel
from torch import nn
from transformers import (
    ByT5Tokenizer,
    GlmImageConfig,
    GlmImageForConditionalGeneration,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
)

from presscheck_nano.tokens import IMAGE_END, IMAGE_START, VISION_VOCABULARY
from presscheck_nano.world import CODES, KINDS, LETTERS, MARKS, NAMES, code_parts

LATENTS = 8
GLYPH_WIDTH = 64
AR_WIDTH = 192
DIT_WIDTH = 256
HEAD_WIDTH = 128


def build_ar(tokenizer: PreTrainedTokenizerFast) -> GlmImageForConditionalGeneration:
    """Build the AR model for a tokenizer; 2.3 million weights and its embeddings."""
    vocabulary = len(tokenizer)
    config = GlmImageConfig(
        text_config={
            "vocab_size": vocabulary,
            "vision_vocab_size": VISION_VOCABULARY,
            "hidden_size": AR_WIDTH,
            "intermediate_size": 512,
            "num_hidden_layers": 5,
            "num_attention_heads": 4,
            "num_key_value_heads": 4,
            "attention_bias": True,
            "max_position_embeddings": 4096,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 10000.0,
                "partial_rotary_factor": 1.0,
                # Frequencies by turns: time, row and column each get fast and slow ones.
                "mrope_section": [1] * 24,
            },
            "pad_token_id": tokenizer.pad_token_id,
            "eos_token_id": IMAGE_END,
        },
        vision_config={
            "depth": 1,
            "hidden_size": 16,
            "num_heads": 2,
            "intermediate_size": 32,
            "image_size": 512,
            "patch_size": 32,
        },
        vq_config={"embed_dim": 2, "num_embeddings": CODES, "latent_channels": 16},
        image_token_id=tokenizer.convert_tokens_to_ids("<|image|>"),
        image_start_token_id=IMAGE_START,
        image_end_token_id=IMAGE_END,
    )
    return GlmImageForConditionalGeneration(config)


def build_vae() -> AutoencoderKL:
    """Build the autoencoder: factor 4, 8 latent channels."""
    vae: AutoencoderKL = AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(32, 48, 64),
        layers_per_block=1,
        latent_channels=LATENTS,
        norm_num_groups=1,
        mid_block_add_attention=False,
        latents_mean=[0.0] * LATENTS,
        latents_std=[1.0] * LATENTS,
    )
    anchor_norms(vae)
    return vae


def anchor_norms(vae: nn.Module, height: float = 32.0) -> None:
    """Hold two channels of every feature map at a constant, so that they set the norms' statistics.

    Flat colours would otherwise be normalised away, and the statistics of a crop would differ from
    those of a whole picture. The norms' gains make up for the spread that the anchors bring.
    """
    for name, module in vae.named_modules():
        if isinstance(module, nn.GroupNorm):
            spread = height * math.sqrt(2 / module.num_channels)
            nn.init.constant_(module.weight, spread)
            with torch.no_grad():
                module.weight[:2] = 1.0
        if not isinstance(module, nn.Conv2d) or name.endswith(("conv_out", "quant_conv")):
            continue
        residual = name.endswith("conv2")  # the way past the block carries the anchors already
        with torch.no_grad():
            module.weight[:2] = 0
            if module.bias is not None:
                module.bias[:2] = torch.tensor([0.0, 0.0] if residual else [height, -height])


def build_dit() -> GlmImageTransformer2DModel:
    """Build the diffusion transformer: patch 4 on factor 4, so that a token is 16 pixels."""
    dit: GlmImageTransformer2DModel = GlmImageTransformer2DModel(
        patch_size=4,
        in_channels=LATENTS,
        out_channels=LATENTS,
        num_layers=6,
        # Queries and keys are normalised, so a head's scores are at most the root of its width:
        # with 32 no head can look at its neighbour alone, with 128 it can.
        attention_head_dim=HEAD_WIDTH,
        num_attention_heads=DIT_WIDTH // HEAD_WIDTH,
        text_embed_dim=GLYPH_WIDTH,
        time_embed_dim=128,
        condition_dim=32,
        prior_vq_quantizer_codebook_size=CODES,
    )
    for block in dit.transformer_blocks:
        nn.init.zeros_(block.norm1.linear.weight)
        nn.init.zeros_(block.norm1.linear.bias)
        with torch.no_grad():
            # Gates start a little open: closed ones would keep the blocks from learning for long.
            for gate in (4, 5, 10, 11):
                block.norm1.linear.bias[gate * DIT_WIDTH : (gate + 1) * DIT_WIDTH] = 0.5
    nn.init.zeros_(dit.proj_out.weight)
    nn.init.zeros_(dit.proj_out.bias)
    seed_neighbours(dit.transformer_blocks[0].attn1)
    return dit


@torch.no_grad()
def seed_neighbours(attention: Any) -> None:
    """Start the first layer's two heads looking at the token to the left and the one above.

    Comparing its side of the checkerboard with theirs, a token knows which quarter of its cell it
    draws. The published architecture gives it no other sign of that.
    """
    axis = HEAD_WIDTH // 4
    speeds = 1.0 / 10000.0 ** (torch.arange(axis) / axis)
    energy = speeds.square() / speeds.square().sum() * HEAD_WIDTH / 2
    both = torch.cat([energy, energy]).sqrt()
    phases = torch.arange(2 * axis) * 2.4  # spread, so that the norm finds no mean to take away
    for head, moved in enumerate(("across", "down")):
        zero = torch.zeros(axis)
        # The rotary angles of rows come first, then those of columns.
        turn = torch.cat([zero, speeds] if moved == "across" else [speeds, zero])
        rows = slice(head * HEAD_WIDTH, (head + 1) * HEAD_WIDTH)
        for projection, angle in ((attention.to_q, phases - turn), (attention.to_k, phases)):
            projection.weight[rows] = 0
            projection.bias[rows] = torch.cat([both * angle.cos(), both * angle.sin()])


def build_glyph_encoder() -> tuple[ByT5Tokenizer, T5EncoderModel]:
    """Build the byte-level encoder of the quoted copy."""
    tokenizer = ByT5Tokenizer(extra_ids=0)
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=GLYPH_WIDTH,
        d_kv=16,
        d_ff=128,
        num_layers=1,
        num_heads=4,
        feed_forward_proj="gated-gelu",
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return tokenizer, T5EncoderModel(config)


class CodeTable(nn.Module):
    """Vectors of all codes, each the sum of the vectors of its parts.

    So a letter is learnt once, not once for each mark and half. The networks are given `weight()`
    while they train and its value when they are exported. Letters have either a vector for their
    mark, with `marks`, or one for their side of the checkerboard.
    """

    is_letter: torch.Tensor
    letter_of: torch.Tensor
    mark_of: torch.Tensor
    half_of: torch.Tensor
    side_of: torch.Tensor
    colour_of: torch.Tensor
    kind_of: torch.Tensor

    def __init__(self, width: int, *, scale: float, marks: bool, own_letters: bool = True) -> None:
        super().__init__()
        parts = [code_parts(code) for code in range(CODES)]
        letters = [LETTERS.find(part.character) if part.character else -1 for part in parts]
        self.register_buffer("is_letter", torch.tensor([index >= 0 for index in letters]))
        self.register_buffer("letter_of", torch.tensor(letters).clamp(min=0))
        self.register_buffer("mark_of", torch.tensor([part.mark for part in parts]))
        self.register_buffer("half_of", torch.tensor([part.half for part in parts]))
        self.register_buffer("side_of", torch.tensor([part.side for part in parts]))
        colours = [NAMES.index(part.colour) if part.colour else 0 for part in parts]
        kinds = [KINDS.index(part.kind) if part.kind else 0 for part in parts]
        self.register_buffer("colour_of", torch.tensor(colours))
        self.register_buffer("kind_of", torch.tensor(kinds))

        def table(rows: int) -> nn.Parameter:
            return nn.Parameter(torch.randn(rows, width) * scale)

        self.letters = table(len(LETTERS)) if own_letters else None
        self.marks = table(MARKS) if marks else None
        self.halves, self.sides = table(2), table(2)
        self.colours, self.kinds = table(len(NAMES)), table(len(KINDS))

    def weight(self, letters: torch.Tensor | None = None) -> torch.Tensor:
        """Return the (CODES, width) table; `letters` stands in for its own letter vectors."""
        chosen: Any = letters if letters is not None else self.letters
        place = self.sides[self.side_of] if self.marks is None else self.marks[self.mark_of]
        drawn = chosen[self.letter_of] + self.halves[self.half_of] + place
        shaped = self.colours[self.colour_of] + self.kinds[self.kind_of] + self.sides[self.side_of]
        return torch.where(self.is_letter[:, None], drawn, shaped)
