"""Connections to the world outside: Celery, S3, folders."""

PLUGINS: tuple[str, ...] = (
    "presscheck_integrations.deliver_s3",
    "presscheck_integrations.run_celery",
)

__all__ = ["PLUGINS"]
