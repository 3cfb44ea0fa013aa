"""Words of the poster world: copy to spell, and prompts in natural language that ask for it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from presscheck_nano.motifs import SILHOUETTES
from presscheck_nano.posters import MAX_LINES, Poster, Rng, fits
from presscheck_nano.world import CHARACTERS, MARKS


@cache
def words(name: str) -> tuple[str, ...]:
    """Return a list of words: `training` ones may be spelt in training, `held_out` ones never."""
    return tuple((files("presscheck_nano") / "words" / f"{name}.txt").read_text().split())


SUBJECTS = (
    "a furniture brand",
    "a bakery",
    "an outdoor shop",
    "a museum",
    "a coffee roaster",
    "a running club",
    "a software company",
    "a music festival",
    "a book store",
    "a travel agency",
    "a bank",
    "a garden centre",
    "a film night",
    "a small hotel",
    "a bicycle maker",
    "a wine merchant",
    "a city council",
    "a school of design",
    "an airline",
    "a pottery studio",
)
OCCASIONS = (
    "Announce the end-of-season sale",
    "Launch the new collection",
    "Invite people to the opening",
    "Celebrate the first warm days",
    "Remind members of the deadline",
    "Get people outdoors before the summer ends",
    "Make a cosy evening at home look good",
    "Show that quality can be cheap",
    "Say thank you to our customers",
    "Introduce the autumn menu",
    "Bring visitors to the exhibition",
    "Sell the last tickets",
    "Tell students about the open day",
    "Wish everybody a good new year",
)
TONES = (
    "warm and friendly",
    "bold",
    "calm and clear",
    "playful",
    "confident, short sentences",
    "elegant",
    "energetic",
    "honest and down to earth",
)
FORMATS = {
    "square": ("square poster", "square social post", "square advert", "poster in square format"),
    "portrait": ("portrait poster", "portrait social post", "upright advert", "upright poster"),
    "story": ("tall story poster", "full-screen story", "tall vertical poster", "tall poster"),
    "wide": ("wide banner", "landscape thumbnail", "wide poster", "landscape banner"),
}
MOTIF_WORDS = {
    "plain": ("nothing but the type", "an empty ground", "no decoration"),
    "tiles": ("geometric Bauhaus tiles", "geometric shapes", "a pattern of geometric tiles"),
    "hills": ("hills and a sun", "rolling hills under a sun", "a landscape of hills"),
    "mountains": ("mountains", "a range of mountains", "pointed peaks"),
    "waves": ("waves", "rolling waves", "a sea of waves"),
    "circle": ("one large circle", "a circle in a circle", "a large round shape"),
    "sunrise": ("a rising sun", "a sunrise", "half a sun on the horizon"),
    "skyline": ("a skyline of blocks", "a city skyline", "a street of tall houses"),
    "stripes": ("level stripes", "wide stripes", "horizontal bands"),
    "confetti": ("confetti", "scattered dots and diamonds", "small dots of confetti"),
    "gradient": ("a soft gradient", "a smooth gradient", "a colour gradient"),
    "scallops": ("scallops", "rows of half circles", "a scale pattern"),
    **{name: (f"a {name}", f"the silhouette of a {name}", f"one {name}") for name in SILHOUETTES},
    **{
        f"{name}s": (f"a row of {name}s", f"several {name}s", f"{name}s side by side")
        for name in SILHOUETTES
    },
}
PLACE_WORDS = {
    "top": ("across the top", "at the top", "in the upper third"),
    "middle": ("in the middle", "across the centre", "half way down"),
    "bottom": ("across the bottom", "at the bottom", "in the lower third"),
}
ALIGN_WORDS = {
    "left": ("flush left", "left-aligned", "on the left"),
    "centre": ("centred", "in the centre of the line"),
    "right": ("right-aligned", "on the right", "in the right half"),
}
TYPEFACE_WORDS = {
    "bold": ("bold letters", "a bold condensed sans", "a heavy sans serif"),
    "regular": ("light letters", "a regular condensed sans", "a lighter sans serif"),
    "serif": ("serif letters", "a bold condensed serif", "a serif typeface"),
}


def is_held_out(text: str) -> bool:
    """Return whether training must not see a string: one in sixteen, by hash, and listed words."""
    if set(text.upper().split()) & set(words("held_out")):
        return True
    return hashlib.sha256(text.casefold().encode()).digest()[0] < 16


def sample_copy(
    rng: Rng,
    width: int,
    lines: int = MAX_LINES,
    *,
    vocabulary: Sequence[str] | None = None,
    random_share: float = 0.6,
) -> str:
    """Return copy of less than `MARKS` characters that fits `lines` lines of `width` each.

    Six in ten words are random strings, so that the model learns to copy and not to remember.
    """
    count = int(rng.integers(1, 2 * lines))
    chosen = [word for word in vocabulary or words("training") if len(word) <= width]
    made = [_word(rng, width, chosen, random_share) for _ in range(count)]
    while len(" ".join(made)) > min(lines * width, MARKS - 1) or not fits(" ".join(made), width):
        made.pop()
    if not made:  # a price or a year may be wider than the line
        return sample_copy(rng, width, lines, vocabulary=vocabulary, random_share=random_share)
    return " ".join(made)


def training_copy(rng: Rng, width: int, lines: int = MAX_LINES) -> str:
    """Return copy that training may see."""
    while True:
        copy = sample_copy(rng, width, lines)
        if not is_held_out(copy):
            return copy


def held_out_copy(rng: Rng, width: int, lines: int = MAX_LINES) -> str:
    """Return copy that training never sees, every third time with a price or code."""
    while True:
        copy = sample_copy(rng, width, lines, vocabulary=words("held_out"), random_share=0.0)
        if rng.random() < 0.33:
            code = "".join(str(rng.choice(list(CHARACTERS[:62]))) for _ in range(5))
            extra = str(rng.choice([_price(rng), f"{rng.integers(5, 95)}%", code]))
            copy = f"{copy} {extra}" if rng.random() < 0.5 else f"{extra} {copy}"
        if fits(copy, width) and len(copy) < min(MARKS, lines * width + 1):
            return copy


def _word(rng: Rng, width: int, vocabulary: Sequence[str], random_share: float) -> str:
    kind = rng.random()
    if kind < random_share:
        alphabet = _alphabet(rng)
        length = min(int(rng.integers(2, 12)), width)
        return "".join(str(rng.choice(list(alphabet))) for _ in range(length))
    if kind < 1.2 * random_share:
        return str(rng.choice([_price(rng), f"{rng.integers(5, 95)}%", str(rng.integers(1, 2030))]))
    word = str(rng.choice(list(vocabulary)))
    style = rng.random()
    if style < 0.7:
        return word
    return word.capitalize() if style < 0.9 else word.lower()


def _alphabet(rng: Rng) -> str:
    """Return the letters of a random word: often few, so that it repeats them as words do."""
    whole = _whole_alphabet(rng)
    if rng.random() < 0.5:
        return whole
    few = rng.choice(len(whole), size=int(rng.integers(3, 8)), replace=False)
    return "".join(whole[index] for index in few)


def _whole_alphabet(rng: Rng) -> str:
    kind = rng.random()
    if kind < 0.4:
        return CHARACTERS[:26]
    if kind < 0.55:
        return CHARACTERS[26:52]
    return CHARACTERS[:62] if kind < 0.65 else CHARACTERS


def _price(rng: Rng) -> str:
    sign = str(rng.choice(list("€$£")))
    return f"{sign}{rng.integers(1, 100)}.{rng.choice(['00', '49', '90', '95', '99'])}"


def _pick(rng: Rng, phrases: Sequence[str]) -> str:
    return str(phrases[int(rng.integers(len(phrases)))])


def make_prompt(rng: Rng, poster: Poster, *, loose: float = 0.0) -> str:
    """Return a prompt for a poster; wording, order and detail vary, the quoted copy does not.

    `loose` is the chance that a sentence besides the headline is left out, and that one of words
    from outside this world stands among the others.
    """
    first, second = poster.accents
    format_ = _pick(rng, FORMATS[poster.format])
    opening = _pick(
        rng,
        (
            f"A {format_} for {_pick(rng, SUBJECTS)}.",
            f"Design a {format_}.",
            f"{_pick(rng, OCCASIONS)}: a {format_} for {_pick(rng, SUBJECTS)}.",
            f"A flat, graphic {format_}. {_pick(rng, OCCASIONS)}.",
            f"{_pick(rng, OCCASIONS)}. A {format_}.",
        ),
    )
    motif = _pick(rng, MOTIF_WORDS[poster.motif])
    colours = _pick(
        rng,
        (
            f"The background is {poster.ground}, with {motif} in {first} and {second}.",
            f"On a {poster.ground} ground, {motif} in {first} and {second}.",
            f"Background: {poster.ground}. Motif: {motif}. Accent colours: {first}, {second}.",
            f"{motif[0].upper()}{motif[1:]}, {first} and {second}, on plain {poster.ground}.",
            f"Show {motif} in {first} and {second} against {poster.ground}.",
            f"A {poster.ground} background carries {motif}, {first} first, then {second}.",
        ),
    )
    place = _pick(rng, PLACE_WORDS[poster.place])
    align = f", {_pick(rng, ALIGN_WORDS[poster.align])}"
    headline = _pick(
        rng,
        (
            f'The headline "{poster.copy}" stands {place}{align}.',
            f'{place.capitalize()}{align}, the headline reads "{poster.copy}".',
            f'Large letters {place}{align} say "{poster.copy}".',
            f'Headline {place}{align}: "{poster.copy}".',
            f'Write "{poster.copy}" {place}{align}.',
            f'The words "{poster.copy}" are set {place}{align}.',
        ),
    )
    parts = [colours, headline]
    if poster.plain_third:
        third = "lower" if poster.place == "top" else "upper"
        parts.append(
            _pick(rng, (f"Leave the {third} third plain.", f"The {third} third stays empty."))
        )
    if poster.typeface != "bold" or rng.random() < 0.3:
        typeface = _pick(rng, TYPEFACE_WORDS[poster.typeface])
        parts.append(_pick(rng, (f"Set it in {typeface}.", f"Type: {typeface}.")))
    if rng.random() < 0.5:
        parts.append(f"Tone: {_pick(rng, TONES)}.")
    if loose:
        parts = [part for part in parts if part == headline or rng.random() > loose]
    if loose and rng.random() < loose:
        parts.append(f"{_pick(rng, words('training'))} {_pick(rng, words('training'))}.".lower())
    order = rng.permutation(len(parts)) if rng.random() < 0.4 else np.arange(len(parts))
    return " ".join([opening, *(parts[index] for index in order)])
