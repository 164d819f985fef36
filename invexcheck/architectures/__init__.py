"""Architectures: graphs of tensor operators, from parameters and data to the loss of a mini-batch.

Nothing here evaluates a tensor. What is inferred about a value holds for all parameters, data and constants.
"""
