"""The figures of docs/benchmarks.md, measured here: `python -m bench`."""
