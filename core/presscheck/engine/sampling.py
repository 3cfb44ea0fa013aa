"""Draws the next token of every row of a batch, each with the row's own random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch.nn.functional import pad

from presscheck.errors import EngineError

FEW = 64
"""How many of the likeliest tokens are looked at first."""
NEAR = 3e-4
"""How far rounding may move a cumulative probability, or the ratio of two that are nearly alike.

In float32 it was measured to move them by a twentieth of this at most, between a batch, a row alone
and a row read at once (`python -m presscheck.engine.measure_batches`).
"""


class RowSampler:
    """Draws each row's next token by the row's own seed, so a batch equals solo runs in float32.

    Only ids of the codebook are drawn: the end token or a special id in the middle of a grid would
    break the render stage. A temperature of 0 takes the likeliest token.

    A row's logits differ in their last bits with the rows beside it, and a draw may lie that near
    the edge between two tokens. Such a draw is decided by logits that were computed for the row
    alone, as geometric predicates are that floating point leaves open (Shewchuk 1997, "Adaptive
    Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates").
    """

    def __init__(
        self, seeds: Sequence[int], *, codes: int, temperature: float, top_p: float, total: int
    ) -> None:
        self.codes, self.temperature, self.top_p = codes, temperature, top_p
        # A temperature below 1 enlarges differences of logits.
        self.near = NEAR / min(temperature or 1.0, 1.0)
        # On the CPU, so that a seed means the same on every device.
        self.chances = torch.stack(
            [torch.rand(total, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        )

    def draw(
        self,
        logits: torch.Tensor,
        step: int,
        alone: Callable[[int], torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Return the tokens (rows,) of a step from logits (rows, vocabulary).

        `alone` computes the logits (1, vocabulary) of one row by itself. It is asked where rounding
        in float32 could turn a draw; coarser formats would ask for most.

        Raises:
            EngineError: The model's numbers went wrong; the likeliest token would be any.
        """
        chances = self.chances[:, step, None].to(logits.device)
        tokens, open_ = self._draw(logits, chances)
        if alone is not None and logits.dtype == torch.float32:
            for row in map(int, open_.nonzero()[:, 0]):
                tokens[row] = self._draw(alone(row), chances[row : row + 1])[0][0]
        return tokens

    def _draw(
        self, logits: torch.Tensor, chances: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the tokens (rows,), and where rounding could have made it another."""
        logits = logits[:, : self.codes].float()
        if self.temperature == 0:
            best, likeliest = logits.topk(2, dim=-1)
            _check_finite(best[:, 0])
            return likeliest[:, 0], best[:, 0] - best[:, 1] < self.near
        if self.temperature != 1:
            logits = logits / self.temperature
        likely, before, tokens = _likeliest(logits, self.top_p, self.near)
        # The largest share is NaN as soon as one of a row's numbers is NaN or infinite.
        _check_finite(likely[:, 0])
        shares = _in_mass(likely, before, self.top_p)
        # The inverse of the distribution function, at a uniform number.
        bounds = shares.cumsum(dim=-1)
        point = chances * bounds[:, -1:]
        last = (shares > 0).sum(dim=-1, keepdim=True) - 1
        place = (bounds <= point).sum(dim=-1, keepdim=True).minimum(last)
        at_edge = (bounds - point).abs() < self.near
        # What comes in or drops out moves the edges by no more than its own share.
        at_mass = ((before - self.top_p).abs() < self.near / 2) & (likely > self.near / 2)
        open_ = (at_edge | at_mass).any(dim=-1) | _tied(likely, place, self.near)
        return tokens.gather(-1, place)[:, 0], open_


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
    likely, before, order = _likeliest(logits, top_p, NEAR)
    return _in_mass(likely, before, top_p), order


def _likeliest(
    logits: torch.Tensor, top_p: float, near: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return probabilities, those of all likelier tokens together, and ids, the likeliest first.

    They reach so far beyond the mass `top_p` that rounding by `near` needs no more of them.
    """
    whole = logits.logsumexp(dim=-1, keepdim=True)
    # A trained model's few likeliest tokens hold the mass; only then is the rest left unsorted.
    for count in (min(FEW, logits.shape[-1]), logits.shape[-1]):
        likely, order = logits.topk(count, dim=-1)
        shares = (likely - whole).exp()
        before = shares.cumsum(dim=-1) - shares
        if bool((before[:, -1] >= top_p + near).all()):
            break
    return shares, before, order


def _in_mass(shares: torch.Tensor, before: torch.Tensor, top_p: float) -> torch.Tensor:
    # The likeliest stays, however small the mass.
    return shares.masked_fill((before >= top_p) & (before > 0), 0)


def _tied(shares: torch.Tensor, place: torch.Tensor, near: float) -> torch.Tensor:
    """Tell of which rows the token at `place` (rows, 1) could change places with a neighbour."""
    close = pad(shares[:, 1:] > shares[:, :-1] * (1 - near), (1, 1))
    return close.gather(-1, torch.cat([place, place + 1], dim=-1)).any(dim=-1)
