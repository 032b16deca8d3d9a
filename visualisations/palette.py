"""The palette: the colours of levels, states and kinds of tie, defined once for CSS, ECharts and pyvis.

The levels run through one ordered scale. The states follow Okabe & Ito (2008), whose colours colour-blind readers can
tell apart, the yellow darkened to be seen on white; a sign goes with each state, so that colour is never alone.
Communities have no order, and each has a shape too. `DARK`
gives each colour's counterpart on a dark ground.
"""

from __future__ import annotations

from typing import Final

__all__ = ["COMMUNITIES", "DARK", "LEVELS", "PROVIDER", "SHADES", "STATES", "TIES", "UNKNOWN", "css"]

LEVELS: Final = {
    "international": "#5b3a8c",
    "eu": "#2b4c9b",
    "national": "#1f77a4",
    "regional": "#1d8f83",
    "local": "#4f8f32",
    "sublocal": "#8f8216",
}
PROVIDER: Final = "#b5651d"
UNKNOWN: Final = "#7a808a"
STATES: Final = {
    "reported": ("#d55e00", "●"),
    "indicated": ("#b97a00", "◐"),
    "coordinated": ("#0072b2", "✓"),
    "not-assessed": ("#7a808a", "·"),
}
TIES: Final = {
    "competence": "#7b6db0",
    "funding": "#c2571a",
    "coordination": "#2a8a57",
    "hierarchy": "#7a808a",
}
COMMUNITIES: Final = ("#3b6fb6", "#c4443a", "#2f7f3f", "#8a5aa8", "#a0650a", "#157f8c", "#b0407f", "#5f6b2a")
SHADES: Final = ("#d6e6f4", "#abcfe8", "#6fa9d6", "#3a7fbd", "#174f8f")
"""From the least to the most, one hue; on a dark ground the most is the lightest."""
DARK: Final = {
    "#d6e6f4": "#1e3a57",
    "#abcfe8": "#2a5680",
    "#6fa9d6": "#3c7ab3",
    "#3a7fbd": "#6aa6dd",
    "#174f8f": "#b3d6f8",
    "#5b3a8c": "#b99de3",
    "#2b4c9b": "#8ea8ee",
    "#1f77a4": "#63b4dc",
    "#1d8f83": "#55c4b7",
    "#4f8f32": "#8fca72",
    "#8f8216": "#d6c84e",
    "#b5651d": "#e09a58",
    "#7a808a": "#9da3ad",
    "#d55e00": "#ff8a3d",
    "#b97a00": "#f2bb45",
    "#0072b2": "#5fb8ec",
    "#7b6db0": "#aca0de",
    "#c2571a": "#f0935a",
    "#2a8a57": "#62c690",
    "#3b6fb6": "#86b1ea",
    "#c4443a": "#f08a80",
    "#2f7f3f": "#7fc98e",
    "#8a5aa8": "#c79fe6",
    "#a0650a": "#e0ae5a",
    "#157f8c": "#62c8d4",
    "#b0407f": "#ec8fc4",
    "#5f6b2a": "#b3c070",
}


def css() -> str:
    """Give the palette as CSS custom properties, for a light and for a dark ground.

    >>> "--level-local: #4f8f32;" in css() and "--level-local: #8fca72;" in css()
    True
    """
    named = {f"level-{name}": colour for name, colour in LEVELS.items()}
    named |= {f"state-{name}": colour for name, (colour, _) in STATES.items()}
    named |= {f"tie-{name}": colour for name, colour in TIES.items()}
    named |= {f"community-{number}": colour for number, colour in enumerate(COMMUNITIES, 1)}
    named |= {f"shade-{place}": colour for place, colour in enumerate(SHADES, 1)}
    named |= {"provider": PROVIDER, "unknown": UNKNOWN}
    light = "".join(f"  --{name}: {colour};\n" for name, colour in named.items())
    dark = "".join(f"    --{name}: {DARK[colour]};\n" for name, colour in named.items())
    return f":root {{\n{light}}}\n@media (prefers-color-scheme: dark) {{\n  :root {{\n{dark}  }}\n}}\n"
