"""Brand kits and channel presets, as package data."""

PLUGINS: tuple[str, ...] = ()

__all__ = ["PLUGINS"]
