# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Stand-ins for plugin authors: an engine that needs no weights, and a tiny random checkpoint."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

from presscheck.assets import Box, Plan
from presscheck.engine.contract import Capabilities, PlanRequest, Preview, Progress, Step
from presscheck.engine.sizes import planned_size
from presscheck.registry import ReadText

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


@dataclass
class PaperEngine:
    """An engine that sets the quoted copy in a plain font.

    It misspells its first `wrong` renders, and every render of its first `misplans` plans; a
    preview, where its capabilities say that it gives one, shows the latter.

    It keeps what it was asked for in `planned` and `rendered`, so that a test can count what was
    paid for.
    """

    wrong: int = 0
    misplans: int = 0
    name: str = "paper:1"
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(native=((512, 512), (384, 672), (672, 384)))
    )
    planned: list[PlanRequest] = field(default_factory=list[PlanRequest])
    rendered: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    def planned_size(self, width: int, height: int) -> tuple[int, int]:
        """Return the native size of the nearest aspect ratio."""
        return planned_size(width, height, self.capabilities)

    def glyph_texts(self, prompt: str) -> list[str]:
        """Return what stands in double quotes."""
        return re.findall(r'"([^"]*)"', prompt)

    def plan(
        self, requests: Sequence[PlanRequest], *, progress: Progress | None = None
    ) -> list[Plan]:
        """Plan without any tokens but the seed."""
        plans: list[Plan] = []
        for number, request in enumerate(requests, start=1):
            if progress is not None:
                progress(Step(stage="plan", done=number, total=len(requests)))
            self.planned.append(request)
            width, height = self.planned_size(request.width, request.height)
            plans.append(
                Plan(
                    engine=self.name,
                    prompt=request.prompt,
                    seed=request.seed,
                    width=width,
                    height=height,
                    rows=1,
                    columns=1,
                    tokens=(request.seed,),
                    draft=(1,) if len(self.planned) <= self.misplans else (),
                )
            )
        return plans

    def render(
        self,
        plan: Plan,
        *,
        seed: int,
        references: Sequence[Image.Image] = (),
        progress: Progress | None = None,
    ) -> Image.Image:
        """Draw the copy, one string below the other, in the upper third."""
        if progress is not None:
            progress(Step(stage="render", done=1, total=1))
        self.rendered.append((plan.digest, seed))
        texts = self._planned_texts(plan)
        if len(self.rendered) <= self.wrong:
            texts = [misspell(text) for text in texts]
        tint = hashlib.sha256(f"{plan.digest}{seed}".encode()).digest()[0] // 16
        image = Image.new("RGB", (plan.width, plan.height), (235, 230 - tint, 215))
        draw = ImageDraw.Draw(image)
        for row, text in enumerate(texts):
            size = min(plan.height / 9, 1.6 * plan.width / max(len(text), 1))
            font = ImageFont.load_default(size)
            place = (plan.width / 2, plan.height * (0.17 + 0.15 * row))
            draw.text(place, text, font=font, fill="#14171d", anchor="mm")
        return image

    def preview(
        self,
        plan: Plan,
        *,
        references: Sequence[Image.Image] = (),
        progress: Progress | None = None,
    ) -> Preview | None:
        """Tell what the plan's renders will say."""
        del references, progress
        if self.capabilities.preview is None:
            return None
        texts = self._planned_texts(plan)
        return Preview(
            kind="read-out",
            lines=tuple(self._line(plan, row, text) for row, text in enumerate(texts)),
        )

    def _planned_texts(self, plan: Plan) -> list[str]:
        texts = self.glyph_texts(plan.prompt)
        return [misspell(text) for text in texts] if plan.draft else texts

    def _line(self, plan: Plan, row: int, text: str) -> ReadText:
        left, right = 0.1 * plan.width, 0.9 * plan.width
        top = plan.height * (0.1 + 0.15 * row)
        bottom = top + plan.height * 0.12
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        return ReadText(text=text, score=1.0, polygon=corners)

    def repair(
        self,
        plan: Plan,
        image: Image.Image,
        box: Box,
        *,
        seed: int,
        references: Sequence[Image.Image] = (),
        progress: Progress | None = None,
    ) -> Image.Image:
        """Render the plan, and take what the box covers."""
        place = box.pixels(*image.size)
        drawn = self.render(plan, seed=seed, progress=progress)
        repaired = image.copy()
        repaired.paste(drawn.crop(place), place)
        return repaired

    def close(self) -> None:
        """Do nothing: there is nothing to free."""


def misspell(text: str) -> str:
    """Return `text` with its second letter twice, or one letter more than there was."""
    return text[:2] + text[1:] if len(text) > 1 else text * 2


def write_random_checkpoint(folder: Path, *, seed: int = 0) -> Path:
    """Write a checkpoint of GLM-Image's classes in the published layout, with random weights.

    It has about 200 thousand weights, a codebook of 64, and an autoencoder of factor 8 with a patch
    of 2, as the published one has. What it draws is noise; that it draws at all is the point.
    """
    import torch
    from diffusers import GlmImagePipeline
    from transformers import ByT5Tokenizer

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        tokenizer = _tiny_tokenizer()
        parts: dict[str, Any] = {
            "tokenizer": ByT5Tokenizer(extra_ids=0),
            "processor": _tiny_processor(tokenizer),
            "vision_language_encoder": _tiny_ar(tokenizer),
            **_tiny_renderer(),
        }
        pipeline: Any = GlmImagePipeline
        pipeline(**parts).save_pretrained(folder)
    return folder


CODES = 64


def _tiny_tokenizer() -> PreTrainedTokenizerFast:
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Split
    from transformers import PreTrainedTokenizerFast

    specials = ["<start>", "<end>", "<pad>", "<unk>", "<image>", "<grid>", "</grid>"]
    names = [f"<code{code}>" for code in range(CODES)] + specials
    names += [chr(code) for code in range(32, 127)]
    words = Tokenizer(WordLevel({name: index for index, name in enumerate(names)}, "<unk>"))
    words.pre_tokenizer = Split(Regex("."), behavior="isolated")
    return PreTrainedTokenizerFast(
        tokenizer_object=words,
        bos_token="<start>",
        eos_token="<end>",
        pad_token="<pad>",
        unk_token="<unk>",
        padding_side="left",
        extra_special_tokens={
            "image_token": "<image>",
            "grid_bos_token": "<grid>",
            "grid_eos_token": "</grid>",
        },
    )


def _tiny_processor(tokenizer: PreTrainedTokenizerFast) -> Any:
    from transformers import GlmImageProcessor
    from transformers.models.glm_image import GlmImageImageProcessor

    template = (
        "{% for message in messages %}{% for part in message['content'] %}"
        "{% if part['type'] == 'image' %}<start><image><end>"
        "{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endfor %}"
    )
    return GlmImageProcessor(
        image_processor=GlmImageImageProcessor(patch_size=16, temporal_patch_size=1, merge_size=1),
        tokenizer=tokenizer,
        chat_template=template,
    )


def _tiny_ar(tokenizer: PreTrainedTokenizerFast) -> Any:
    from transformers import (
        GlmImageConfig,
        GlmImageForConditionalGeneration,
    )

    text = {
        "vocab_size": len(tokenizer),
        "vision_vocab_size": CODES + 2,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 10000.0,
            "partial_rotary_factor": 1.0,
            "mrope_section": [2, 3, 3],
        },
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": CODES + 1,
    }
    vision = {"depth": 1, "hidden_size": 16, "num_heads": 2, "intermediate_size": 32}
    return GlmImageForConditionalGeneration(
        GlmImageConfig(
            text_config=text,
            vision_config={**vision, "image_size": 512, "patch_size": 16},
            vq_config={"embed_dim": 8, "num_embeddings": CODES, "latent_channels": 16},
            image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
            image_start_token_id=CODES,
            image_end_token_id=CODES + 1,
        )
    )


def _tiny_renderer() -> dict[str, Any]:
    from diffusers import (
        AutoencoderKL,
        FlowMatchEulerDiscreteScheduler,
        GlmImageTransformer2DModel,
    )
    from transformers import T5Config, T5EncoderModel

    glyphs = T5Config(
        vocab_size=259, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, pad_token_id=0
    )
    return {
        "text_encoder": T5EncoderModel(glyphs),
        "vae": AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            block_out_channels=(8, 8, 16, 16),
            layers_per_block=1,
            latent_channels=4,
            norm_num_groups=4,
            latents_mean=[0.0] * 4,
            latents_std=[1.0] * 4,
        ),
        "transformer": GlmImageTransformer2DModel(
            in_channels=4,
            out_channels=4,
            num_layers=2,
            attention_head_dim=16,
            num_attention_heads=2,
            text_embed_dim=16,
            time_embed_dim=32,
            condition_dim=16,
            prior_vq_quantizer_codebook_size=CODES,
        ),
        "scheduler": FlowMatchEulerDiscreteScheduler(
            use_dynamic_shifting=True, base_shift=0.25, max_shift=0.75, time_shift_type="linear"
        ),
    }
