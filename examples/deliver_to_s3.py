"""Delivers a campaign to a bucket; credentials come from AWS's own chain (environment, profile).

AWS_PROFILE=marketing python examples/deliver_to_s3.py my-bucket [endpoint-url]
"""

from __future__ import annotations

import sys
from pathlib import Path

from presscheck import Campaign, Press


def main(bucket: str, endpoint: str | None = None, work: Path = Path("out/s3-work")) -> int:
    target: dict[str, object] = {
        "to": "s3",
        "bucket": bucket,
        "prefix": "spring",
        "overwrite": True,
    }
    if endpoint:
        target["endpoint_url"] = endpoint
    campaign = Campaign.model_validate(
        {
            "name": "new-season",
            "brand": "northline",
            "brief": "Show the new season.",
            "placements": ["youtube-thumbnail"],
            "copy": {"headline": "NEW SEASON"},
            "delivery": [target],
            "seed": 5,
        }
    )
    with Press(work=work) as press:
        result = press.run(campaign)
    for asset in result.assets:
        print(asset.spec.id, asset.state, *(receipt.location for receipt in asset.receipts))
    return 0 if result.delivered == len(result.assets) else 3


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
