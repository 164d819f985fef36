"""The command line ``invexproof``."""

from invexproof.cli.application import main

__all__ = ["main"]
