"""Concepts: regions in a SKOS code list in Turtle, such as Eurostat's list of geographical entities."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from loaders.places.countries import COUNTRIES
from loaders.places.files import refuse, regular
from loaders.places.regions import Listing, Region
from ontology.identifiers import expand

__all__ = ["concept_listing"]

_MOST_BYTES: Final = 256 * 1024 * 1024
_MOST_STATEMENTS: Final = 2_000_000
_LABEL, _NOTATION, _BROADER = (expand(f"skos:{name}") for name in ("prefLabel", "notation", "broader"))
_CODE: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{0,3}")


def concept_listing(path: Path) -> Listing:
    """Read the regions of a SKOS code list; what is no region of a country that has NUTS codes is left out, counted.

    Such a list has much else (continents, currency areas, groups of regions): a region is a concept whose notation is
    a country's code, or a code under the concept of its code without the last sign. Raises InputRefused for a file
    that is not well-formed, and for one that has no region.
    """
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    codes: dict[str, str] = {}
    broader: dict[str, list[str]] = defaultdict(list)
    for subject, predicate, value in _statements(path):
        if isinstance(value, Literal):
            if predicate == _LABEL:
                labels[subject][value.language or ""] = value.value.strip()
            elif predicate == _NOTATION:
                codes[subject] = value.value.strip()
        elif predicate == _BROADER:
            broader[subject].append(value.value)
    regions = []
    for place, (iri, code) in enumerate(codes.items(), start=1):
        larger = {codes.get(each) for each in broader[iri]}
        if _CODE.fullmatch(code) and code[:2] in COUNTRIES and (len(code) == 2 or code[:-1] in larger):
            regions.append(_region(place, code, labels[iri]))
    if not regions:
        refuse(path, "no concept has a NUTS code as its notation")
    return Listing(tuple(regions), remarks=(f"{len(codes) - len(regions)} concepts are no regions; left out",))


def _region(place: int, code: str, labels: dict[str, str]) -> Region:
    label = labels.get("en") or labels.get("") or next((labels[language] for language in sorted(labels)), "")
    others = [labels[language] for language in sorted(labels) if labels[language] != label]
    return Region(place, code, label, others[0] if len(others) == 1 else "")


def _statements(path: Path) -> list[tuple[str, str, NamedNode | Literal]]:
    """Give what is said of concepts by names, codes and larger concepts."""
    regular(path, _MOST_BYTES)
    found = []
    wanted = {_LABEL, _NOTATION, _BROADER}
    try:
        for number, quad in enumerate(parse(path=str(path), format=RdfFormat.TURTLE), start=1):
            if number > _MOST_STATEMENTS:
                refuse(path, f"has more than {_MOST_STATEMENTS} statements")
            subject, predicate, value = quad.subject, quad.predicate.value, quad.object
            if predicate in wanted and isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
                found.append((subject.value, predicate, value))
    except SyntaxError as error:
        refuse(path, f"not well-formed RDF: {error}", error.lineno or 0)
    except (OSError, ValueError, MemoryError) as error:  # of memory: the parser's own limit to one word or literal
        refuse(path, f"cannot be read ({error})")
    return found
