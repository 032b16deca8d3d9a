"""Things: what one section says about one record, as N-Triples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from loaders.mapping.columns import Filler, Made, References, constant_terms, filler, is_known_thing
from loaders.mapping.conditions import Condition, condition
from loaders.mapping.document import Section
from loaders.mapping.formats import Formats
from loaders.mapping.money import Amount, Money
from loaders.mapping.refusals import ValueRefused, mapping_refused
from loaders.mapping.terms import Terms, identifier, iri, literal, predicate, thing_iri
from loaders.mapping.texts import Cells, Scope, Text, constant, named_columns, picked, text
from loaders.records import Record
from loaders.tables.cells import canonical
from ontology.identifiers import expand, is_slug, mint

__all__ = ["Home", "Said", "Thing", "thing"]

_Filled = tuple[str, Filler]

_TYPE: Final = predicate("rdf:type")
_LABEL: Final = predicate("skos:prefLabel")
_AMOUNT_MIN: Final = predicate("gov:amountMin")
_AMOUNT_MAX: Final = predicate("gov:amountMax")
_DECIMAL: Final = iri(expand("xsd:decimal"))
_INTEGER: Final = iri(expand("xsd:integer"))
_ROW: Final = predicate("gov:row")
_CURRENCY: Final = predicate("gov:currency")
_FROM: Final = predicate("gov:validFrom")
_TO: Final = predicate("gov:validTo")
_NOTE: Final = predicate("skos:note")
_RETURNED: Final = literal(
    "below zero in the source: money that goes back, with payer and recipient turned round", "en"
)
_TURNED: Final = {
    predicate("gov:payer"): predicate("gov:recipient"),
    predicate("gov:recipient"): predicate("gov:payer"),
}
_IN_MONEY: Final = ("amount_min", "amount_max")


@dataclass(frozen=True, slots=True)
class Home:
    """What statements rest on: the source's key and language, and its IRI as N-Triples writes it."""

    source: str
    language: str
    evidence: str


class Said(NamedTuple):
    """What is said about a thing: property and value of each statement, as N-Triples writes them."""

    subject: str
    pairs: list[str]

    @property
    def label(self) -> str:
        """The pair that names the thing, "" where none does."""
        return next((pair for pair in self.pairs if pair.startswith(_LABEL)), "")

    @property
    def text(self) -> str:
        """The statements as N-Triples, a line each."""
        start = f"<{self.subject}> "
        return start + f" .\n{start}".join(self.pairs) + " .\n" if self.pairs else ""


@dataclass(frozen=True, slots=True)
class Thing:
    """One section, compiled: which thing a record names by it, and what is said of the thing.

    `identity` gives the words that tell the thing from others, None where a flow is told by the whole record; `fixed`
    are the statements that are the same for every record, `fillers` make the others, by property.
    `is_described` says that there are any, `has_term` that it may begin and end, `reads` gives the cells of a record at
    which it looks, `refers` names the other sections that it refers to, `required` which cells must not be empty;
    `is_known` says that others describe it, `whole` that its identity is the whole end of its IRI.
    """

    section: Section
    applies: Condition
    identity: Text | None
    known: str | None
    fixed: tuple[str, ...]
    fillers: tuple[tuple[str, Filler], ...]
    money: Money | None
    currency: Text | None
    home: Home
    place: tuple[str, str]
    is_described: bool
    has_term: bool
    reads: Callable[[Cells], object]
    refers: tuple[tuple[str, str], ...]
    required: tuple[tuple[str, int], ...]
    is_known: bool
    whole: bool

    def named(self, cells: Cells, record_key: str) -> str | None:
        """Give the IRI of the thing of a record that the section applies to; None where the record names none."""
        if self.identity is None and self.known is not None:
            return self.known
        if self.identity is None:
            name = record_key
        else:
            words = self.identity.of(cells)
            if not words:
                return None
            if self.known is not None or self.whole:
                return self._whole(words)
            name = identifier(words)
        kind = self.section.table.thing
        return thing_iri(kind, self.home.source, f"{self.section.name}-{name}" if kind == "flow" else name)

    def _whole(self, words: str) -> str:
        """Give the IRI whose end a record's cells say as a whole."""
        end = words.lower()
        if not is_slug(end):
            columns = ", ".join(self.identity.columns) if self.identity else ""
            raise ValueRefused(columns, words, "it cannot end an IRI: use letters, digits and single hyphens")
        return mint(self.section.table.thing, end)

    def check_required(self, cells: Cells) -> None:
        """Refuse a record that leaves a cell empty which the section requires."""
        for name, index in self.required:
            if not cells[index].strip():
                raise ValueRefused(name, "", f"it is empty, and {self.section.place} requires it")

    def said(self, subject: str, record: Record, made: Made, amount: Amount | None) -> Said:
        """Give what is said about the thing."""
        found = list(self.fixed)
        unknown = amount is not None and amount.low is None and amount.high is None
        if unknown:  # there is no currency of nothing
            found = [pair for pair in found if not pair.startswith(_CURRENCY)]
        returned = amount is not None and amount.returned
        for property_, fill in self.fillers:
            if unknown and property_ == _CURRENCY:
                continue
            if returned:
                property_ = _TURNED.get(property_, property_)
            for term in fill(record.cells, made):
                found.append(f"{property_} {term}")
        if self.has_term:
            self._check_order(found)
        if self.money is not None:
            found.append(f'{_ROW} "{record.place}"^^{_INTEGER}')
        if amount is not None:
            found += _amounts(amount)
        return Said(subject, found)

    def _check_order(self, pairs: list[str]) -> None:
        """Refuse what ends before it begins; ends of different precision are compared as far as both go."""
        begin, end = (next((pair for pair in pairs if pair.startswith(each)), "") for each in (_FROM, _TO))
        if not (begin and end):
            return
        first, last = begin.split('"', 2)[1], end.split('"', 2)[1]
        shared = min(len(first), len(last))
        if first[:shared] > last[:shared]:
            columns = ", ".join(str(self.section.cells.get(name, "")) for name in ("valid_from", "valid_to"))
            raise ValueRefused(
                columns.replace("{", "").replace("}", ""), f"{first} to {last}", "it ends before it begins"
            )


def _amounts(amount: Amount) -> Iterator[str]:
    """Say how much it is; nothing about an end that is unknown."""
    low, high = amount.low, amount.high
    least = "" if low is None else canonical(low)
    if low is not None:
        yield f'{_AMOUNT_MIN} "{least}"^^{_DECIMAL}'
    if high is not None:
        yield f'{_AMOUNT_MAX} "{least if high is low else canonical(high)}"^^{_DECIMAL}'
    if amount.returned:
        yield f"{_NOTE} {_RETURNED}"


def thing(section: Section, scope: Scope, formats: Formats, references: References, home: Home) -> Thing:
    """Compile a section; InputRefused where it names columns, sections or words that are not there."""
    options, table = section.options, section.table
    applies = condition(options["when"], scope, f"{section.place}.when") if "when" in options else lambda cells: True
    money = Money(section, scope, formats.numbers) if table.name == "flows" else None
    cells = dict(section.cells)
    fixed, fillers = list[str](), list[_Filled]()
    if not options.get("reference") and (cells or "known" not in options):
        evidence, fillers = _evidence(section, money, scope, home)
        fixed = [f"{_TYPE} {iri(expand(table.type))}", *evidence]
        for name, given in cells.items():
            if name in _IN_MONEY or name == "basis":
                continue
            column = table.column(name)
            fill = filler(section, column, given, scope, formats, references, _language(section, home))
            if constant(given) and column.kind != "ref":
                fixed += [f"{predicate(column.property)} {term}" for term in fill((), {})]
            else:
                fillers.append((predicate(column.property), fill))
        if table.name in ("flows", "competences"):
            fillers.append((_LABEL, _label(section, scope, _language(section, home))))
    currency = text(cells["currency"], scope, section.place) if money and "currency" in cells else None
    return Thing(
        section,
        applies,
        _identity(section, scope),
        _known(section, scope),
        tuple(fixed),
        tuple(fillers),
        money,
        currency,
        home,
        (table.name, section.name),
        bool(fixed or fillers),
        {"valid_from", "valid_to"} <= set(cells),
        picked(scope.index(name, section.place) for name in dict.fromkeys(named_columns({**cells, **options}))),
        tuple(_refers(section)),
        tuple((str(name), scope.index(str(name), f"{section.place}.required")) for name in options.get("required", [])),
        "known" in options,
        "id" in options,
    )


def _refers(section: Section) -> list[tuple[str, str]]:
    """Give the sections that a section's references may mean."""
    found = []
    for name, given in section.cells.items():
        table = section.table.column(name).table
        if table:
            options = given.get("first", []) if isinstance(given, dict) else str(given).split("|")
            found += [(table, str(option).strip()) for option in options]
    return found


def _evidence(section: Section, money: Money | None, scope: Scope, home: Home) -> tuple[list[str], list[_Filled]]:
    """Give what the statements rest on: the source, and whether it states, derives or infers them, and how.

    First what is the same for all records, then what is made for each.
    """
    if not any(column.name == "basis" for column in section.table.columns):
        return [], []
    fixed, fillers = [f"{predicate('prov:hadPrimarySource')} {home.evidence}"], list[_Filled]()
    worked = money.worked if money else ""
    basis = section.cells.get("basis", "derived" if worked else "stated")
    method = section.options.get("method", f"{worked}, rounded to cents" if worked else "")
    column = section.table.column("basis")
    words, how = text(basis, scope, f"{section.place}.basis"), text(method, scope, f"{section.place}.method")
    terms = Terms(column, ", ".join(words.columns) or f"{section.place}.basis")
    if constant(basis):
        fixed += [
            f"{predicate('gov:basis')} {term}" for term in constant_terms(str(basis), terms, scope, section.place)
        ]
    else:
        fillers.append((predicate("gov:basis"), lambda cells, made: terms.of(words.of(cells))))
    if constant(method):
        fixed += [f"{predicate('gov:method')} {literal(str(method))}"] if method else []
    else:
        fillers.append((predicate("gov:method"), lambda cells, made: (literal(s),) if (s := how.of(cells)) else ()))
    return fixed, fillers


def _language(section: Section, home: Home) -> str:
    return str(section.options.get("language", home.language))


def _identity(section: Section, scope: Scope) -> Text | None:
    """Give the words that tell the section's things apart: its key, or the whole end of their IRI."""
    given = section.options.get("key", section.options.get("id"))
    if given is None and "known" in section.options:
        _, _, end = str(section.options["known"]).partition("/")
        return None if constant(end) else text(end, scope, f"{section.place}.known")
    if given is None:
        if section.table.name != "flows":
            raise mapping_refused(scope.file, section.place, None, "key is missing: what tells the thing from others")
        return None
    parts = [text(part, scope, f"{section.place}.key") for part in (given if isinstance(given, list) else [given])]
    columns = tuple(column for part in parts for column in part.columns)
    if len(parts) == 1:
        return Text(columns, parts[0].of)

    def joined(cells: Cells) -> str:
        found = [part.of(cells) for part in parts]
        return " ".join(found) if all(found) else ""

    return Text(columns, joined)


def _known(section: Section, scope: Scope) -> str | None:
    """Give the thing that others describe; where cells name it, the kind alone."""
    given = section.options.get("known")
    if given is None:
        return None
    kind, _, key = str(given).partition("/")
    if kind == section.table.thing and key and not constant(key):
        return kind
    if not is_known_thing(given, section.table.name):
        reason = f"expected a thing that is described elsewhere, as {section.table.thing}/key"
        raise mapping_refused(scope.file, f"{section.place}.known", given, reason)
    return mint(kind, key)


def _label(section: Section, scope: Scope, language: str) -> Filler:
    """Name a thing that people do not name: by the section's label, else by the section's own name."""
    given: Any = section.options.get("label", section.name.replace("-", " ").replace("_", " "))
    words = text(given, scope, f"{section.place}.label")
    default, tongue = section.name.replace("-", " "), "en" if constant(given) else language
    _check_tag(tongue, section, scope)

    def labelled(cells: Cells, made: Made) -> tuple[str, ...]:
        del made
        found = words.of(cells)
        return (literal(found, tongue) if found else literal(default, "en"),)

    return labelled


def _check_tag(language: str, section: Section, scope: Scope) -> None:
    try:
        literal("x", language)
    except ValueError as error:
        raise mapping_refused(scope.file, section.place, language, "expected a language code, as en") from error
