"""The recipe: `python -m presscheck_nano.train vae|decoder|ar|dit|glyphs|export|curves`.

The parts train apart from each other: `vae` first, then `decoder`, `dit` and `ar` in any order or
at the same time on different cores, then `export`. Each goes on from its state file. `dit` teaches
the glyph encoder, too; `glyphs` trains that one alone, on a DiT that stays as it is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from presscheck_nano.curves import draw_curves
from presscheck_nano.export import export, restore
from presscheck_nano.models import build_vae
from presscheck_nano.train_ar import Phase, train_ar
from presscheck_nano.train_dit import train_dit
from presscheck_nano.train_vae import train_vae
from presscheck_nano.training import Schedule

PHASES = (
    Phase(name="head", start=0, batch=32),
    Phase(name="small", start=120, batch=20),
    Phase(name="small", start=675, batch=22),
    Phase(name="large", start=675, batch=12),
)
"""Which row the copy starts in and where a line breaks is decided in the small grid; the large one
has to be learnt, too, but copies it. So they take turns."""
STEPS = {"vae": 1400, "decoder": 2400, "ar": 4000, "dit": 9000, "glyphs": 600}
RATES = {"vae": 1.5e-3, "decoder": 1.5e-3, "ar": 1.2e-3, "dit": 1.2e-3, "glyphs": 1e-3}


def main() -> None:
    """Train one part, or put the parts together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=[*STEPS, "export", "curves"])
    parser.add_argument("--states", type=Path, default=Path(".train"), help="where states are kept")
    parser.add_argument("--steps", type=int, help="length of the schedule")
    parser.add_argument("--seconds", type=float, help="stop after this long; run again to go on")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, help="the checkpoint's folder, or the picture")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    if given.part == "export":
        export(given.states, given.out or Path("checkpoint"))
    elif given.part == "curves":
        draw_curves(given.states, given.out or Path("curves.png"))
    else:
        schedule = Schedule(steps=given.steps or STEPS[given.part], rate=RATES[given.part])
        _train(given.part, given.states, schedule, given.seconds)


def _train(part: str, states: Path, schedule: Schedule, seconds: float | None) -> None:
    if part == "ar":
        train_ar(states, schedule, phases=PHASES, seconds=seconds)
    elif part == "vae":
        train_vae(states, schedule, batch=16, seconds=seconds)
    elif part == "decoder":
        train_vae(states, schedule, batch=16, seconds=seconds, encoder=states / "vae.pt")
    else:
        vae = build_vae()
        restore(vae, states / "vae.pt")
        vae.eval()
        alone = part == "glyphs"
        train_dit(states, vae, schedule, batch=16, seconds=seconds, glyphs_only=alone)


if __name__ == "__main__":
    main()
