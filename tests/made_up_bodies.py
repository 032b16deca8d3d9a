"""Made-up bodies: names as registers and lists of beneficiaries have them, some written twice and differently.

Towns, families and words are made of syllables, so that nobody is named; the same seed gives the same bodies. Most
bodies have near namesakes that are others: the same kind of body in another town, a school of another number, a body of
one name in another country or at another level, a company of one name and another legal form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from graph.reconciliation.bodies import Body
from graph.reconciliation.names import name_of
from ontology.identifiers import concept, expand, graph_name, mint

__all__ = ["CORRUPTIONS", "MadeUp", "made_up", "statements_about"]

_STARTS: Final = (
    "ba be bo bra bru da do dra fa fel fo gra gru ha hel ho ka kel kri la lin lo ma mel mo na nor o pa "
    "per pra ra ro sa sel sta ta ti tro u va vel vi wa wol za zü å é łó šu ør "
)
_MIDDLES: Final = (
    "ba bel cha da den do fa ga gen go ka la len li lo ma men mi na ne no ra ren ri ro sa sen ta ter ti va ve zi ñe ü ç"
)
_ENDS: Final = (
    "berg burg by dorf feld ford grad heim hof holm ia ina ing ino itz ivo land lle mund na ndo nia nte "
    "ová ow rg rice rovo ruk sk stad stein ton va ville witz ö "
)
_COUNTRIES: Final = ("AT", "BE", "CZ", "DE", "ES", "FI", "FR", "IE", "IT", "NL", "PL", "PT", "SE", "SK")
_FORMS: Final = {
    "AT": ("GmbH", "Gesellschaft mit beschränkter Haftung"),
    "BE": ("ASBL", "association sans but lucratif"),
    "CZ": ("s.r.o.", "spol. s r.o."),
    "DE": ("e.V.", "eingetragener Verein"),
    "ES": ("S.A.", "Sociedad Anónima"),
    "FI": ("Oy", "osakeyhtiö"),
    "FR": ("SARL", "S.A.R.L."),
    "IE": ("Ltd", "Limited"),
    "IT": ("S.r.l.", "SRL"),
    "NL": ("B.V.", "BV"),
    "PL": ("sp. z o.o.", "Spółka z ograniczoną odpowiedzialnością"),
    "PT": ("Lda.", "Limitada"),
    "SE": ("AB", "Aktiebolag"),
    "SK": ("a.s.", "akciová spoločnosť"),
}
_OF_TOWNS: Final = (
    ("Municipality of {town}", "municipality"),
    ("{town} City Council", "municipality"),
    ("University of {town}", "education-institution"),
    ("Universität {town}", "education-institution"),
    ("Primary School {number} {town}", "education-institution"),
    ("Volkshochschule {town} West", "education-institution"),
    ("Volkshochschule {town} Ost", "education-institution"),
    ("Chambre de commerce de {town}", "social-partner"),
    ("Asociación de Vecinos de {town}", "ngo"),
    ("Refugee Support {town}", "ngo"),
    ("Fundacja Pomocy {town}", "foundation"),
    ("Employment Agency {town}", "public-service-provider"),
    ("Museum für {word} {town}", "public-service-provider"),
    ("Centro de {word} de {town}", "ngo"),
)
_OF_FAMILIES: Final = (
    ("{family} & {other} {form}", "company"),
    ("{family} {word} {form}", "company"),
    ("{word} {town} {form}", "company"),
    ("{family} {word} Consulting {form}", "company"),
)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Bodies of two sources, and which pairs of them are one, each with how the second name was made of the first."""

    bodies: list[Body]
    same: dict[tuple[str, str], str]


def made_up(count: int, seed: int = 1) -> MadeUp:
    """Make bodies: a quarter of them are again in a second source, their names written differently."""
    random = Random(seed)
    towns = [(_word(random), random.choice(_COUNTRIES)) for _ in range(max(20, count // 15))]
    families = [_word(random) for _ in range(max(40, count // 10))]
    words = [_word(random).lower() for _ in range(200)]
    found, same, used = list[Body](), dict[tuple[str, str], str](), set[tuple[str, str, str]]()
    while len(found) < count:
        body = _body(random, towns, families, words, f"a-{len(found)}")
        key = (body.names[0].core, str(body.country), str(body.levels))
        if key in used:
            continue
        used.add(key)
        found.append(body)
        if random.random() < 0.25 / 0.75 and len(found) < count:
            kind, corrupt = random.choice(list(CORRUPTIONS.items()))
            again = corrupt(random, body.names[0].text, str(body.country))
            iri = f"http://example.org/b-{len(found)}"
            found.append(
                Body(iri, (name_of(again),), frozenset(), body.country, body.levels, body.type, sources=frozenset("b"))
            )
            same[(body.iri, iri)] = kind
    return MadeUp(found, same)


def statements_about(bodies: list[Body]) -> Iterator[Quad]:
    """Give what a store of the bodies says: name, level, kind and country, in the graph of each source."""
    for code in _COUNTRIES:
        territory = mint("territory", code.lower())
        yield _said(territory, "rdf:type", NamedNode(expand("gov:Territory")), "a")
        yield _said(territory, "gov:countryCode", Literal(code), "a")
    for body in bodies:
        (source,), (level,) = body.sources, body.levels
        yield _said(body.iri, "rdf:type", NamedNode(expand("gov:Actor")), source)
        yield _said(body.iri, "skos:prefLabel", Literal(body.names[0].text, language="en"), source)
        yield _said(body.iri, "gov:level", NamedNode(concept("level", level)), source)
        yield _said(body.iri, "gov:actorType", NamedNode(concept("actorType", str(body.type))), source)
        home = mint("territory", str(body.country).lower())
        yield _said(body.iri, "gov:jurisdiction", NamedNode(home), source)


def _said(subject: str, curie: str, value: NamedNode | Literal, source: str) -> Quad:
    return Quad(NamedNode(subject), NamedNode(expand(curie)), value, NamedNode(graph_name(source)))


def _body(random: Random, towns: list[tuple[str, str]], families: list[str], words: list[str], key: str) -> Body:
    town, country = random.choice(towns)
    pattern, kind = random.choice(_OF_TOWNS if random.random() < 0.5 else _OF_FAMILIES)
    level = "local"
    if random.random() < 0.05:
        country = random.choice(_COUNTRIES)
    if random.random() < 0.05:
        level = "regional"
    text = pattern.format(
        town=town.capitalize(),
        number=random.randint(1, 40),
        family=random.choice(families).capitalize(),
        other=random.choice(families).capitalize(),
        word=random.choice(words).capitalize(),
        form=_FORMS[country][0],
    )
    return Body(
        f"http://example.org/{key}",
        (name_of(text),),
        frozenset(),
        country,
        frozenset({level}),
        kind,
        sources=frozenset("a"),
    )


def _word(random: Random) -> str:
    starts, middles, ends = _STARTS.split(), _MIDDLES.split(), _ENDS.split()
    return random.choice(starts) + "".join(random.choices(middles, k=random.randint(0, 2))) + random.choice(ends)


def _misspelt(random: Random, text: str, country: str) -> str:
    """Leave out, put in, change or swap one letter, anywhere but in short words and in the legal form."""
    name, form = _apart(text, country)
    letters = list(name)
    long = [here for here, sign in enumerate(letters) if sign.isalpha() and _length_at(name, here) >= 4]
    place = random.choice(long or [0])
    change = random.randrange(4)
    if change == 0:
        del letters[place]
    elif change == 1:
        letters.insert(place, random.choice("aeinrst"))
    elif change == 2:
        letters[place] = random.choice([sign for sign in "aeinrst" if sign != letters[place]])
    elif place + 1 < len(letters) and letters[place + 1].isalpha():
        letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters) + form


def _length_at(text: str, place: int) -> int:
    start = end = place
    while start and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    return end - start


def _apart(text: str, country: str) -> tuple[str, str]:
    """Give a name without its legal form, and the form with the space before it."""
    name = text.removesuffix(_FORMS[country][0]).rstrip()
    return name, text[len(name) :]


def _other_form(random: Random, text: str, country: str) -> str:
    """Write the legal form out, or leave it out; where there is none, in capitals."""
    name, form = _apart(text, country)
    if form:
        return f"{name} {_FORMS[country][1]}" if random.random() < 0.7 else name
    return text.upper()


def _turned(random: Random, text: str, country: str) -> str:
    """Put the last word first, as lists do, with a comma."""
    del random
    name, form = _apart(text, country)
    first, _, last = name.rpartition(" ")
    return f"{last}, {first}{form}"


def _plain(random: Random, text: str, country: str) -> str:
    """Write it without accents and in capitals."""
    del random, country
    accents = str.maketrans("åéłóšøñüçöáäý", "aelosonucoaay")
    return text.lower().translate(accents).upper()


def _misspelt_and_turned(random: Random, text: str, country: str) -> str:
    return _turned(random, _misspelt(random, text, country), country)


def _misspelt_in_another_form(random: Random, text: str, country: str) -> str:
    return _other_form(random, _misspelt(random, text, country), country)


CORRUPTIONS: Final[dict[str, Callable[[Random, str, str], str]]] = {
    "misspelt": _misspelt,
    "legal form": _other_form,
    "order": _turned,
    "accents": _plain,
    "misspelt and order": _misspelt_and_turned,
    "misspelt and legal form": _misspelt_in_another_form,
}
