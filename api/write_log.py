"""The log of writes: one line of JSON each, with who, what and when; never a secret, never the data."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final

from api.requests import request_id
from graph.write_task import Changed, Task
from ontology.errors import SubsidiaError

__all__ = ["LOGGER", "log_done", "log_refused"]

LOGGER: Final = logging.getLogger("subsidia.writes")
_MOST_GRAPHS: Final = 50


def log_done(who: str, task: Task, changed: Changed) -> None:
    """Write the line of a write that was done."""
    graphs = dict(sorted(changed.graphs.items(), key=lambda item: -abs(item[1]))[:_MOST_GRAPHS])
    facts = {"added": changed.added, "removed": changed.removed, "exact": changed.exact}
    generations = {"before": changed.before, "after": changed.after}
    _log(logging.INFO, {**_about(who, task), "result": "done", "changed_graphs": graphs, **facts, **generations})


def log_refused(who: str, task: Task, error: SubsidiaError) -> None:
    """Write the line of a write that was not done, with the kind of refusal."""
    _log(logging.WARNING, {**_about(who, task), "result": "refused", "error": type(error).__name__})


def _about(who: str, task: Task) -> dict[str, Any]:
    size = sum(len(document.body) for document in task.documents)
    graph = {} if task.kind == "update" else {"graph": task.graph or "default"}
    when = datetime.now(UTC).isoformat(timespec="milliseconds")
    request = {"request": request_id()} if request_id() else {}
    return {"event": "write", "when": when, **request, "who": who, "kind": task.kind, **graph, "bytes": size}


def _log(level: int, line: dict[str, Any]) -> None:
    LOGGER.log(level, json.dumps(line, ensure_ascii=False))
