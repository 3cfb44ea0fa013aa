"""Runs a campaign from a script: build it in Python, look at what came out.

python examples/submit_campaign.py [folder]
"""

from __future__ import annotations

import sys
from pathlib import Path

from presscheck import Campaign, Press


def main(folder: Path) -> int:
    campaign = Campaign.model_validate(
        {
            "name": "coffee-week",
            "brand": "northline",
            "brief": "Invite people to a week of free coffee.",
            "placements": ["instagram-post"],
            "copy": {"headline": "HELLO", "cta": "Come in"},
            "delivery": [{"to": "folder", "path": str(folder)}],
            "seed": 3,
        }
    )
    with Press(work=folder / "work") as press:
        result = press.run(campaign)
    for asset in result.assets:
        rolls = len(asset.attempts)
        print(f"{asset.spec.id}: {asset.state} after {rolls} roll{'s' * (rolls != 1)}")
        for receipt in asset.receipts:
            print(f"  {receipt.location}")
    return 0 if result.delivered == len(result.assets) else 3


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/coffee-week")))
