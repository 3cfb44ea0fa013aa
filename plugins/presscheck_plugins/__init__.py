"""Built-in plugins. Each module is a plugin like anyone's."""

PLUGINS: tuple[str, ...] = (
    "presscheck_plugins.deliver_folder",
    "presscheck_plugins.validate_contrast",
    "presscheck_plugins.validate_copy",
    "presscheck_plugins.validate_layout",
)

__all__ = ["PLUGINS"]
