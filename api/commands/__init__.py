"""The commands of `subsidia`, one module each group."""
