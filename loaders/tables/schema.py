"""The governance tables, as data: which tables there are, which columns, what a cell may hold, what it becomes.

Everything else about the tables derives from this module: the reader's checks, the statements, the
documentation (`docs/reference/tables.md`) and the empty templates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["CASEBOOK_TABLES", "Column", "Kind", "Table", "table_named"]

Kind = Literal[
    "key",  # lower-case letters, digits and hyphens; unique in its table
    "text",  # words of our own; never a sentence of a source
    "names",  # names with a language: Stadt Wien@de|City of Vienna@en
    "concept",  # a notation of one concept scheme
    "ref",  # a key of another table
    "any-ref",  # table/key, for columns that point into several tables
    "amount",  # 120000000 or 4800000.50: digits, one decimal point, no separators
    "share",  # 0..1
    "decimal",
    "integer",
    "date",  # 2006, 2006-03 or 2006-03-14
    "currency",  # ISO 4217
    "country",  # ISO 3166-1 alpha-2, or EU
    "iri",
    "wkt",  # a shape on the map: well-known text, degrees of longitude and latitude
    "yes",  # yes or empty
    "digest",  # sha256:…
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what its cells hold, and the property that they become (none: used by the table's own code)."""

    name: str
    kind: Kind
    meaning: str
    property: str = ""
    required: bool = False
    many: bool = False
    scheme: str = ""
    table: str = ""
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a file of that name with the ending .csv, one thing a row."""

    name: str
    thing: str
    type: str
    meaning: str
    columns: tuple[Column, ...] = field(default=())

    def column(self, name: str) -> Column:
        """Give the column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


KEY = Column("key", "key", "the row's own name; it ends the IRI, so it must never change", required=True)
LABEL = Column("label", "names", "what to call it, in our words", "skos:prefLabel", required=True)
NOTE = Column("note", "text", "what a reader must know: ambiguity, method, contradiction", "skos:note")
BASIS = Column(
    "basis",
    "concept",
    "stated by the source, derived from what it states by arithmetic, or inferred by judgement (say whose in note)",
    "gov:basis",
    required=True,
    scheme="basis",
)
PASSAGE = Column(
    "passage",
    "ref",
    "the passages that say so, first the one that says it best",
    "prov:hadPrimarySource",
    required=True,
    many=True,
    table="passages",
)
FROM = Column("valid_from", "date", "first day, month or year; empty: open or unknown", "gov:validFrom")
TO = Column("valid_to", "date", "last day, month or year; empty: open or unknown", "gov:validTo")
FIELDS = Column("fields", "concept", "policy fields", "gov:field", many=True, scheme="field")
TERRITORY = Column("territory", "ref", "the place it is about", "gov:over", table="territories")

STATED = (FROM, TO, BASIS, PASSAGE, NOTE)

CASEBOOK_TABLES: tuple[Table, ...] = (
    Table(
        "sources",
        "source",
        "gov:Source",
        "documents and data sets that statements come from",
        (
            KEY,
            Column("title", "names", "title", "dcterms:title", required=True),
            Column("creator", "text", "who wrote it", "dcterms:creator", many=True),
            Column("publisher", "text", "who published it", "dcterms:publisher"),
            Column("issued", "date", "when; it dates what the source says is so 'now'", "dcterms:issued"),
            Column("language", "text", "language code", "dcterms:language"),
            Column("identifier", "iri", "address or other identifier", "dcterms:identifier"),
            Column("file", "text", "name of the text file that offsets count in", "gov:fileName"),
            Column("characters", "integer", "length of that file in decoded characters", "gov:characters"),
            Column("digest", "digest", "sha256 of the whole text with white space folded", "gov:digest"),
            NOTE,
        ),
    ),
    Table(
        "passages",
        "passage",
        "gov:Passage",
        "where in a source a statement stands; never its words",
        (
            KEY,
            Column("source", "ref", "the document", "oa:hasSource", required=True, table="sources"),
            Column("start", "integer", "first character, counted from 0 in the decoded text"),
            Column("end", "integer", "the character after the last"),
            Column("digest", "digest", "sha256 of the passage with white space folded", "gov:digest"),
            Column("locator", "text", "chapter, section, page, note, or file and row", "gov:locator"),
            NOTE,
        ),
    ),
    Table(
        "mentions",
        "mention",
        "gov:Mention",
        "lines of a source that name money, a year or an organisation: what no statement rests on, and why",
        (
            KEY,
            Column("source", "ref", "the document", "oa:hasSource", required=True, table="sources"),
            Column("kind", "concept", "figure, event or organisation", "gov:mentionKind", True, scheme="mention"),
            Column("line", "integer", "number of the line, from 1", "gov:line", required=True),
            Column("start", "integer", "first character of what is named", "oa:start", required=True),
            Column("end", "integer", "the character after the last", "oa:end", required=True),
            Column("reason", "text", "why nothing is stated of it; empty: a passage covers it, or open", "gov:reason"),
        ),
    ),
    Table(
        "territories",
        "territory",
        "gov:Territory",
        "places, from the Union down to neighbourhoods",
        (
            KEY,
            LABEL,
            Column(
                "level", "concept", "level of government that the place has", "gov:level", required=True, scheme="level"
            ),
            Column(
                "also_level",
                "concept",
                "further levels: a city that is also a region",
                "gov:alsoLevel",
                many=True,
                scheme="level",
            ),
            Column("within", "ref", "the next larger place", "gov:within", table="territories"),
            Column("country_code", "country", "for countries: ISO 3166-1 alpha-2; EU for the Union", "gov:countryCode"),
            Column("nuts", "text", "NUTS code", "gov:nutsCode"),
            Column("lau", "text", "LAU code", "gov:lauCode"),
            Column("lat", "decimal", "latitude, degrees north (WGS 84)", "wgs:lat"),
            Column("lon", "decimal", "longitude, degrees east (WGS 84)", "wgs:long"),
            Column("geometry", "wkt", "outline as well-known text, longitude before latitude", "locn:geometry"),
            Column("same_as", "iri", "the same place in an authority list", "skos:exactMatch", many=True),
            NOTE,
        ),
    ),
    Table(
        "actors",
        "actor",
        "gov:Actor",
        "bodies that decide, pay, deliver, coordinate or receive",
        (
            KEY,
            LABEL,
            Column("aliases", "names", "other names that the source or an authority gives", "skos:altLabel"),
            Column("level", "concept", "level at which it acts", "gov:level", required=True, scheme="level"),
            Column(
                "also_level",
                "concept",
                "further levels: a city that is also a region",
                "gov:alsoLevel",
                many=True,
                scheme="level",
            ),
            Column("type", "concept", "kind of body", "gov:actorType", required=True, scheme="actorType"),
            Column("territory", "ref", "its jurisdiction, or where it acts", "gov:jurisdiction", table="territories"),
            Column("part_of", "ref", "the body that it belongs to", "org:subOrganizationOf", table="actors"),
            Column(
                "collective",
                "yes",
                "yes where it stands for all bodies of a kind (the municipalities of Spain)",
                "gov:collective",
            ),
            Column(
                "member_of",
                "ref",
                "the collective that it is one of",
                "gov:memberOfCollective",
                many=True,
                table="actors",
            ),
            Column("same_as", "iri", "the same body in an authority list", "skos:exactMatch", many=True),
            Column("identifier", "text", "its number in a register, as GB-CHC-285908", "org:identifier", many=True),
            *STATED,
        ),
    ),
    Table(
        "programmes",
        "programme",
        "gov:Programme",
        "funds and programmes that money runs through",
        (
            KEY,
            LABEL,
            Column("aliases", "names", "other names", "skos:altLabel"),
            Column("operated_by", "ref", "who runs it", "gov:operatedBy", many=True, table="actors"),
            Column("part_of", "ref", "the larger programme", "gov:partOf", table="programmes"),
            FIELDS,
            Column("target_groups", "concept", "for whom", "gov:targetGroup", many=True, scheme="targetGroup"),
            TERRITORY,
            Column("same_as", "iri", "the same programme in an authority list", "skos:exactMatch", many=True),
            *STATED,
        ),
    ),
    Table(
        "competences",
        "competence",
        "gov:Competence",
        "who may or must do what, where, since when: one field aspect and holder a row",
        (
            KEY,
            Column("holder", "ref", "who holds the competence", "gov:holder", True, table="actors"),
            Column("fields", "concept", "policy fields", "gov:field", True, True, scheme="field"),
            Column(
                "aspect",
                "concept",
                "framing, financing, delivery, coordination, monitoring or evaluation",
                "gov:aspect",
                True,
                scheme="aspect",
            ),
            Column(
                "nature",
                "concept",
                "exclusive, shared, supporting, delegated; none: the source says it has none; empty: not stated",
                "gov:nature",
                scheme="nature",
            ),
            Column(
                "modality", "concept", "is: a fact; should: an author's norm", "gov:modality", True, scheme="modality"
            ),
            Column("territory", "ref", "the place over which", "gov:over", True, table="territories"),
            Column("legal_basis", "text", "the act that gives it", "gov:legalBasis"),
            Column("what", "text", "the task in our words", "gov:task"),
            *STATED,
        ),
    ),
    Table(
        "flows",
        "flow",
        "gov:FundingFlow",
        "money: who pays whom, how much, as what, for which period; also rates, ceilings and stocks, as what they are",
        (
            KEY,
            Column("payer", "ref", "who pays; empty: not stated", "gov:payer", table="actors"),
            Column("recipient", "ref", "who receives; empty: not stated", "gov:recipient", table="actors"),
            Column("programme", "ref", "the fund or programme", "gov:programme", table="programmes"),
            FIELDS,
            TERRITORY,
            Column(
                "amount_min", "amount", "the amount, or the lower end of the range; empty: unknown", "gov:amountMin"
            ),
            Column("amount_max", "amount", "the amount, or the upper end", "gov:amountMax"),
            Column("currency", "currency", "ISO 4217", "gov:currency"),
            Column(
                "quantity",
                "concept",
                "what kind of figure it is; decides what it may be added to",
                "gov:quantity",
                True,
                scheme="quantity",
            ),
            Column(
                "per",
                "concept",
                "total over the validity, or a rate per year, month, person, grant, project, scholarship",
                "gov:per",
                True,
                scheme="per",
            ),
            Column("phase", "concept", "planned, committed or paid; empty: not stated", "gov:phase", scheme="phase"),
            Column("share", "share", "the share of share_of that it is (0..1)", "gov:share"),
            Column("share_of", "ref", "the flow that share is a share of", "gov:shareOf", table="flows"),
            Column(
                "part_of",
                "ref",
                "the flow whose money is passed on here: never added to it",
                "gov:partOf",
                table="flows",
            ),
            Column(
                "cofinancing_rate",
                "share",
                "the co-financing that the recipient must add (0..1)",
                "gov:cofinancingRate",
            ),
            Column(
                "cofinancing_of",
                "concept",
                "rate of the grant, or of the total; both where the source leaves it open",
                "gov:cofinancingOf",
                many=True,
                scheme="cofinancingBase",
            ),
            Column("condition", "text", "the condition in our words", "gov:condition"),
            Column(
                "serves",
                "ref",
                "the duties that the money served, where the source says so",
                "gov:serves",
                many=True,
                table="competences",
            ),
            *STATED,
        ),
    ),
    Table(
        "mechanisms",
        "mechanism",
        "gov:CoordinationMechanism",
        "ties between bodies: commissions, networks, contracts, consultations, visits",
        (
            KEY,
            LABEL,
            Column("participants", "ref", "who takes part: two or more", "gov:participant", True, True, table="actors"),
            Column(
                "direction",
                "concept",
                "vertical, horizontal, multilevel, public-private, cross-border",
                "gov:direction",
                True,
                scheme="direction",
            ),
            Column(
                "formality",
                "concept",
                "statutory, formal, soft-law, network, project, event, informal",
                "gov:formality",
                True,
                scheme="formality",
            ),
            Column("functions", "concept", "what it is for", "gov:function", many=True, scheme="function"),
            FIELDS,
            TERRITORY,
            *STATED,
        ),
    ),
    Table(
        "measures",
        "measure",
        "gov:Measure",
        "acts, plans, services and projects",
        (
            KEY,
            LABEL,
            FIELDS,
            Column(
                "targeting",
                "concept",
                "targeted at migrants, mainstreamed, or area-based",
                "gov:targeting",
                scheme="targeting",
            ),
            Column("initiator", "ref", "who started it", "gov:initiator", many=True, table="actors"),
            Column("implementers", "ref", "who carries it out", "gov:implementer", many=True, table="actors"),
            Column("evaluated_by", "ref", "who evaluated it", "gov:evaluatedBy", many=True, table="actors"),
            Column("programme", "ref", "the programme that it belongs to", "gov:programme", table="programmes"),
            TERRITORY,
            Column("target_groups", "concept", "for whom", "gov:targetGroup", many=True, scheme="targetGroup"),
            *STATED,
        ),
    ),
    Table(
        "events",
        "event",
        "gov:PolicyEvent",
        "what happened, when, by whom, and what it changed",
        (
            KEY,
            LABEL,
            Column("type", "concept", "kind of event", "gov:eventType", True, scheme="eventType"),
            Column("actors", "ref", "who acted or took part", "gov:actor", many=True, table="actors"),
            Column(
                "affects",
                "any-ref",
                "what it created, changed or ended: flow/…, competence/…",
                "gov:affects",
                many=True,
                tables=("flows", "competences", "mechanisms", "programmes", "measures"),
            ),
            Column("date", "date", "when, or when it began", "gov:date"),
            Column("date_end", "date", "when it ended, for events of more than a day", "gov:dateEnd"),
            FIELDS,
            TERRITORY,
            BASIS,
            PASSAGE,
            NOTE,
        ),
    ),
    Table(
        "gaps",
        "gap",
        "gov:ReportedGap",
        "coordination gaps that a source states",
        (
            KEY,
            LABEL,
            Column("type", "concept", "kind of gap", "gov:gapType", True, scheme="gapType"),
            Column(
                "between",
                "ref",
                "the bodies that it lies between, where named",
                "gov:between",
                many=True,
                table="actors",
            ),
            Column(
                "levels", "concept", "the levels that it lies between", "gov:betweenLevel", many=True, scheme="level"
            ),
            FIELDS,
            TERRITORY,
            *STATED,
        ),
    ),
    Table(
        "identities",
        "identity",
        "gov:IdentityClaim",
        "claims that two names are one thing, where no source or authority says so: never merged silently",
        (
            KEY,
            Column(
                "one",
                "any-ref",
                "a thing: programme/…, actor/…",
                "gov:oneThing",
                True,
                tables=("actors", "programmes", "territories"),
            ),
            Column(
                "other",
                "any-ref",
                "the thing that it probably is",
                "gov:otherThing",
                True,
                tables=("actors", "programmes", "territories"),
            ),
            BASIS,
            PASSAGE,
            NOTE,
        ),
    ),
    Table(
        "scopes",
        "scope",
        "gov:ResearchedScope",
        "what the sources were read for, presence and absence: outside of it the answer is 'not assessed'",
        (
            KEY,
            Column("territory", "ref", "the place", "gov:over", True, table="territories"),
            Column("fields", "concept", "policy fields", "gov:field", True, True, scheme="field"),
            Column(
                "ties",
                "concept",
                "kinds of tie looked for: competence, funding, coordination, evaluation",
                "gov:tie",
                True,
                True,
                scheme="tie",
            ),
            Column(
                "levels",
                "concept",
                "the levels between which ties were looked for; empty: all",
                "gov:betweenLevel",
                many=True,
                scheme="level",
            ),
            *STATED,
        ),
    ),
)


def table_named(name: str) -> Table:
    """Give the table of that name; KeyError where there is none."""
    for table in CASEBOOK_TABLES:
        if table.name == name:
            return table
    raise KeyError(name)
