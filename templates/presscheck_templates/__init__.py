"""Brand kits and channel presets, as package data."""

PLUGINS: tuple[str, ...] = ("presscheck_templates.register_templates",)

__all__ = ["PLUGINS"]
