"""Maker: the statements of each record of a file, by the sections of a mapping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Final

from loaders.known import NOTHING, Described, Known
from loaders.mapping.columns import References
from loaders.mapping.conditions import Condition, condition
from loaders.mapping.document import MappingDocument, Section
from loaders.mapping.formats import Formats
from loaders.mapping.money import Amount
from loaders.mapping.privacy import NATURAL_PERSON, PERSON_CELLS, Privacy, privacy
from loaders.mapping.refusals import ValueRefused, mapping_refused
from loaders.mapping.remembered import Remembered
from loaders.mapping.report import Report
from loaders.mapping.terms import predicate, thing_iri
from loaders.mapping.texts import Cells, Scope
from loaders.mapping.things import Home, Said, Thing, thing
from loaders.records import Reader, Record

__all__ = ["Maker"]

Place = tuple[str, str]
"""A section: its table and its name."""

_ALIASES: Final = ("actors", "programmes")
_LABEL: Final = predicate("skos:prefLabel")
_ALIAS: Final = predicate("skos:altLabel")
_RECENT: Final = 200_000
"""So many descriptions that went in are known again by what a record says, before the thing is looked up."""


class Maker:
    """Makes statements of records, each thing described once, and keeps account in `report`."""

    def __init__(
        self, document: MappingDocument, reader: Reader, formats: Formats, home: Home, known: Known = NOTHING
    ) -> None:
        """Compile a mapping for a reader's records; InputRefused where the two do not fit.

        `known` is what others describe: of such things nothing is said here, unless nobody does.
        """
        self.report = Report()
        self._home = home
        self._person_iri = thing_iri("actor", home.source, NATURAL_PERSON)
        self._kinds = {kind: _Kind(document, kind, reader, formats, home) for kind in _used(document, reader)}
        self._skips = {kind: _skips(document, kind, reader) for kind in reader.columns}
        self._described = Remembered("qqq")
        self._recent: set[int] = set()
        self._known = known
        self._known_things: set[str] = set()
        self._elsewhere = {iri for kind in self._kinds.values() for iri in kind.elsewhere(document.file, known)}
        self._flows = Remembered()
        self._equal = Remembered("q")

    def make(self, record: Record) -> str:
        """Give the statements of a record as N-Triples; "" where it is skipped or of a kind that says nothing.

        Raises ValueRefused where it cannot be read; then nothing of it is counted as in.
        """
        self.report.records += 1
        for reason, applies in self._skips[record.kind]:
            if applies(record.cells):
                self.report.skipped[reason] += 1
                return ""
        kind = self._kinds.get(record.kind)
        if kind is None:
            self.report.skipped[f"the mapping says nothing about a {record.kind}"] += 1
            return ""
        persons = [rule for rule in kind.privacy if rule.applies(record.cells)]
        for rule in persons:
            record = record._replace(cells=rule.hidden(record.cells))
        draft = _Draft()
        made = self._named(kind, record, {rule.section for rule in persons}, draft)
        for each in kind.things:
            if each.place in made:
                self._describe(each, record, made, draft)
        for rule in persons:
            self._person(rule, made, draft)
        self._accept(kind, record, made, draft)
        self.report.persons += bool(persons)
        return "".join(draft.texts)

    def _accept(self, kind: _Kind, record: Record, made: Mapping[Place, str], draft: _Draft) -> None:
        """Count a record that could be read, and remember what it describes."""
        for place, amount in draft.amounts.items():
            self._account(kind.by_place[place], record.cells, amount, self.report.money)
        for place in kind.keyed_flows:
            if place in made:
                self._flows.put(made[place])
        for iri, said in draft.described.items():
            self._described.put(iri, *said)
        if self._known_things and isinstance(self._known, Described):
            for iri in self._known_things & draft.described.keys():
                self._known.add(iri)
        for section, count in draft.things.items():
            self.report.things[section] += count
        for left_out, count in draft.left_out.items():
            self.report.left_out[left_out] += count
        self.report.differing += draft.differing
        self.report.statements += draft.statements

    def aside(self, record: Record) -> None:
        """Account for the money of a record that was set aside, as far as it can be read."""
        kind = self._kinds.get(record.kind)
        for each in kind.things if kind else ():
            try:
                amount = each.money.of(record.cells) if each.money and each.applies(record.cells) else ""
                if isinstance(amount, Amount):
                    self._account(each, record.cells, amount, self.report.money_aside)
            except ValueRefused:
                continue

    def _named(self, kind: _Kind, record: Record, persons: set[str], draft: _Draft) -> dict[Place, str]:
        """Give the things that a record names; the amounts of its flows go into the draft."""
        made: dict[Place, str] = {}
        key = self._key(record) if kind.needs_key else ""
        for each in kind.things:
            if not each.applies(record.cells):
                continue
            if each.money is not None and each.is_described:
                amount = each.money.of(record.cells)
                if isinstance(amount, str):
                    draft.left_out[each.section.place, amount] += 1
                    continue
                _check_currency(each, record.cells, amount)
                draft.amounts[each.place] = amount
            each.check_required(record.cells)
            if each.section.name in persons and each.place[0] == "actors":
                made[each.place] = self._person_iri
            elif (found := each.named(record.cells, key)) is not None:
                made[each.place] = self._checked(each, found)
            elif each.money is not None:
                raise ValueRefused(", ".join(each.identity.columns if each.identity else ()), "", "the key is empty")
        return made

    def _checked(self, each: Thing, iri: str) -> str:
        """Refuse a flow that was made before, and a thing that the mapping holds known and nobody describes."""
        columns = ", ".join(each.identity.columns) if each.identity else ""
        if each.money is not None and each.identity is not None and iri in self._flows:
            raise ValueRefused(columns, "", f"the key stands twice: another record has made {iri}")
        if each.is_known and iri not in self._elsewhere:
            if self._known.has(iri):
                self._elsewhere.add(iri)
            elif each.is_described:
                self._known_things.add(iri)
            else:
                raise ValueRefused(columns, iri, "the store knows no such thing; load what describes it first")
        return iri

    def _key(self, record: Record) -> str:
        """Give what tells a record from all others: a digest of its cells, and its number among equal ones."""
        digest = blake2b("\x1f".join(record.cells).encode(), digest_size=8).hexdigest()
        (before,) = self._equal.get(digest) or (0,)
        self._equal.put(digest, before + 1)
        return f"{digest}-{before + 1}" if before else digest

    def _describe(self, each: Thing, record: Record, made: Mapping[Place, str], draft: _Draft) -> None:
        iri = made[each.place]
        if not each.is_described or iri in self._elsewhere or iri == self._person_iri:
            return
        if each.money is not None:
            draft.add(each, each.said(iri, record, made, draft.amounts.get(each.place)))
        else:
            self._once(each, iri, record, made, draft)

    def _once(self, each: Thing, iri: str, record: Record, made: Mapping[Place, str], draft: _Draft) -> None:
        """Describe a thing the first time; later only by names that it has not had yet, where its table has such."""
        told = hash((each.place, iri, each.reads(record.cells), *map(made.get, each.refers)))
        if told in self._recent:
            return
        accepted = self._described.get(iri)
        if accepted is not None and accepted[0] == told:
            self._note(told)
            return
        known = draft.described.get(iri) or accepted
        if known is not None and known[0] == told:
            return
        said = each.said(iri, record, made, None)
        label, whole = said.label, hash(said.text)
        if known is None:
            draft.described[iri] = (told, hash(label), whole)
            draft.add(each, said)
        elif known[2] != whole:
            if label and hash(label) != known[1] and each.place[0] in _ALIASES:
                draft.put(said._replace(pairs=[label.replace(_LABEL, _ALIAS, 1)]))
            else:
                draft.differing += 1
        elif accepted is not None:
            self._note(told)

    def _note(self, told: int) -> None:
        """Note a description that went in, by a digest of thing, cells and references: most records repeat the last."""
        if len(self._recent) >= _RECENT:
            self._recent.clear()
        self._recent.add(told)

    def _person(self, rule: Privacy, made: Mapping[Place, str], draft: _Draft) -> None:
        """Describe the one actor that stands for all private persons, once."""
        iri = made.get(("actors", rule.section))
        if iri is None or iri in self._described or iri in draft.described:
            return
        draft.described[iri] = (0, 0, 0)
        section = Section(rule.section, self._kinds_section(rule.section).table, {"key": "x"}, PERSON_CELLS)
        bare = Scope("", (), {})
        described = thing(section, bare, Formats({}, {}, ()), References("", {}), self._home)
        draft.add(described, described.said(iri, Record("", 0, ()), {}, None))

    def _kinds_section(self, name: str) -> Section:
        return next(
            each.section for kind in self._kinds.values() for each in kind.things if each.place == ("actors", name)
        )

    def _account(self, each: Thing, cells: Cells, amount: Amount, sums: dict[tuple[str, str], Decimal]) -> None:
        place = each.section.place
        currency = each.currency.of(cells) if each.currency else ""
        if amount.high is None:
            if sums is self.report.money:
                self.report.without_amount[place] += 1
            return
        signed = -amount.high if amount.returned else amount.high
        sums[place, currency] = sums.get((place, currency), Decimal(0)) + signed


def _check_currency(each: Thing, cells: Cells, amount: Amount) -> None:
    """Refuse an amount of which a record does not say the currency."""
    known = amount.low is not None or amount.high is not None
    if known and each.currency is not None and not each.currency.of(cells):
        raise ValueRefused(", ".join(each.currency.columns), "", "it is empty, and an amount needs a currency")


@dataclass(slots=True)
class _Draft:
    """What one record says, until all of it could be read."""

    texts: list[str] = field(default_factory=list)
    statements: int = 0
    described: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    things: Counter[str] = field(default_factory=Counter)
    amounts: dict[Place, Amount] = field(default_factory=dict)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    differing: int = 0

    def put(self, said: Said) -> None:
        """Take what is said about a thing."""
        self.texts.append(said.text)
        self.statements += len(said.pairs)

    def add(self, each: Thing, said: Said) -> None:
        """Take the description of a thing, and count it."""
        self.things[each.section.place] += 1
        self.put(said)


class _Kind:
    """What a mapping says about one kind of record."""

    def __init__(self, document: MappingDocument, kind: str, reader: Reader, formats: Formats, home: Home) -> None:
        sections = [section for section in document.sections if kind in _kinds(document, section, reader)]
        scope = Scope(document.file, [" ".join(name.split()) for name in reader.columns[kind]], document.words)
        by_name = {(section.table.name, section.name): section for section in sections}
        references = References(document.file, by_name)
        self.things: Sequence[Thing] = [thing(each, scope, formats, references, home) for each in sections]
        self.by_place = {each.place: each for each in self.things}
        self.keyed_flows = [each.place for each in self.things if each.money is not None and each.identity is not None]
        self.privacy = privacy(sections, scope)
        self.needs_key = any(each.identity is None and each.money is not None for each in self.things)

    def elsewhere(self, file: str, known: Known) -> list[str]:
        """Give the things of sections that others describe; InputRefused for one that nobody does."""
        found = []
        for each in self.things:
            if each.known is None or each.identity is not None:
                continue
            if known.has(each.known):
                found.append(each.known)
            elif not each.is_described:
                name = each.section.options["known"]
                reason = "the store knows no such thing; describe it in the section, or load what does first"
                raise mapping_refused(file, f"{each.section.place}.known", name, reason)
        return found


def _kinds(document: MappingDocument, section: Section, reader: Reader) -> list[str]:
    """Give the kinds of record that a section is about."""
    given = section.options.get("of")
    if given is None and len(reader.columns) == 1:
        return list(reader.columns)
    kinds = [str(kind) for kind in (given if isinstance(given, list) else [given])]
    if not kinds or not set(kinds) <= set(reader.columns):
        reason = f"say of which kind of record: of = one or several of {', '.join(reader.columns)}"
        raise mapping_refused(document.file, f"{section.place}.of", given, reason)
    return kinds


def _used(document: MappingDocument, reader: Reader) -> list[str]:
    return list(dict.fromkeys(kind for section in document.sections for kind in _kinds(document, section, reader)))


def _skips(document: MappingDocument, kind: str, reader: Reader) -> list[tuple[str, Condition]]:
    """Give the reasons to skip a record of a kind, each with its condition."""
    scope = Scope(document.file, [" ".join(name.split()) for name in reader.columns[kind]], document.words)
    found = []
    for number, entry in enumerate(document.skip, start=1):
        if entry.get("of", kind) == kind:
            place = f"skip {number}"
            if "because" not in entry:
                raise mapping_refused(document.file, place, None, "because is missing: why such a record is no data")
            test = entry.get("when", {name: value for name, value in entry.items() if name not in ("because", "of")})
            found.append((str(entry["because"]), condition(test, scope, place)))
    return found
