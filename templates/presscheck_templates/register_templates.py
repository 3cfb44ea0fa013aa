"""Registers the brand kits and channel presets that ship as package data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter
from ruamel.yaml import YAML

from presscheck.hookspecs import hookimpl
from presscheck.registry import BrandEntry, ChannelEntry
from presscheck.spec import Name, Pixels, Written

HERE = Path(__file__).parent


class Channel(Written):
    """One preset of `channels.yaml`."""

    width: Pixels
    height: Pixels
    note: str


@hookimpl
def register_brands() -> Iterator[BrandEntry]:
    """Offer every folder below `brands` that holds a `brand.yaml`, by the folder's name."""
    for path in sorted(HERE.glob("brands/*/brand.yaml")):
        yield BrandEntry(name=path.parent.name, path=path)


@hookimpl
def register_channels() -> Iterator[ChannelEntry]:
    """Offer the presets of `channels.yaml`."""
    written: object = YAML(typ="safe").load(HERE / "channels.yaml")  # pyright: ignore[reportUnknownMemberType]
    channels = TypeAdapter(dict[Name, Channel]).validate_python(written)
    for name, channel in channels.items():
        yield ChannelEntry(name=name, width=channel.width, height=channel.height, note=channel.note)
