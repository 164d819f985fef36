"""Errors that a user of invexproof can cause, each saying what was wrong, where, and what to do next."""


class InvexproofError(Exception):
    """Base of every error that bad input or a missing part can cause; the CLI prints it without a traceback."""
