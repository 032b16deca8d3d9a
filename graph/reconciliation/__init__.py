"""Reconciliation: which bodies of the graph may be one, and which of them a name may mean.

`names` makes names comparable, `alike` says how alike two are, `blocking` which are worth comparing, `bodies` reads the
actors, `apart` says what keeps two of them apart whatever their names, `candidates` puts that together, `claims` keeps
what was found as claims that can be accepted, refused and undone; `index` finds the things that a name may mean.
"""
