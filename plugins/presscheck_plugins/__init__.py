"""Built-in plugins. Each module is a plugin like anyone's."""

PLUGINS: tuple[str, ...] = ("presscheck_plugins.deliver_folder",)

__all__ = ["PLUGINS"]
