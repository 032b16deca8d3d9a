"""Relations between the state and the levels below it, in one field of one place, after Scholten.

Scholten, P. (2013). Agenda dynamics and the multi-level governance of intractable policy controversies: the case of
migrant integration policies in the Netherlands. Policy Sciences 46(3), 217–236. A relation is told for a field and a
time, never for a country. What is told of it here rests on who frames the policy and on ties between levels:

    multilevel   both frame, and a mechanism ties a body of the state to one below it
    decoupled    both frame, and no mechanism ties them, where coordination was researched
    centralist   the state frames, the levels below act but do not frame, as a source says or research found none
    localist     the levels below frame, and the state does not, as a source says or research found none
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from graph.profiles.reading import BELOW, Duty, Reading, Tie
from graph.researched import coverage_of
from graph.time import holds

__all__ = ["Kind", "Relation", "relations_in"]

Kind = Literal["multilevel", "decoupled", "centralist", "localist"]
Span = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Relation:
    """The relation in one field from the year `begin` to `end` (None: open, or not known).

    `kind` is None where it is not assessed; `why` says what it rests on or lacks; `undated` counts those of the
    `statements` that have no dates, and are taken to hold at every year.
    """

    field: str
    begin: int | None
    end: int | None
    kind: Kind | None
    why: str
    statements: tuple[str, ...]
    undated: int
    evidence: tuple[str, ...]


def relations_in(reading: Reading, field: str, span: Span = (None, None)) -> list[Relation]:
    """Tell the relations of state and lower levels in one field, one after the other within a span of years.

    Statements of different years are never put together: the span is cut wherever one begins or ends, and years with
    the same statements are one row. A field of which nothing is recorded gives one row, not assessed.
    """
    duties = [duty for duty in reading.duties if field in duty.fields]
    ties = [tie for tie in reading.ties if field in tie.fields and "national" in tie.levels and tie.levels & BELOW]
    statements: list[Duty | Tie] = [*duties, *ties]
    found: list[Relation] = []
    for begin, end in _pieces([*((each.begin, each.end) for each in statements), *_scope_years(reading, field)], span):
        year = begin if begin is not None else end
        then = replace(
            reading,
            duties=tuple(duty for duty in duties if holds(duty.begin, duty.end, year, year)),
            ties=tuple(tie for tie in ties if holds(tie.begin, tie.end, year, year)),
            scopes=tuple(scope for scope in reading.scopes if holds(scope.begin, scope.end, year, year)),
        )
        kind, why, rests_on = _relation(then, field)
        iris = tuple(sorted({each.iri for each in rests_on}))
        undated = len({each.iri for each in rests_on if each.begin is None and each.end is None})
        evidence = tuple(sorted({iri for each in rests_on for iri in each.evidence}))
        if found and (found[-1].kind, found[-1].why, found[-1].statements) == (kind, why, iris):
            found[-1] = replace(found[-1], end=end)
        else:
            found.append(Relation(field, begin, end, kind, why, iris, undated, evidence))
    told = [each for each in found if each.statements]
    return told or found[:1]


def _scope_years(reading: Reading, field: str) -> list[Span]:
    return [(scope.begin, scope.end) for scope in reading.scopes if field in scope.fields]


def _pieces(years: Iterable[Span], span: Span) -> Sequence[Span]:
    """Cut a span wherever one of the given ones begins or ends.

    >>> _pieces([(2005, None), (None, 2012)], (None, None))
    [(None, 2004), (2005, 2012), (2013, None)]
    """
    since, until = span
    cuts = {begin for begin, _ in years if begin is not None} | {end + 1 for _, end in years if end is not None}
    inside = sorted(cut for cut in cuts if (since is None or cut > since) and (until is None or cut <= until))
    begins = [since, *inside]
    ends = [*(cut - 1 for cut in inside), until]
    return list(zip(begins, ends, strict=True))


def _relation(reading: Reading, field: str) -> tuple[Kind | None, str, list[Duty | Tie]]:
    """Tell the relation from statements that hold at once: its kind, why, and what it rests on."""
    framing = [duty for duty in reading.duties if duty.aspect == "framing" and not duty.absent]
    above = [duty for duty in framing if duty.level == "national"]
    below = [duty for duty in framing if duty.level in BELOW]
    acting = [duty for duty in reading.duties if duty.level in BELOW and not duty.absent]
    if above and below:
        if reading.ties:
            return "multilevel", "both frame it, and a mechanism ties them", [*above, *below, *reading.ties]
        if _researched(reading, "coordination", field):
            return "decoupled", "both frame it, and research found no mechanism that ties them", [*above, *below]
        return None, "both frame it; whether a mechanism ties them was not researched", [*above, *below]
    if above and acting:
        absent = _absent(reading, field, BELOW)
        if absent is not None:
            words = "the state frames it, and the levels below act without framing it"
            return "centralist", words, [*above, *acting, *absent]
        words = "the state frames it and lower levels act; whether they frame it too was not researched"
        return None, words, [*above, *acting]
    if below:
        absent = _absent(reading, field, frozenset(("national",)))
        if absent is not None:
            return "localist", "lower levels frame it, and the state does not", [*below, *absent]
        return None, "lower levels frame it; whether the state does was not researched", list(below)
    if above:
        return None, "the state frames it; what lower levels do is not recorded", list(above)
    return None, "who frames it is not recorded", []


def _absent(reading: Reading, field: str, levels: frozenset[str]) -> list[Duty] | None:
    """Give the statements that no body of the levels frames a field; [] where research found none, None where neither.

    An absence that a source states of a part of the place, as of one city, says nothing of the whole.
    """
    stated = [
        duty
        for duty in reading.duties
        if duty.absent and duty.aspect == "framing" and duty.level in levels and duty.territory == reading.place
    ]
    return stated if stated or _researched(reading, "competence", field) else None


def _researched(reading: Reading, tie: str, field: str) -> bool:
    return coverage_of(reading.scopes, tie, [field]) == "researched"
