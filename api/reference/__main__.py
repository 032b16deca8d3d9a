"""Write the reference again: `python -m api.reference`, in a checkout."""

from __future__ import annotations

from api.reference import write_reference

for path in write_reference():
    print(path)
