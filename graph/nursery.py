"""The nursery as its parent sees it: readers are asked for here, and how each ended is told here."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import Any, Final

from graph.questions import Frames

__all__ = ["Nursery"]

# the module search path of this process, and no folder that it happens to be started in
_PROGRAM: Final = (
    "import sys; sys.path[:] = sys.argv[2:]; from graph.nursery_process import main; main(int(sys.argv[1]))"
)


class Nursery:
    """A process that forks readers; close() ends it, and with it every reader."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-c", _PROGRAM, str(theirs.fileno()), *sys.path]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        self._frames = Frames()

    def make(self, **wishes: Any) -> socket.socket:
        """Ask for a reader; gives the socket to talk to it, on which it says first that it is ready.

        `memory` in bytes, `nice` as os.nice has it, `network` whether it may have one, `folder` what to open. OSError
        where the nursery has ended.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self.control, [json.dumps(wishes).encode()], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return ours

    def ended(self) -> list[tuple[int, int]] | None:
        """Give process number and exit status of readers that ended, minus the signal; None where the nursery did."""
        try:
            data = self.control.recv(65536)
        except OSError:
            return None
        if not data:
            return None
        return [(words["ended"], words["status"]) for words, _ in self._frames.feed(data)]

    def close(self) -> None:
        """End the nursery; the kernel ends the readers with it."""
        self.control.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
