"""Data that claims about training are made for: arrays of Python, and files, read exactly."""
