"""Figures of this machine; each is a program: `python -m benchmarks.generation`."""
