"""The nursery: a small process that makes readers by forking, and tells its parent which of them ended, and how.

It holds nothing but Oxigraph's library, so a reader is made in some milliseconds and shares its memory. Each reader is
given one end of a socket pair of its own. When the parent ends, however it ends, the nursery reads the end of its
control socket and ends too, and the kernel then ends the readers.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import signal
import socket
import threading
from contextlib import suppress
from typing import Any, Final, NoReturn

from graph.questions import Frames, answer_frame, frame, read_question
from graph.reader_process import answer, open_generation
from graph.sandbox import STACK, die_with_parent, forbid_network

__all__ = ["main"]

_MOST: Final = 65536


def main(descriptor: int) -> None:
    """Make readers as they are asked for on the control socket, until that ends."""
    control = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the whole group; the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda number, where: None)
    signal.set_wakeup_fd(wake)
    children: set[int] = set()
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is control:
                    child = _make(control, [woken, wake])
                    if child is None:
                        _end(children)
                    children.add(child)
                else:
                    with suppress(BlockingIOError):
                        os.read(woken, 4096)
            children -= _tell_ended(control)


def _make(control: socket.socket, inherited: list[int]) -> int | None:
    """Fork one reader with the socket and the wishes that came; None at the end of the control socket."""
    try:
        wishes, descriptors, _, _ = socket.recv_fds(control, _MOST, 1)
    except ConnectionResetError:  # the parent is no more, and left words of ours unread
        return None
    if not wishes:
        return None
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        for descriptor in inherited:
            os.close(descriptor)
        try:
            _be_reader(socket.socket(fileno=descriptors[0]), parent, json.loads(wishes))
        finally:
            os._exit(1)
    os.close(descriptors[0])
    return child


def _end(children: set[int]) -> NoReturn:
    """End all readers, wait until they are no more, and end."""
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.wait()
    os._exit(0)


def _tell_ended(control: socket.socket) -> set[int]:
    """Send the process number and exit status of each reader that ended, and give their numbers."""
    ended: set[int] = set()
    with suppress(ChildProcessError):
        while True:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                break
            ended.add(process)
            try:
                control.sendall(frame({"ended": process, "status": os.waitstatus_to_exitcode(status)}))
            except OSError:
                break  # the parent is no more, which the control socket tells next
    return ended


def _be_reader(line: socket.socket, parent: int, wishes: dict[str, Any]) -> None:
    """Shut this process in, then answer questions in a thread with a stack of its own."""
    die_with_parent(parent)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(wishes["nice"])
    # what a dying reader says would let a stranger fill the log
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    walled = not wishes["network"] and forbid_network()
    threading.stack_size(STACK)
    thread = threading.Thread(target=_answer_all, args=(line, wishes, walled))
    thread.start()
    thread.join()
    os._exit(0)


def _answer_all(line: socket.socket, wishes: dict[str, Any], walled: bool) -> None:
    memory = int(wishes["memory"])
    if wishes["folder"]:
        with suppress(OSError):
            open_generation(wishes["folder"], memory)
    line.sendall(frame({"ready": os.getpid(), "walled": walled}))
    frames = Frames()
    while data := line.recv(_MOST):
        for words, _ in frames.feed(data):
            # not through a parameter of this loop: the result is let go before the next question
            line.sendall(answer_frame(answer(read_question(words), memory)))
