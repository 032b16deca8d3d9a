"""Things: what one section says about one record, as N-Quads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from loaders.mapping.columns import Filler, Made, References, filler, is_known_thing
from loaders.mapping.conditions import Condition, condition
from loaders.mapping.document import Section
from loaders.mapping.formats import Formats
from loaders.mapping.money import Amount, Money
from loaders.mapping.refusals import ValueRefused, mapping_refused
from loaders.mapping.terms import identifier, iri, literal, predicate, thing_iri
from loaders.mapping.texts import Cells, Scope, Text, constant, text
from loaders.records import Record
from loaders.tables.cells import canonical
from ontology.identifiers import expand, mint

__all__ = ["Home", "Thing", "thing"]

_TYPE: Final = predicate("rdf:type")
_LABEL: Final = predicate("skos:prefLabel")
_AMOUNT_MIN: Final = predicate("gov:amountMin")
_AMOUNT_MAX: Final = predicate("gov:amountMax")
_DECIMAL: Final = iri(expand("xsd:decimal"))
_INTEGER: Final = iri(expand("xsd:integer"))
_ROW: Final = predicate("gov:row")
_FROM: Final = f" {predicate('gov:validFrom')} "
_TO: Final = f" {predicate('gov:validTo')} "
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
    """Where statements stand, and what they rest on: the source's key and language, its IRI, the graph."""

    source: str
    language: str
    evidence: str
    graph: str


@dataclass(frozen=True, slots=True)
class Thing:
    """One section, compiled: which thing a record names by it, and what is said of the thing.

    `identity` gives the words that tell the thing from others, None where a flow is told by the whole record; `fixed`
    are the statements that are the same for every record, `fillers` make the others, by property.
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

    @property
    def place(self) -> tuple[str, str]:
        """The table and the name of the section."""
        return self.section.table.name, self.section.name

    @property
    def is_described(self) -> bool:
        """Whether anything is said about the thing, and it is not only referred to."""
        return bool(self.fixed or self.fillers)

    def named(self, cells: Cells, record_key: str) -> str | None:
        """Give the IRI of the thing of a record; None where the record names none."""
        if not self.applies(cells):
            return None
        if self.known is not None:
            return self.known
        if self.identity is None:
            name = record_key
        else:
            words = self.identity.of(cells)
            if not words:
                return None
            name = identifier(words)
        kind = self.section.table.thing
        return thing_iri(kind, self.home.source, f"{self.section.name}-{name}" if kind == "flow" else name)

    def statements(self, subject: str, record: Record, made: Made, amount: Amount | None) -> list[str]:
        """Give what is said about the thing, a line a statement."""
        start, end = f"<{subject}> ", f" {self.home.graph} .\n"
        found = [f"{start}{pair}{end}" for pair in self.fixed]
        for property_, fill in self.fillers:
            if amount is not None and amount.returned:
                property_ = _TURNED.get(property_, property_)
            found += [f"{start}{property_} {term}{end}" for term in fill(record.cells, made)]
        self._check_order(found)
        if self.section.table.name == "flows":
            found.append(f'{start}{_ROW} "{record.place}"^^{_INTEGER}{end}')
        if amount is not None:
            for property_, number in ((_AMOUNT_MIN, amount.low), (_AMOUNT_MAX, amount.high)):
                if number is not None:
                    found.append(f'{start}{property_} "{canonical(number)}"^^{_DECIMAL}{end}')
            if amount.returned:
                found.append(f"{start}{_NOTE} {_RETURNED}{end}")
        return found

    def _check_order(self, lines: list[str]) -> None:
        """Refuse what ends before it begins; ends of different precision are compared as far as both go."""
        ends = [next((line.split('"')[1] for line in lines if each in line), "") for each in (_FROM, _TO)]
        shared = min(map(len, ends))
        if ends[0][:shared] > ends[1][:shared]:
            columns = ", ".join(str(self.section.cells.get(name, "")) for name in ("valid_from", "valid_to"))
            raise ValueRefused(columns.replace("{", "").replace("}", ""), " to ".join(ends), "it ends before it begins")


def thing(section: Section, scope: Scope, formats: Formats, references: References, home: Home) -> Thing:
    """Compile a section; InputRefused where it names columns, sections or words that are not there."""
    options, table = section.options, section.table
    applies = condition(options["when"], scope, f"{section.place}.when") if "when" in options else lambda cells: True
    money = Money(section, scope, formats.numbers) if table.name == "flows" else None
    cells = dict(section.cells)
    fixed, fillers = [], []
    if not options.get("reference") and (cells or "known" not in options):
        fixed = [f"{_TYPE} {iri(expand(table.type))}", *_evidence(section, money, home)]
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
    )


def _evidence(section: Section, money: Money | None, home: Home) -> list[str]:
    """Give what the statements rest on: the source, and whether it states, derives or infers them, and how."""
    if not any(column.name == "basis" for column in section.table.columns):
        return []
    worked = money.worked if money else ""
    basis = str(section.cells.get("basis", "derived" if worked else "stated"))
    found = [
        f"{predicate('prov:hadPrimarySource')} {home.evidence}",
        f"{predicate('gov:basis')} {iri(expand(f'gov:basis/{basis}'))}",
    ]
    method = section.options.get("method") or (f"{worked}, rounded to cents" if worked else "")
    if method:
        found.append(f"{predicate('gov:method')} {literal(str(method))}")
    return found


def _language(section: Section, home: Home) -> str:
    return str(section.options.get("language", home.language))


def _identity(section: Section, scope: Scope) -> Text | None:
    given = section.options.get("key")
    if given is None:
        if section.table.name != "flows" and "known" not in section.options:
            raise mapping_refused(scope.file, section.place, None, "key is missing: what tells the thing from others")
        return None
    parts = [text(part, scope, f"{section.place}.key") for part in (given if isinstance(given, list) else [given])]
    columns = tuple(column for part in parts for column in part.columns)

    def joined(cells: Cells) -> str:
        found = [part.of(cells) for part in parts]
        return " ".join(found) if all(found) else ""

    return Text(columns, joined)


def _known(section: Section, scope: Scope) -> str | None:
    given = section.options.get("known")
    if given is None:
        return None
    if not is_known_thing(given, section.table.name):
        reason = f"expected a thing that is described elsewhere, as {section.table.thing}/key"
        raise mapping_refused(scope.file, f"{section.place}.known", given, reason)
    kind, _, key = str(given).partition("/")
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
