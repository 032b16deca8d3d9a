"""The outside: HTTP, pages and the command line, over everything else."""
