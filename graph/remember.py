"""Remember: answers kept with the snapshot that they were made from, and let go with it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from threading import Lock, RLock
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from weakref import ref

from graph.snapshot import Snapshot

__all__ = ["remembered"]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Asked = Callable[Concatenate[Snapshot, Parameters], Result]


def remembered(most: int) -> Callable[[Asked[Parameters, Result]], Asked[Parameters, Result]]:
    """Keep the `most` latest answers of a function of a snapshot and hashable arguments.

    A snapshot never changes, so its answers hold as long as it lives; when the last who held it lets go, they go too,
    and an old generation is not kept alive by what was once asked of it. Who asks what is being made already waits for
    it: after a write many ask the same at once, and making it for each would take all of them as long as all of it.
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

                kept = snapshot.memory.setdefault(name, _Kept(ask, most))
            result: Result = kept(*args, **kwargs)
            return result

        return answer

    return decorate


class _Kept(Generic[Result]):
    """The latest answers of a function, each made by one who asks while the others who ask the same wait."""

    def __init__(self, ask: Callable[..., Result], most: int) -> None:
        self._answer = lru_cache(maxsize=most)(ask)
        self._lock = Lock()
        self._making: dict[Hashable, tuple[RLock, int]] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Result:
        key = (args, tuple(sorted(kwargs.items())))
        with self._lock:
            own, waiting = self._making.get(key, (RLock(), 0))
            self._making[key] = own, waiting + 1
        try:
            with own:
                return self._answer(*args, **kwargs)
        finally:
            with self._lock:
                own, waiting = self._making[key]
                if waiting == 1:
                    del self._making[key]
                else:
                    self._making[key] = own, waiting - 1
