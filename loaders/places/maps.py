"""Maps: the regions of a GeoJSON file of GISCO, with their outlines."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from loaders.places.files import content_of, refuse
from loaders.places.outlines import Outline, OutlineBroken, outline
from loaders.places.regions import Listing, Region

__all__ = ["map_listing"]

_MOST_BYTES: Final = 64 * 1024 * 1024
_DEGREES: Final = re.compile(r"(?:CRS84|EPSG:{1,2}4326|EPSG:{1,2}4258)$")


def map_listing(path: Path) -> tuple[Listing, Mapping[int, Outline | str]]:
    """Read a GeoJSON file of regions.

    Returns the regions, each with the number of its feature, and by that number the outline, or why there is none.
    The vintage is that of the file's name (NUTS_RG_60M_2021_4326). Raises InputRefused for what is no collection of
    features of regions, and for coordinates that are not in degrees.
    """
    given = _collection(path)
    regions: list[Region] = []
    outlines: dict[int, Outline | str] = {}
    for number, feature in enumerate(given, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict) or not properties.get("NUTS_ID"):
            refuse(path, "a feature has no NUTS_ID among its properties", number)
        names = {name: _text(properties.get(name)) for name in ("NUTS_ID", "NAME_LATN", "NUTS_NAME", "LEVL_CODE")}
        latin, native = names["NAME_LATN"] or names["NUTS_NAME"], names["NUTS_NAME"]
        regions.append(Region(number, names["NUTS_ID"], latin, native if native != latin else "", names["LEVL_CODE"]))
        try:
            outlines[number] = outline(feature.get("geometry"))
        except OutlineBroken as error:
            outlines[number] = str(error)
    found = re.search(r"_(20[0-9]{2})(?:_|$)", path.stem)
    return Listing(tuple(regions), found[1] if found else ""), outlines


def _text(value: object) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int) else ""


def _collection(path: Path) -> list[Any]:
    content = content_of(path, _MOST_BYTES)
    try:
        given = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        refuse(path, f"is not UTF-8 ({error.reason} at byte {error.start})")
    except json.JSONDecodeError as error:
        refuse(path, f"is not well-formed JSON ({error.msg})", error.lineno)
    except (RecursionError, ValueError) as error:
        refuse(path, f"is not well-formed JSON ({error})"[:200])
    features = given.get("features") if isinstance(given, dict) else None
    if not isinstance(features, list) or not features:
        refuse(path, "expected a GeoJSON FeatureCollection with features")
    system = _system(given)
    if system and not _DEGREES.search(system):
        refuse(path, f"its coordinates are not in degrees ({system[:80]}); take the file for EPSG 4326")
    return features


def _system(given: dict[str, Any]) -> str:
    crs = given.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    return str(properties.get("name", "")) if isinstance(properties, dict) else ""
