"""Tokens are drawn from the nucleus, by each row's own numbers."""

from __future__ import annotations

import pytest
import torch

from presscheck.engine.sampling import NEAR, RowSampler, nucleus


@pytest.mark.parametrize("spread", [0.1, 3.0, 12.0])
@pytest.mark.parametrize("top_p", [0.05, 0.75, 0.999])
def test_the_nucleus_is_the_least_tokens_that_reach_its_mass(spread: float, top_p: float) -> None:
    logits = torch.randn(3, 1000, generator=torch.Generator().manual_seed(1)) * spread
    shares, tokens = nucleus(logits, top_p)
    for row, share, token in zip(logits.softmax(-1).double(), shares, tokens, strict=True):
        left = token[share > 0]
        assert torch.allclose(row[left], share[share > 0].double(), rtol=1e-4)
        others = torch.ones(1000, dtype=torch.bool)
        others[left] = False
        assert row[left].min() > row[others].max()
        assert row[left].sum() >= top_p - 1e-5
        assert row[left].sum() - row[left].min() < top_p + 1e-5


def test_the_likeliest_token_stays_however_small_the_mass() -> None:
    logits = torch.tensor([[0.05, 0.5, 0.15, 0.3]]).log()
    shares, tokens = nucleus(logits, 0.75)
    assert tokens[shares > 0].tolist() == [1, 3]
    shares, tokens = nucleus(logits, 0.0)
    assert tokens[shares > 0].tolist() == [1]


def test_tokens_come_as_often_as_their_probabilities_say() -> None:
    odds = torch.tensor([0.1, 0.6, 0.05, 0.25])
    sampler = RowSampler([3], codes=4, temperature=1.0, top_p=0.9, total=4000)
    drawn = [int(sampler.draw(odds.log()[None], step)) for step in range(4000)]
    counts = torch.bincount(torch.tensor(drawn), minlength=4) / 4000
    kept = torch.tensor([0.1, 0.6, 0.0, 0.25]) / 0.95
    assert counts[2] == 0
    assert torch.allclose(counts, kept, atol=0.03)


def test_special_ids_are_never_drawn_and_temperature_sharpens() -> None:
    logits = torch.tensor([[0.0, 2.0, 1.0, 50.0]])
    cold = RowSampler([0], codes=3, temperature=0.0, top_p=1.0, total=1)
    assert cold.draw(logits, 0).tolist() == [1]
    cool = RowSampler([0], codes=3, temperature=0.01, top_p=1.0, total=50)
    assert {int(cool.draw(logits, step)) for step in range(50)} == {1}
    hot = RowSampler([0], codes=3, temperature=9.0, top_p=1.0, total=200)
    assert {int(hot.draw(logits, step)) for step in range(200)} == {0, 1, 2}


def test_a_row_draws_the_same_in_any_company() -> None:
    logits = torch.randn(3, 500, generator=torch.Generator().manual_seed(2))
    together = RowSampler([5, 6, 7], codes=500, temperature=1.0, top_p=0.8, total=20)
    alone = RowSampler([6], codes=500, temperature=1.0, top_p=0.8, total=20)
    for step in range(20):
        assert together.draw(logits, step)[1] == alone.draw(logits[1:2], step)[0]


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("top_p", [0.6, 1.0])
def test_rounding_turns_no_draw(temperature: float, top_p: float) -> None:
    noise = torch.Generator().manual_seed(3)
    logits = torch.randn(1, 40, generator=noise)
    if not temperature:
        logits[0, 7] = logits.max() + NEAR / 8
    count = 50_000
    sampler = RowSampler([0], codes=40, temperature=temperature, top_p=top_p, total=1)
    sampler.chances = torch.arange(count)[:, None] / count
    right = sampler.draw(logits.expand(count, -1), 0)
    near = logits + (torch.rand(count, 40, generator=noise) - 0.5) * NEAR / 2
    asked: list[int] = []

    def alone(row: int) -> torch.Tensor:
        asked.append(row)
        return logits

    assert (sampler.draw(near, 0) != right).any(), "else there is nothing to settle"
    assert (sampler.draw(near, 0, alone) == right).all()
    assert not temperature or len(asked) < count / 20


def test_a_row_is_read_alone_in_float32_only() -> None:
    logits = torch.zeros(1, 40, dtype=torch.bfloat16)
    sampler = RowSampler([1], codes=40, temperature=1.0, top_p=0.8, total=1)
    token = sampler.draw(logits, 0)
    assert sampler.draw(logits, 0, lambda _: pytest.fail("most draws would ask")) == token
