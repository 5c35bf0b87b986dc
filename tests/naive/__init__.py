"""Naive twins of the kernels: slow, short and obviously right."""
