"""A made-up funding graph of any size: the same seed gives the same bytes, on any machine.

Only `Random.random()` is drawn from: it is what Python promises not to change between versions. Flows come one by
one, so the size of the graph is not bound by memory; the actors are kept.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from ontology.identifiers import concept, currency, expand, graph_name, mint

__all__ = ["GRAPH_NAME", "Actor", "Flow", "LevelSums", "actors", "flow_iri", "flows", "level_sums", "write_graph"]

GRAPH_NAME: Final = "bench"
_CODES: Final = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
COUNTRIES: Final = tuple(_CODES[start : start + 2] for start in range(0, len(_CODES), 3))
YEARS: Final = (2000, 2020)
FLOWS_A_PASSAGE: Final = 1000

_OWN_MONEY: Final = {"CZ": "CZK", "DK": "DKK", "PL": "PLN", "SE": "SEK"}
_FIELDS: Final = ("integration", "newcomer-reception", "civic-integration", "education", "employment", "housing")
_SPANS: Final = ((2000, 2006), (2007, 2013), (2014, 2020))
_LEVELS: Final = (("eu", 0.01), ("national", 0.09), ("regional", 0.2), ("local", 0.7))
_PAYS: Final = (("eu", 0.2), ("national", 0.4), ("regional", 0.3), ("local", 0.1))
_RECEIVES: Final = (("national", 0.15), ("regional", 0.35), ("local", 0.5))
_KINDS: Final = (
    (("transfer", "total", "paid"), 0.5),
    (("transfer", "total", None), 0.25),
    (("transfer", "year", None), 0.1),
    (("allocation", "total", "planned"), 0.04),
    (("commitment", "total", "committed"), 0.04),
    (("budget-line", "year", "planned"), 0.03),
    (("unit-rate", "person", None), 0.02),
    (("ceiling", "project", None), 0.01),
    (("loan", "total", None), 0.01),
)
_TYPES: Final = {
    "eu": "eu-institution",
    "national": "ministry",
    "regional": "regional-government",
    "local": "municipality",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Actor:
    """A body; `country` is EU at the level of the Union."""

    number: int
    level: str
    country: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow: numbers of its actors and of what it is part of; amounts as they are written, in one currency."""

    number: int
    payer: int | None
    recipient: int
    programme: int | None
    fields: tuple[str, ...]
    amounts: tuple[str, str] | None
    currency: str | None
    quantity: str
    per: str
    phase: str | None
    years: tuple[int, int] | None
    part_of: int | None
    basis: str


LevelSums = dict[tuple[str | None, str, str | None], tuple[Decimal, Decimal, int, int]]
"""By level of the payer, level of the recipient, currency: least and greatest sum, flows, flows with an amount."""


def actors(count: int, seed: int) -> list[Actor]:
    """Give a fifth as many actors as there are flows, at least four of each level."""
    rng = Random(f"actors {seed}")
    found = []
    for number in range(max(count // 5, 16)):
        level = _LEVELS[number][0] if number < 4 else _LEVELS[number % 4][0] if number < 16 else _draw(rng, _LEVELS)
        found.append(Actor(number, level, "EU" if level == "eu" else COUNTRIES[int(rng.random() * len(COUNTRIES))]))
    return found


def flows(count: int, seed: int, bodies: Sequence[Actor]) -> Iterator[Flow]:
    """Give the flows one by one; one in twenty passes on money that its payer has from an earlier one."""
    rng = Random(f"flows {seed}")
    by_level: dict[str, list[int]] = {level: [] for level, _ in _LEVELS}
    for actor in bodies:
        by_level[actor.level].append(actor.number)
    programmes = _programmes(count)
    received = array("q")
    for number in range(count):
        part_of = int(rng.random() * number) if number and rng.random() < 0.05 else None
        payer = received[part_of] if part_of is not None else _payer(rng, by_level)
        recipient = _one_of(rng, by_level[_draw(rng, _RECEIVES)])
        received.append(recipient)
        quantity, per, phase = _draw(rng, _KINDS)
        amounts = _amounts(rng)
        yield Flow(
            number=number,
            payer=payer,
            recipient=recipient,
            programme=int(rng.random() * programmes) if rng.random() < 0.6 else None,
            fields=_fields(rng),
            amounts=amounts,
            currency=_OWN_MONEY.get(bodies[recipient].country, "EUR") if amounts else None,
            quantity=quantity,
            per=per,
            phase=phase,
            years=_years(rng),
            part_of=part_of,
            basis="stated" if rng.random() < 0.9 else "derived",
        )


def level_sums(found: Iterable[Flow], bodies: Sequence[Actor], at: int | None = None) -> LevelSums:
    """Add the transfers from level to level in plain Python: what every store must give.

    `at` keeps the flows that hold in a year. Money passed on counts here as any other, so that the sums are over
    all flows.
    """
    sums: LevelSums = {}
    for flow in found:
        if flow.quantity != "transfer" or (at and flow.years and not flow.years[0] <= at <= flow.years[1]):
            continue
        payer = None if flow.payer is None else bodies[flow.payer].level
        key = (payer, bodies[flow.recipient].level, flow.currency)
        low, high, number, with_amount = sums.get(key, (Decimal(0), Decimal(0), 0, 0))
        if flow.amounts:
            low, high = low + Decimal(flow.amounts[0]), high + Decimal(flow.amounts[1])
        sums[key] = (low, high, number + 1, with_amount + bool(flow.amounts))
    return sums


def write_graph(path: Path, count: int, seed: int) -> int:
    """Write the graph as N-Quads; gives the number of statements."""
    bodies = actors(count, seed)
    graph = f"<{graph_name(GRAPH_NAME)}>"
    written = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        parts = (
            _registers(count),
            map(_actor_facts, bodies),
            (_flow_facts(flow) for flow in flows(count, seed, bodies)),
        )
        for subject, facts in chain.from_iterable(parts):
            file.writelines(f"{subject} {fact} {graph} .\n" for fact in facts)
            written += len(facts)
    return written


def flow_iri(number: int) -> str:
    """Give the IRI of a flow by its number."""
    return mint("flow", f"bench-{number}")


def _draw(rng: Random, weighted: Sequence[tuple[T, float]]) -> T:
    left = rng.random()
    for value, weight in weighted:
        left -= weight
        if left < 0:
            return value
    return weighted[-1][0]


def _one_of(rng: Random, values: Sequence[T]) -> T:
    return values[int(rng.random() * len(values))]


def _payer(rng: Random, by_level: dict[str, list[int]]) -> int | None:
    return None if rng.random() < 0.01 else _one_of(rng, by_level[_draw(rng, _PAYS)])


def _fields(rng: Random) -> tuple[str, ...]:
    first, second = _one_of(rng, _FIELDS), _one_of(rng, _FIELDS)
    many = rng.random()
    if many < 0.05:
        return ()
    return (first, second) if many > 0.9 and second != first else (first,)


def _amounts(rng: Random) -> tuple[str, str] | None:
    """Draw no amount (three in ten), a range (one in twenty), or one amount, some with cents."""
    kind, euros, cents = rng.random(), 1000 + int(rng.random() * 5_000_000), int(rng.random() * 100)
    if kind < 0.3:
        return None
    if kind < 0.35:
        return f"{euros}", f"{euros + euros // 5}"
    amount = f"{euros}.{cents:02}" if kind < 0.6 else f"{euros}"
    return amount, amount


def _years(rng: Random) -> tuple[int, int] | None:
    kind, begin = rng.random(), YEARS[0] + int(rng.random() * (YEARS[1] - YEARS[0] + 1))
    if kind < 0.03:
        return None
    return _one_of(rng, _SPANS) if kind < 0.15 else (begin, begin)


def _programmes(count: int) -> int:
    return max(count // 2500, 8)


# --- N-Quads: a subject, and its facts as "predicate object" -------------------------------------------------------

_Facts = tuple[str, list[str]]


def _node(iri: str) -> str:
    return f"<{iri}>"


def _fact(curie: str, object_: str) -> str:
    return f"<{expand(curie)}> {object_}"


def _is(curie: str) -> str:
    return _fact("rdf:type", _node(expand(curie)))


def _name(words: str) -> str:
    return _fact("skos:prefLabel", f'"{words}"@en')


def _thing(kind: str, name: str) -> Callable[[object], str]:
    """Give the function from a number to the IRI, in brackets, of the thing of that number; the IRI is minted once."""
    stem = mint(kind, f"{name}-0").removesuffix("0")
    return lambda number: f"<{stem}{number}>"


_ACTOR, _FLOW = _thing("actor", "bench"), _thing("flow", "bench")
_PROGRAMME, _PASSAGE = _thing("programme", "bench"), _thing("passage", "bench")
_SOURCE: Final = _node(mint("source", "bench"))
_PAYER, _RECIPIENT, _THROUGH = (f"<{expand(f'gov:{name}')}> " for name in ("payer", "recipient", "programme"))
_LOW, _HIGH = (f"<{expand(f'gov:{name}')}> " for name in ("amountMin", "amountMax"))
_BEGIN, _END = (f"<{expand(f'gov:{name}')}> " for name in ("validFrom", "validTo"))
_PART_OF, _EVIDENCE = f"<{expand('gov:partOf')}> ", f"<{expand('prov:hadPrimarySource')}> "
_DECIMAL, _YEAR = f"^^<{expand('xsd:decimal')}>", f"^^<{expand('xsd:gYear')}>"
_IS_FLOW: Final = _is("gov:FundingFlow")
_SCHEMES: Final = {
    (scheme, word): _fact(f"gov:{scheme}", _node(concept(scheme, word)))
    for scheme, words in (
        ("field", _FIELDS),
        ("quantity", sorted({kind[0] for kind, _ in _KINDS})),
        ("per", sorted({kind[1] for kind, _ in _KINDS})),
        ("phase", ("planned", "committed", "paid")),
        ("basis", ("stated", "derived")),
    )
    for word in words
}
_MONEY: Final = {code: _fact("gov:currency", _node(currency(code))) for code in ("EUR", *_OWN_MONEY.values())}


def _registers(count: int) -> Iterator[_Facts]:
    """Give the places, the document, its passages and the programmes."""
    yield _SOURCE, [_is("gov:Source"), _fact("dcterms:title", '"Made up for the benchmark"@en')]
    union = _node(mint("territory", "eu"))
    yield union, [_is("gov:Territory"), _name("European Union"), *_place("eu", "EU")]
    for code in COUNTRIES:
        facts = [_is("gov:Territory"), _name(f"Country {code}"), *_place("national", code), _fact("gov:within", union)]
        yield _node(mint("territory", code.lower())), facts
    for number in range(-(-count // FLOWS_A_PASSAGE)):
        row = f"rows {number * FLOWS_A_PASSAGE} to {(number + 1) * FLOWS_A_PASSAGE - 1}"
        facts = [_is("gov:Passage"), _fact("oa:hasSource", _SOURCE), _fact("gov:locator", f'"{row}"'), _name(row)]
        yield _PASSAGE(number), facts
    for number in range(_programmes(count)):
        yield _PROGRAMME(number), [_is("gov:Programme"), _name(f"Programme {number}"), *_stated(0)]


def _place(level: str, code: str) -> list[str]:
    return [_fact("gov:level", _node(concept("level", level))), _fact("gov:countryCode", f'"{code}"')]


def _stated(passage: int) -> list[str]:
    return [_SCHEMES["basis", "stated"], f"{_EVIDENCE}{_PASSAGE(passage)}"]


def _actor_facts(actor: Actor) -> _Facts:
    return _ACTOR(actor.number), [
        _is("gov:Actor"),
        _name(f"Actor {actor.number}"),
        _fact("gov:level", _node(concept("level", actor.level))),
        _fact("gov:actorType", _node(concept("actorType", _TYPES[actor.level]))),
        _fact("gov:jurisdiction", _node(mint("territory", actor.country.lower()))),
        *_stated(0),
    ]


def _flow_facts(flow: Flow) -> _Facts:
    facts = [_IS_FLOW, f"{_RECIPIENT}{_ACTOR(flow.recipient)}"]
    if flow.payer is not None:
        facts.append(f"{_PAYER}{_ACTOR(flow.payer)}")
    if flow.programme is not None:
        facts.append(f"{_THROUGH}{_PROGRAMME(flow.programme)}")
    facts += [_SCHEMES["field", field] for field in flow.fields]
    if flow.amounts and flow.currency:
        facts.append(f'{_LOW}"{flow.amounts[0]}"{_DECIMAL}')
        facts.append(f'{_HIGH}"{flow.amounts[1]}"{_DECIMAL}')
        facts.append(_MONEY[flow.currency])
    facts += [_SCHEMES["quantity", flow.quantity], _SCHEMES["per", flow.per]]
    if flow.phase:
        facts.append(_SCHEMES["phase", flow.phase])
    if flow.years:
        facts.append(f'{_BEGIN}"{flow.years[0]}"{_YEAR}')
        facts.append(f'{_END}"{flow.years[1]}"{_YEAR}')
    if flow.part_of is not None:
        facts.append(f"{_PART_OF}{_FLOW(flow.part_of)}")
    facts += [_SCHEMES["basis", flow.basis], f"{_EVIDENCE}{_PASSAGE(flow.number // FLOWS_A_PASSAGE)}"]
    return _FLOW(flow.number), facts
