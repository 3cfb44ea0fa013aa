"""The AR stage's tokenizer: whole words outside quotation marks, single characters inside."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Sequence, Split
from tokenizers.trainers import BpeTrainer
from transformers import PreTrainedTokenizerFast

from presscheck_nano.world import CODES

IMAGE_START, IMAGE_END = CODES, CODES + 1
VISION_VOCABULARY = CODES + 2
SPECIALS = ("<|pad|>", "<|unknown|>", "<|image|>", "<|grid|>", "<|/grid|>")
CHAT_TEMPLATE = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|image|>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endfor %}"
)


def build_tokenizer(
    prompts: Iterable[str], characters: str, *, words: int = 900
) -> PreTrainedTokenizerFast:
    """Train the tokenizer on prompts; the copy in them teaches no words.

    Ids 0..CODES-1 are the image codes, as in the published model; text follows behind them.
    """
    unquoted = ["".join(prompt.split('"')[::2]) for prompt in prompts]
    learner = Tokenizer(BPE())
    learner.pre_tokenizer = Split(Regex(r" ?\w+|[^\w]"), behavior="isolated")
    learner.train_from_iterator(unquoted, BpeTrainer(vocab_size=words, show_progress=False))
    learnt = learner.get_vocab()
    pieces = sorted(set(learnt) | set(characters) | {" ", '"', "0", "1", "2", "3"}, key=_order)
    codes = [f"<|code_{code}|>" for code in range(CODES)]
    names = [*codes, "<|start|>", "<|end|>", *SPECIALS, *pieces]
    vocabulary = {name: index for index, name in enumerate(names)}
    merges = [pair for pair in _merges(learner) if all(part in vocabulary for part in pair)]
    tokenizer = Tokenizer(BPE(vocab=vocabulary, merges=merges, unk_token="<|unknown|>"))
    tokenizer.pre_tokenizer = Sequence(
        [
            Split(Regex(r'"[^"]*"'), behavior="isolated"),
            # Only a quoted piece starts with a quotation mark; \G carries on from there.
            Split(Regex(r'\A"|\G(?!\A).'), behavior="isolated"),
            Split(Regex(r" ?\w+|[^\w]"), behavior="isolated"),
        ]
    )
    return _wrap(tokenizer)


def _order(piece: str) -> tuple[int, str]:
    return len(piece), piece


def _merges(learner: Tokenizer) -> list[tuple[str, str]]:
    merges = json.loads(learner.to_str())["model"]["merges"]
    return [(str(left), str(right)) for left, right in merges]


def _wrap(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|start|>",
        eos_token="<|end|>",
        pad_token="<|pad|>",
        unk_token="<|unknown|>",
        padding_side="left",
        extra_special_tokens={
            "image_token": "<|image|>",
            "grid_bos_token": "<|grid|>",
            "grid_eos_token": "<|/grid|>",
        },
    )
