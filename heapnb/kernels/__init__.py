"""Numba kernels: flat arrays in, flat arrays out.

Kernels do not check their arguments, because ``heapnb.format`` has validated the file. They use
integers only and never recurse. Each kernel has a naive twin in ``tests/naive``.
"""
