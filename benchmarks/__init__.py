"""Measurements of speed: ``python -m benchmarks [NAME...]``.  Nothing here decides whether anything is right."""
