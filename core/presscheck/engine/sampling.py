"""Draws the next token of every row of a batch, each with the row's own random numbers."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from presscheck.errors import EngineError

FEW = 64
"""How many of the likeliest tokens are looked at first."""


class RowSampler:
    """Draws each row's next token by the row's own seed, so a batch equals solo runs.

    Only ids of the codebook are drawn: the end token or a special id in the middle of a grid would
    break the render stage. A temperature of 0 takes the likeliest token.
    """

    def __init__(
        self, seeds: Sequence[int], *, codes: int, temperature: float, top_p: float, total: int
    ) -> None:
        self.codes, self.temperature, self.top_p = codes, temperature, top_p
        # On the CPU, so that a seed means the same on every device.
        self.chances = torch.stack(
            [torch.rand(total, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        )

    def draw(self, logits: torch.Tensor, step: int) -> torch.Tensor:
        """Return the tokens (rows,) of a step from logits (rows, vocabulary).

        Raises:
            EngineError: The model's numbers went wrong; the likeliest token would be any.
        """
        logits = logits[:, : self.codes].float()
        if self.temperature == 0:
            best, likeliest = logits.max(dim=-1)
            _check_finite(best)
            return likeliest
        if self.temperature != 1:
            logits = logits / self.temperature
        shares, tokens = nucleus(logits, self.top_p)
        # The largest share is NaN as soon as one of a row's numbers is NaN or infinite.
        _check_finite(shares[:, 0])
        # The inverse of the distribution function, at a uniform number.
        bounds = shares.cumsum(dim=-1)
        chance = self.chances[:, step, None].to(bounds.device)
        place = (bounds <= chance * bounds[:, -1:]).sum(dim=-1, keepdim=True)
        last = (shares > 0).sum(dim=-1, keepdim=True) - 1
        return tokens.gather(-1, place.minimum(last))[:, 0]


def _check_finite(values: torch.Tensor) -> None:
    if not values.isfinite().all():
        raise EngineError(
            "the plan holds numbers that are not finite.",
            remedy="Set engine.settings.dtype to float32, or download the checkpoint again.",
        )


def nucleus(logits: torch.Tensor, top_p: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Return probabilities and ids, (rows, some), of the likeliest tokens of mass `top_p`.

    The likeliest come first; what is beyond the mass has probability 0 (Holtzman et al. 2019, "The
    Curious Case of Neural Text Degeneration").
    """
    whole = logits.logsumexp(dim=-1, keepdim=True)
    # A trained model's few likeliest tokens hold the mass; only then is the rest left unsorted.
    for count in (min(FEW, logits.shape[-1]), logits.shape[-1]):
        likely, order = logits.topk(count, dim=-1)
        shares = (likely - whole).exp()
        before = shares.cumsum(dim=-1) - shares
        if bool((before[:, -1] + shares[:, -1] >= top_p).all()):
            break
    # The likeliest stays, however small the mass.
    return shares.masked_fill((before >= top_p) & (before > 0), 0), order
