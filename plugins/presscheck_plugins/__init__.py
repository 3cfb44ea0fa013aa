"""Built-in plugins. Each module is a plugin like anyone's."""

PLUGINS: tuple[str, ...] = ()

__all__ = ["PLUGINS"]
