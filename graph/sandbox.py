"""The sandbox: what a reader process may not do, whatever a query asks of it. Linux only, and no privilege is needed.

A reader has no network (a seccomp filter refuses the system calls, also `execve`), ends with the process that started
it, leaves no core, and gives way to others. Where the kernel has no seccomp, or on a processor not listed here, the
filter is not there and the guard on SERVICE stands alone; `forbid_network` says so.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
from typing import Final

__all__ = ["STACK", "die_with_parent", "forbid_network", "limit_memory"]

STACK: Final = 64 * 2**20
"""Bytes of stack for the thread that evaluates: 8 MiB end at some hundred nested functions, this at thousands."""

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2

# audit architecture; numbers of: socket, connect, bind, listen, execve, execveat, ptrace, io_uring_setup
_CALLS: Final[dict[str, tuple[int, tuple[int, ...]]]] = {
    "x86_64": (0xC000003E, (41, 42, 49, 50, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 203, 200, 201, 221, 281, 117, 425)),
}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | 1  # errno EPERM
_KILL: Final = 0x80000000
_X32: Final = 0x40000000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _prctl(option: int, *values: object) -> bool:
    library = ctypes.CDLL(None, use_errno=True)
    given = [value if not isinstance(value, int) else ctypes.c_ulong(value) for value in values]
    padding = [ctypes.c_ulong(0)] * (4 - len(given))
    return int(library.prctl(ctypes.c_int(option), *given, *padding)) == 0


def die_with_parent(parent: int) -> None:
    """Let the kernel end this process when the one that made it ends; ends it now if that has happened already."""
    _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(0)


def forbid_network() -> bool:
    """Refuse this process, and all its threads to come, any new socket and any program; says whether that took hold."""
    known = _CALLS.get(platform.machine())
    if known is None:
        return False
    architecture, calls = known
    last = len(calls)
    steps = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, last + 1, 0, _X32),
        *((_EQUAL, last - place, 0, number) for place, number in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    program = _Program(len(steps), code)
    allowed = _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    return allowed and _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program))


def limit_memory(most: int | None) -> None:
    """Let the address space grow by so many bytes from now on; None takes the limit away."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if most is None:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        return
    with open("/proc/self/statm", encoding="ascii") as told:  # noqa: PTH123
        used = int(told.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + most, hard))
