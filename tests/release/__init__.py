"""The release: `python -m tests.release`, what `make release` runs."""
