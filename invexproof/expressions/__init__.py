"""Expressions: terms, parsing, printing, evaluation, differentiation and piecewise normal forms."""
