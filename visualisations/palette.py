"""The palette: the colours of levels, states and bases, defined once for CSS, ECharts and pyvis.

The levels run through one ordered scale, the states use the colours of Okabe & Ito (2008), which colour-blind readers
can tell apart; a sign goes with each state, so that colour is never alone.
"""

from __future__ import annotations

from typing import Final

__all__ = ["LEVELS", "PROVIDER", "STATES", "UNKNOWN", "css"]

LEVELS: Final = {
    "international": "#5b3a8c",
    "eu": "#2b4c9b",
    "national": "#1f77a4",
    "regional": "#1d8f83",
    "local": "#5a9a3c",
    "sublocal": "#a99a1f",
}
PROVIDER: Final = "#b5651d"
UNKNOWN: Final = "#8a8f98"
STATES: Final = {
    "reported": ("#d55e00", "●"),
    "indicated": ("#e69f00", "◐"),
    "coordinated": ("#0072b2", "✓"),
    "not-assessed": ("#8a8f98", "·"),
}


def css() -> str:
    """Give the palette as CSS custom properties.

    >>> "--level-local: #5a9a3c;" in css()
    True
    """
    lines = [f"--level-{name}: {colour};" for name, colour in LEVELS.items()]
    lines += [f"--state-{name}: {colour};" for name, (colour, _) in STATES.items()]
    lines += [f"--provider: {PROVIDER};", f"--unknown: {UNKNOWN};"]
    return ":root {\n  " + "\n  ".join(lines) + "\n}\n"
