"""Settings: what can be set by the environment, from the settings object itself."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from api.settings import ELSEWHERE, SETTINGS, Settings

__all__ = ["settings"]

_BEGIN = """
# Settings

Read from the environment when `subsidia` starts; `--store` and `--sources` are taken before them. A value that cannot
be understood ends the program with status 2 and the name of the setting. Sizes are bytes, or numbers with KiB, MiB or
GiB.

| setting | what | takes | default |
|---|---|---|---|
"""
_END = """
## Read where they are needed

| setting | what |
|---|---|
"""


def settings() -> str:
    """Give the page: each setting with what it means, what it takes, and its default."""
    defaults = {item.name: item.default for item in fields(Settings)}
    rows = [
        f"| `SUBSIDIA_{name.upper()}` | {each.meaning} | {each.expected} | {each.default or _words(defaults[name])} |"
        for name, each in SETTINGS.items()
    ]
    others = [f"| `{name}` | {meaning} |" for name, meaning in ELSEWHERE.items()]
    return "\n".join([_BEGIN.strip(), *rows, "", _END.strip(), *others])


def _words(value: Any) -> str:
    """Write a default as it would be typed."""
    assert value is not MISSING
    if isinstance(value, float):
        return f"{value:g} s"
    if isinstance(value, int) and not isinstance(value, bool):
        units = [(2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")]
        return next((f"{value // size} {unit}" for size, unit in units if value % size == 0), str(value))
    return f"`{value}`"
