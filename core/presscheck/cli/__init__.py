"""The command line. Heavy parts are imported by the command that needs them."""

from presscheck.cli.main import main

__all__ = ["main"]
