"""What the child process of a write runs: one task on a draft of the next generation.

    python -m graph.writer_process

reads a line of JSON and the bodies of the task's documents from standard input, changes the draft, and writes one
line of JSON. It has no network, a memory limit, and a time limit of its own, and it ends with its parent.
Nothing that it does counts until its parent makes the draft current.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph
from pyoxigraph import NamedNode

from graph.errors import QueryRefused, SyntaxRefused
from graph.reader_process import syntax_refused
from graph.sandbox import die_with_parent, forbid_network, limit_memory
from graph.write_counts import count_graphs, difference, differs
from graph.write_task import PROTECTED, Document, Task
from graph.write_tasks import Absent, Done, Malformed, run

__all__ = ["encode", "main"]


def encode(task: Task, draft: Path, before: Path, memory: int, time: float) -> bytes:
    """Give the bytes that tell a child what to do."""
    documents = [
        {"media_type": document.media_type, "base": document.base, "length": len(document.body)}
        for document in task.documents
    ]
    head = {
        "task": {"kind": task.kind, "graph": task.graph, "using": task.using, "using_named": task.using_named},
        "documents": documents,
        "draft": str(draft),
        "before": str(before),
        "memory": memory,
        "time": time,
        "parent": os.getpid(),
    }
    return b"".join([json.dumps(head).encode(), b"\n", *(document.body for document in task.documents)])


def main() -> None:
    """Do what standard input says, and tell on standard output what came of it; every refusal is told in words."""
    head = json.loads(sys.stdin.buffer.readline())
    die_with_parent(head["parent"])
    forbid_network()
    signal.setitimer(signal.ITIMER_REAL, head["time"])  # ends this process, unless its parent has done so before
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    task = _task(head, sys.stdin.buffer)
    try:
        answer = _change(task, Path(head["draft"]), Path(head["before"]), head["memory"])
    except (QueryRefused, SyntaxError, Malformed, Absent, UnicodeDecodeError) as error:
        answer = _refusal(error)
    except MemoryError:
        answer = {"failure": "memory", "message": "the write needs more memory than it may have"}
    except OSError as error:
        answer = {"failure": "store", "message": str(error)}
    except (RuntimeError, ValueError) as error:
        answer = {"failure": "evaluation", "message": str(error)}
    print(json.dumps(answer), flush=True)


def _refusal(error: Exception) -> dict[str, Any]:
    if isinstance(error, SyntaxError):
        error = syntax_refused(str(error))
    if isinstance(error, SyntaxRefused):
        return {"failure": "position", "message": str(error), "line": error.line, "column": error.column}
    if isinstance(error, Malformed):
        return {"failure": "document", "message": str(error), "line": error.line, "column": error.column}
    if isinstance(error, UnicodeDecodeError):
        return {"failure": "evaluation", "message": f"the update is not UTF-8 (byte {error.start})"}
    return {"failure": "absent" if isinstance(error, Absent) else "evaluation", "message": str(error)}


def _task(head: dict[str, Any], bodies: BinaryIO) -> Task:
    documents = [Document(each["media_type"], bodies.read(each["length"]), each["base"]) for each in head["documents"]]
    what = head["task"]
    return Task(what["kind"], tuple(documents), what["graph"], tuple(what["using"]), tuple(what["using_named"]))


def _change(task: Task, draft: Path, before: Path, memory: int) -> dict[str, Any]:
    old = pyoxigraph.Store.read_only(str(before / "graph"))
    database = pyoxigraph.Store(str(draft / "graph"))
    limit_memory(memory)
    counted = count_graphs(old)
    done = run(task, database)
    touched = next((graph for graph in _kept(done, database) if differs(old, database, graph)), None)
    if touched is not None:
        return {"failure": "protected", "message": f"the graph {touched} cannot be changed here"}
    database.flush()
    found = difference(old, database, counted, done.operations)
    return {"failure": "", "created": done.created, **found}


def _kept(done: Done, database: pyoxigraph.Store) -> list[str]:
    """Give the graphs that must be as they were: the protected ones, but for those that went with all graphs."""
    if not done.operations.all_graphs:
        return list(PROTECTED)
    return [each for each in PROTECTED if next(database.quads_for_pattern(None, None, None, NamedNode(each)), None)]


if __name__ == "__main__":
    main()
