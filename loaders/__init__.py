"""Loaders: each reads one kind of source and gives statements, or refuses with the places that are wrong."""
