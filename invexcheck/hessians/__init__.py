"""Hessians of the loss of a graph on given data, at given parameters: exact, or enclosed in balls.

A graph becomes a tape of gathers, sums, products and functions of one variable; tangents over adjoints along the tape
give the Hessian, row by row. Nothing here rounds: a number is a rational, an unknown real number, or a ball.
"""
