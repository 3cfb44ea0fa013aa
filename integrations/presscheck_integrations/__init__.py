"""Connections to the world outside: Celery, S3, folders."""

PLUGINS: tuple[str, ...] = ()

__all__ = ["PLUGINS"]
