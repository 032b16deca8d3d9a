"""Stores that live on a SPARQL 1.1 server: the server keeps the statements, a copy beside the service answers.

See docs/reference/engines.md and docs/decisions/0008-copies-of-remote-stores.md.
"""
