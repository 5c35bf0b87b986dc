"""Fuzzing: every reader of heapnb against millions of damaged inputs.

A `Reader` (`harness.py`) has small valid inputs, their structure and a check. The check reads the
input and compares answers that must agree; it raises whatever is wrong. `mutation.py` makes input
number n of a reader, always the same one. `workers.py` runs the checks in processes under limits of
time and memory. `python -m tests.fuzz.run` runs batches and keeps the journal; `guided.py` lets
atheris choose the inputs by coverage.
"""
