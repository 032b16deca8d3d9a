"""Remember: answers kept with the snapshot that they were made from, and let go with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import ref

from graph.snapshot import Snapshot

__all__ = ["remembered"]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Asked = Callable[Concatenate[Snapshot, Parameters], Result]


def remembered(most: int) -> Callable[[Asked[Parameters, Result]], Asked[Parameters, Result]]:
    """Keep the `most` latest answers of a function of a snapshot and hashable arguments.

    A snapshot never changes, so its answers hold as long as it lives; when the last who held it lets go, they go too,
    and an old generation is not kept alive by what was once asked of it.
    """

    def decorate(function: Asked[Parameters, Result]) -> Asked[Parameters, Result]:
        name = f"{function.__module__}.{function.__qualname__}"

        @wraps(function)
        def answer(snapshot: Snapshot, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            kept = snapshot.memory.get(name)
            if kept is None:
                here = ref(snapshot)

                def ask(*again: Any, **named: Any) -> Result:
                    found = here()
                    assert found is not None
                    return function(found, *again, **named)

                kept = snapshot.memory.setdefault(name, lru_cache(maxsize=most)(ask))
            result: Result = kept(*args, **kwargs)
            return result

        return answer

    return decorate
