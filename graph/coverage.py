"""Coverage: which lines of a source that name money, a year or an organisation some statement rests on.

A line is *covered* where a passage that a statement cites touches what the line mentions; *explained* where the
casebook gives the reason why nothing is stated of it; else *open*.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from graph.evidence import texts
from graph.mentions import MENTION_KINDS, Mention, MentionKind, Names, find_mentions
from graph.places import places
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import slug

__all__ = ["CountryCoverage", "Line", "SourceCoverage", "Tally", "coverage", "mentions_in"]

LineState = Literal["covered", "explained", "open"]
_BODIES: Final = (
    "gov:holder",
    "gov:payer",
    "gov:recipient",
    "gov:participant",
    "gov:initiator",
    "gov:implementer",
    "gov:actor",
    "gov:between",
    "gov:operatedBy",
    "gov:oneThing",
)
"""The properties that name the bodies of a statement without a place of its own."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that mentions something, what became of it, and the reason where it is explained."""

    kind: MentionKind
    line: int
    start: int
    end: int
    state: LineState
    reason: str | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines mention something of one kind, and how many of them are covered, explained, open."""

    lines: int
    covered: int
    explained: int
    open: int


@dataclass(frozen=True, slots=True)
class CountryCoverage:
    """What of a source is about one country: statements, their passages, and the lines that these cover, by kind.

    `country` is an ISO 3166-1 alpha-2 code, EU for the Union, or None where a statement is about no one country.
    """

    country: str | None
    statements: int
    passages: int
    covered: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """The coverage of one source.

    `characters` is its length and `cited` how many of them stand in a passage that a statement cites, both None where
    unknown; `read` says whether its mentions are known: without them nothing is known of its coverage, and `tallies`
    and `lines` are empty.
    """

    source: str
    characters: int | None
    cited: int | None
    passages: int
    statements: int
    read: bool
    tallies: Mapping[str, Tally]
    countries: Sequence[CountryCoverage]
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class _Passage:
    iri: str
    start: int
    end: int


def coverage(snapshot: Snapshot, folder: Path | None = None) -> list[SourceCoverage]:
    """Give the coverage of each source of the graph, by IRI; [] for a graph without sources.

    Parameters
    ----------
    snapshot
        holds the statements, and the mentions that were registered when a source was read (gov:Mention).
    folder
        of copies of the documents: their mentions are then found anew, and the registered ones give the reasons only.

    Raises
    ------
    SourcesAbsent
        where the folder does not exist or a document in it cannot be read.
    """
    registered = _registered(snapshot)
    found = {} if folder is None else mentions_in(snapshot, folder)
    citing = _citing(snapshot)
    return [
        _of_source(snapshot, source, registered.get(source, {}), found.get(source), citing)
        for source in snapshot.instances("gov:Source")
    ]


def mentions_in(snapshot: Snapshot, folder: Path) -> dict[str, list[Mention]]:
    """Find the mentions in those documents of a folder that the graph knows by their file name; by source."""
    names = Names(_names(snapshot))
    copies = dict(texts(folder))
    files = {source: values[0] for source, values in snapshot.values("gov:fileName").items()}
    return {source: list(find_mentions(copies[name], names)) for source, name in files.items() if name in copies}


def _names(snapshot: Snapshot) -> set[str]:
    actors = set(snapshot.instances("gov:Actor"))
    known = (snapshot.values("skos:prefLabel"), snapshot.values("skos:altLabel"))
    return {name for values in known for actor, names in values.items() if actor in actors for name in names}


def _of_source(
    snapshot: Snapshot,
    source: str,
    registered: Mapping[Mention, str | None],
    found: Sequence[Mention] | None,
    citing: Mapping[str, list[str]],
) -> SourceCoverage:
    located = [passage for passage in _passages(snapshot).get(source, []) if passage.iri in citing]
    cited = {passage for passage, where in snapshot.passage_sources.items() if where == source and passage in citing}
    statements = {statement for passage in cited for statement in citing[passage]}
    length = snapshot.values("gov:characters").get(source)
    reasons = {(mention.kind, mention.start): reason for mention, reason in registered.items()}
    mentions = sorted(registered if found is None else found, key=lambda each: (each.line, each.kind))
    spans = _Spans(located)
    lines = [_line(mention, spans, reasons.get((mention.kind, mention.start))) for mention in mentions]
    return SourceCoverage(
        source=source,
        characters=int(length[0]) if length else None,
        cited=spans.characters if located or not cited else None,
        passages=len(cited),
        statements=len(statements),
        read=found is not None or bool(registered),
        tallies={kind: _tally(lines, kind) for kind in MENTION_KINDS} if lines else {},
        countries=_by_country(snapshot, cited, citing, located, lines),
        lines=lines,
    )


def _line(mention: Mention, spans: _Spans, reason: str | None) -> Line:
    covered = spans.touch(mention.start, mention.end)
    state: LineState = "covered" if covered else "explained" if reason else "open"
    return Line(mention.kind, mention.line, mention.start, mention.end, state, None if covered else reason)


def _tally(lines: Iterable[Line], kind: MentionKind) -> Tally:
    states = Counter(line.state for line in lines if line.kind == kind)
    return Tally(states.total(), states["covered"], states["explained"], states["open"])


class _Spans:
    """Passages as a union of spans, so that many lines can be asked about."""

    def __init__(self, passages: Iterable[_Passage]) -> None:
        self.merged: list[tuple[int, int]] = []
        for passage in sorted(passages, key=lambda each: each.start):
            if self.merged and passage.start <= self.merged[-1][1]:
                self.merged[-1] = (self.merged[-1][0], max(self.merged[-1][1], passage.end))
            else:
                self.merged.append((passage.start, passage.end))
        self.ends = [end for _, end in self.merged]

    @property
    def characters(self) -> int:
        return sum(end - start for start, end in self.merged)

    def touch(self, start: int, end: int) -> bool:
        place = bisect_left(self.ends, start + 1)
        return place < len(self.merged) and self.merged[place][0] < end


def _by_country(
    snapshot: Snapshot,
    cited: set[str],
    citing: Mapping[str, list[str]],
    located: Sequence[_Passage],
    lines: Sequence[Line],
) -> list[CountryCoverage]:
    where = _countries(snapshot)
    passages: dict[str | None, set[str]] = defaultdict(set)
    statements: dict[str | None, set[str]] = defaultdict(set)
    for passage in cited:
        for statement in citing[passage]:
            about: Iterable[str | None] = where.get(statement) or (None,)
            for country in about:
                passages[country].add(passage)
                statements[country].add(statement)
    found = []
    for country in sorted(statements, key=_none_last):
        spans = _Spans(passage for passage in located if passage.iri in passages[country])
        covered = Counter(line.kind for line in lines if spans.touch(line.start, line.end))
        counts: dict[str, int] = {kind: covered[kind] for kind in MENTION_KINDS}
        found.append(CountryCoverage(country, len(statements[country]), len(passages[country]), counts))
    return found


def _none_last(code: str | None) -> tuple[bool, str]:
    return (code is None, code or "")


@remembered(2)
def _passages(snapshot: Snapshot) -> dict[str, list[_Passage]]:
    """Give the passages with offsets, by source."""
    selectors = snapshot.values("oa:hasSelector")
    starts, ends = snapshot.values("oa:start"), snapshot.values("oa:end")
    found: dict[str, list[_Passage]] = defaultdict(list)
    for passage, sources in snapshot.values("oa:hasSource").items():
        selector = selectors.get(passage, [""])[0]
        if selector in starts and selector in ends:
            found[sources[0]].append(_Passage(passage, int(starts[selector][0]), int(ends[selector][0])))
    return dict(found)


@remembered(2)
def _citing(snapshot: Snapshot) -> dict[str, list[str]]:
    """Give the statements that rest on each passage or source."""
    found: dict[str, list[str]] = defaultdict(list)
    for statement, passages in snapshot.values("prov:hadPrimarySource").items():
        for passage in passages:
            found[passage].append(statement)
    return dict(found)


@remembered(2)
def _countries(snapshot: Snapshot) -> dict[str, set[str]]:
    """Give the countries that each statement is about: of its place, else of the bodies that it names."""
    where = places(snapshot)
    found: dict[str, set[str]] = defaultdict(set)
    home = {actor: where.country(values[0]) for actor, values in snapshot.values("gov:jurisdiction").items()}
    for thing, spots in snapshot.values("gov:over").items():
        found[thing] |= {code for spot in spots if (code := where.country(spot))}
    placed = set(found)
    for name in _BODIES:
        for thing, actors in snapshot.values(name).items():
            if thing not in placed:
                found[thing] |= {code for actor in actors if (code := home.get(actor))}
    found.update({actor: {code} for actor, code in home.items() if code})
    return dict(found)


@remembered(2)
def _registered(snapshot: Snapshot) -> dict[str, dict[Mention, str | None]]:
    """Give the registered mentions of each source, each with its reason or None."""
    sources, kinds = snapshot.values("oa:hasSource"), snapshot.values("gov:mentionKind")
    lines, reasons = snapshot.values("gov:line"), snapshot.values("gov:reason")
    starts, ends = snapshot.values("oa:start"), snapshot.values("oa:end")
    found: dict[str, dict[Mention, str | None]] = defaultdict(dict)
    for iri in snapshot.instances("gov:Mention"):
        kind: MentionKind = next(each for each in MENTION_KINDS if each == slug(kinds[iri][0]))
        mention = Mention(kind, int(lines[iri][0]), int(starts[iri][0]), int(ends[iri][0]))
        found[sources[iri][0]][mention] = reasons.get(iri, [None])[0]
    return dict(found)
