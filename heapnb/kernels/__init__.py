"""Numba kernels: flat arrays in, flat arrays out.

Kernels trust their arguments (``heapnb.format`` has validated them), are iterative and use
integers only. Each has a naive twin in ``tests/naive``.
"""
