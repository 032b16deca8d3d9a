"""Duty: what a statement on a competence tells, which is a fact, a known absence, or what an author holds should be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, get_args

from ontology.identifiers import slug

__all__ = ["DUTY_KINDS", "DutyKind", "duties_by_kind", "kind_of_duty", "sole"]

DutyKind = Literal["duty", "absence", "norm"]
DUTY_KINDS: Final[tuple[DutyKind, ...]] = get_args(DutyKind)


def kind_of_duty(modality: str | None, nature: str | None) -> DutyKind:
    """Say what a competence of that modality and nature (notations) is.

    `duty`: a body has it, by a source; `absence`: a source says that the body has no part; `norm`: whatever is not told
    as a fact.

    >>> kind_of_duty("is", "shared"), kind_of_duty("is", "none"), kind_of_duty("should", "none")
    ('duty', 'absence', 'norm')
    """
    if modality != "is":
        return "norm"
    return "absence" if nature == "none" else "duty"


def sole(iris: Sequence[str]) -> str | None:
    """Give the notation of a concept that stands alone; None for none or several, which say nothing for sure.

    >>> sole(["https://w3id.org/subsidia/def/modality/is"]), sole([]), sole(["x/is", "x/should"])
    ('is', None, None)
    """
    return slug(iris[0]) if len(iris) == 1 else None


def duties_by_kind(rows: Iterable[Mapping[str, Any]]) -> dict[DutyKind, list[Mapping[str, Any]]]:
    """Sort rows that have `modality` and `nature`, as the list of competences has them; each kind may have none."""
    found: dict[DutyKind, list[Mapping[str, Any]]] = {kind: [] for kind in DUTY_KINDS}
    for row in rows:
        found[kind_of_duty(row["modality"], row["nature"])].append(row)
    return found
