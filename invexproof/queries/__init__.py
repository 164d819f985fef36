"""Queries: what is asked of an engine, natively and as SMT-LIB 2 text."""
