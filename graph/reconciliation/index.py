"""The index of names of one generation: which things a name may mean, and which names begin with some letters."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from threading import Lock
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Indel

from graph.places import places
from graph.reconciliation.alike import alike, weights_of
from graph.reconciliation.bodies import comparable, identifiers, names_of
from graph.reconciliation.names import Name, words_of
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import BASE, ID, slug

__all__ = ["KINDS", "Found", "NameIndex", "Thing", "index_of"]

KINDS: Final[Mapping[str, str]] = {
    "Actor": "gov:Actor",
    "Programme": "gov:Programme",
    "Territory": "gov:Territory",
    "Measure": "gov:Measure",
    "CoordinationMechanism": "gov:CoordinationMechanism",
    "PolicyEvent": "gov:PolicyEvent",
}
"""The classes whose things can be found by name."""

_COMPARED: Final = 100  # names that are compared letter by letter
_COMMON: Final = 2000  # names that have a word from which it only adds to what rarer words found
_MOST: Final = 20_000
_LIKE: Final = 0.75
_LIKES: Final = 5
_BEGINNINGS: Final = 50


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that a name may mean: `id` is its IRI without what all of ours begin with, `types` what it is.

    Types are classes, and for an actor its kind as `actorType/ngo`; None and the empty set for what is not known.
    """

    iri: str
    label: str
    types: tuple[str, ...]
    country: str | None = None
    levels: frozenset[str] = frozenset()
    identifiers: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """The name of the thing in the space of our identifiers; for a thing of others its IRI."""
        return self.iri.removeprefix(ID)


@dataclass(frozen=True, slots=True)
class Found:
    """A thing, the name of it that is most like the one asked for, and how alike they are, from 0 to 100."""

    thing: Thing
    name: Name | None
    score: float


Wanted = Callable[[Thing], bool]


class NameIndex:
    """The names of one generation; made in some seconds for a hundred thousand, safe to ask from several threads."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.things = _things(snapshot)
        names = self._of_thing = names_of(snapshot)
        self.countries = _countries(snapshot, names)
        self._by_iri = {thing.iri: thing for thing in self.things}
        owned = [(name, thing) for thing in self.things for name in names.get(thing.iri, ())]
        self._names = [name for name, _ in owned]
        self._owners = [thing for _, thing in owned]
        self._weights = weights_of(self._names)
        self._places: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._same: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self._names):
            self._same[name.core].append(place)
            for word in set(name.words):
                self._places[word].append(place)
        self._words = sorted(self._places)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._words:
            self._by_length[len(word)].append(word)
        self._beginnings = sorted((name.plain, place) for place, name in enumerate(self._names))
        self._entries: dict[str, list[Thing]] = defaultdict(list)
        for thing in self.things:
            for identifier in thing.identifiers:
                self._entries[identifier].append(thing)

    def thing(self, name: str) -> Thing | None:
        """Give the thing of that id or IRI, None where there is none."""
        return self._by_iri.get(ID + name) or self._by_iri.get(name)

    def texts(self, thing: Thing) -> list[str]:
        """Give all names of a thing as they are written, sorted."""
        return sorted({name.text for name in self._of_thing.get(thing.iri, ())})

    def entries(self, identifier: str) -> list[Thing]:
        """Give the things that have an identifier of another list, or are themselves named so."""
        text = identifier.strip()
        own = self.thing(text)
        return [own] if own else self._entries.get(comparable(text), [])

    def find(self, name: Name, wanted: Wanted, most: int) -> list[Found]:
        """Give the things whose names are most like a name, the most alike first; [] for a name without words."""
        best: dict[str, Found] = {}
        for place in self._candidates(name, wanted):
            thing, other = self._owners[place], self._names[place]
            score = alike(name, other, self._weights)
            if thing.iri not in best or score > best[thing.iri].score:
                best[thing.iri] = Found(thing, other, score)
        return sorted(best.values(), key=lambda found: (-found.score, found.thing.iri))[:most]

    def begin(self, text: str, wanted: Wanted) -> Iterator[Thing]:
        """Give the things with a name that begins with a text, then those with words that its words begin."""
        words = words_of(text)
        if not words:
            return
        plain = " ".join(words)
        for found, place in self._beginnings[bisect_left(self._beginnings, (plain, 0)) :]:
            if not found.startswith(plain):
                break
            if wanted(self._owners[place]):
                yield self._owners[place]
        start = bisect_left(self._words, words[-1])
        for word in self._words[start : start + _BEGINNINGS]:
            if not word.startswith(words[-1]):
                break
            for place in self._places[word]:
                if wanted(self._owners[place]) and _begin_words(words[:-1], self._names[place].plain.split()):
                    yield self._owners[place]

    def _candidates(self, name: Name, wanted: Wanted) -> list[int]:
        """Give the names that are worth comparing: the same ones, and those that share the most, by weight of words."""
        same = [place for place in self._same.get(name.core, ()) if wanted(self._owners[place])][:_COMPARED]
        shared: dict[int, float] = defaultdict(float)
        for word, like in sorted(self._meant(name), key=lambda item: (self._weights.counts.get(item[0], 0), item)):
            weight, places_ = self._weights.of(word) * like, self._places[word]
            if len(places_) > _COMMON and shared:
                for place in shared:
                    if word in self._names[place].words:
                        shared[place] += weight
            else:
                for place in places_[:_MOST]:
                    if wanted(self._owners[place]):
                        shared[place] += weight
        ranked = nlargest(
            _COMPARED, shared, key=lambda place: (shared[place] / (1 + len(self._names[place].words)), -place)
        )
        return list(dict.fromkeys([*same, *ranked]))

    def _meant(self, name: Name) -> list[tuple[str, float]]:
        """Give the known words that a name's words are or may be misspelt from, each with how alike they are."""
        found: dict[str, float] = {}
        for word in set(name.words):
            if word in self._places:
                found[word] = 1.0
            if self._weights.misspelt(word, word) and len(word) > 3 and not word.isdigit():
                for length in range(len(word) - 2, len(word) + 3):
                    likes = process.extract(
                        word,
                        self._by_length.get(length, ()),
                        scorer=Indel.normalized_similarity,
                        score_cutoff=_LIKE,
                        limit=_LIKES,
                    )
                    for other, like, _ in likes:
                        found[other] = max(found.get(other, 0.0), like)
        return list(found.items())


def _begin_words(beginnings: Sequence[str], words: Sequence[str]) -> bool:
    """Say whether each beginning is that of some word."""
    return all(any(word.startswith(beginning) for word in words) for beginning in beginnings)


_one_at_a_time = Lock()


def index_of(snapshot: Snapshot) -> NameIndex:
    """Give the index of a generation, made once; who asks while it is made waits, and does not make it again."""
    with _one_at_a_time:
        return _made(snapshot)


@remembered(1)
def _made(snapshot: Snapshot) -> NameIndex:
    return NameIndex(snapshot)


def _things(snapshot: Snapshot) -> list[Thing]:
    where, listed, homes = places(snapshot), identifiers(snapshot), snapshot.values("gov:jurisdiction")
    kinds, levels = snapshot.values("gov:actorType"), snapshot.values("gov:level")
    types: dict[str, list[str]] = defaultdict(list)
    for name, curie in KINDS.items():
        for iri in snapshot.instances(curie):
            types[iri].append(name)
    return [
        Thing(
            iri=iri,
            label=snapshot.label(iri),
            types=(*found, *(f"actorType/{slug(kind)}" for kind in kinds.get(iri, ())[:1])),
            country=where.country(iri) if "Territory" in found else where.country(homes.get(iri, [None])[0]),
            levels=frozenset(map(slug, levels.get(iri, ()))),
            identifiers=listed.get(iri, frozenset()) | ({comparable(iri)} if not iri.startswith(BASE) else frozenset()),
        )
        for iri, found in sorted(types.items())
    ]


def _countries(snapshot: Snapshot, names: Mapping[str, tuple[Name, ...]]) -> dict[str, str]:
    """Give the code of each country by its code and its names, as `words_of` writes them."""
    found = dict[str, str]()
    for iri, codes in snapshot.values("gov:countryCode").items():
        for name in names.get(iri, ()):
            found[name.plain] = codes[0]
        found[codes[0].casefold()] = codes[0]
    return found
