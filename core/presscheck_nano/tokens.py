"""The AR stage's tokenizer: whole words outside quotation marks, single characters inside.

Quoted copy is numbered: `"HI YOU"` becomes the tokens opening-6, mark-0, H, mark-1, I, mark-2,
space-3, mark-3, Y, ... mark-6, `"`. The opening quotation mark says how long the copy is, a space
how long the word behind it, a mark which character follows (modulo `MARKS`). So what a line break
or a letter depends on stands where it is needed. All of it is done by the tokenizer's normalizer,
in its file; the prompt itself is untouched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, normalizers
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Sequence, Split
from tokenizers.trainers import BpeTrainer
from transformers import PreTrainedTokenizerFast

from presscheck_nano.world import CODES, MARKS

IMAGE_START, IMAGE_END = CODES, CODES + 1
VISION_VOCABULARY = CODES + 2
SPECIALS = ("<|pad|>", "<|unknown|>", "<|image|>", "<|grid|>", "<|/grid|>")
LONGEST_COPY, LONGEST_WORD = 2 * MARKS, 20
"""Copy and words that are longer count as this long; characters behind have no mark."""
MARK_TOKENS = tuple(chr(0xE000 + mark) for mark in range(MARKS))
OPENING_TOKENS = tuple(chr(0xE200 + length) for length in range(1, LONGEST_COPY + 1))
SPACE_TOKENS = tuple(chr(0xE300 + length) for length in range(1, LONGEST_WORD + 1))
"""Characters for private use stand for the tokens of numbered copy."""
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
    codes = [f"<|{code}|>" for code in range(CODES)]
    numbered = [*MARK_TOKENS, *OPENING_TOKENS, *SPACE_TOKENS]
    names = [*codes, "<|start|>", "<|end|>", *SPECIALS, *numbered, *pieces]
    vocabulary = {name: index for index, name in enumerate(names)}
    merges = [pair for pair in _merges(learner) if all(part in vocabulary for part in pair)]
    tokenizer = Tokenizer(BPE(vocab=vocabulary, merges=merges, unk_token="<|unknown|>"))
    tokenizer.normalizer = number_copy()
    opening = _any(OPENING_TOKENS)
    tokenizer.pre_tokenizer = Sequence(
        [
            Split(Regex(f'{opening}[^"]*"'), behavior="isolated"),
            # Only a quoted piece starts with an opening token; \G carries on from there.
            Split(Regex(rf"\A{opening}|\G(?!\A)."), behavior="isolated"),
            Split(Regex(r" ?\w+|[^\w]"), behavior="isolated"),
        ]
    )
    return _wrap(tokenizer)


def number_copy() -> normalizers.Normalizer:
    """Return what numbers quoted copy. An opening quotation mark follows white space."""
    opening, marks, spaces = (
        _any(tokens) for tokens in (OPENING_TOKENS, MARK_TOKENS, SPACE_TOKENS)
    )
    rules: list[tuple[str, str]] = []
    for length, token in enumerate(OPENING_TOKENS, 1):
        more = "," if length == LONGEST_COPY else ""
        rules.append((rf'(?<!\S)"(?=[^"]{{{length}{more}}}")', token))
    rules += [
        (rf'(?<={opening}[^"]{{{place}}})', MARK_TOKENS[place % MARKS])
        for place in reversed(range(LONGEST_COPY + 1))
    ]
    letter, end = rf'{marks}[^" {spaces[1:-1]}]', rf'(?:{marks}[ {spaces[1:-1]}]|{marks}")'
    for length, token in enumerate(SPACE_TOKENS, 1):
        more = "," if length == LONGEST_WORD else ""
        rules.append((rf"(?<={marks}) (?=(?:{letter}){{{length}{more}}}{end})", token))
    return normalizers.Sequence(
        [normalizers.Replace(Regex(pattern), token) for pattern, token in rules]
    )


def _any(tokens: tuple[str, ...]) -> str:
    return f"[{tokens[0]}-{tokens[-1]}]"


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
