"""The benchmark: `python -m tests.bench`, what `make bench` runs."""
