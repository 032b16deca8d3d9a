"""N-Triples as columns: the pairs of each property of a text, without a Python object a statement."""

from __future__ import annotations

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ontology.identifiers import expand

__all__ = ["Triples", "Unreadable"]

_TEXT: Final = pa.string()
_LITERAL: Final = r'(?s)^"(?P<value>.*)"(?:@(?P<language>[^"]*)|\^\^<[^"]*>)? \.$'
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


class Unreadable(ValueError):
    """A text whose lines are not of the one form that is read here; it may still be N-Triples."""


class Triples:
    """The statements of a text in which each line is `subject property object .`, divided by single blanks.

    That is how N-Triples is written in its canonical form. Raises Unreadable for a text that is not.
    """

    def __init__(self, text: bytes) -> None:
        lines = pc.split_pattern(pa.array([text], pa.binary()).cast(_TEXT), "\n").values
        lines = lines.filter(pc.not_equal(lines, ""))
        parts = pc.split_pattern(lines, " ", max_splits=2)
        if not _all(pc.equal(pc.list_value_length(parts), 3)):
            raise Unreadable("a line has fewer than three terms")
        subjects, properties, objects = (pc.list_element(parts, place) for place in range(3))
        encoded = properties.dictionary_encode()
        if not (_all(pc.starts_with(encoded.dictionary, "<")) and _all(pc.ends_with(objects, " ."))):
            raise Unreadable("a line is not of the form: subject property object .")
        self._escaped = b"\\" in text
        self._properties = {name: code for code, name in enumerate(encoded.dictionary.to_pylist())}
        self._codes, self._objects = encoded.indices, objects
        found = subjects.dictionary_encode()
        names = pc.if_else(pc.starts_with(found.dictionary, "<"), found.dictionary, pa.scalar(None, _TEXT))
        self._names, self._subjects = self._iris(names, 1, -1), found.indices

    @property
    def subjects(self) -> pa.Array:
        """The IRIs of all subjects, each once."""
        return self._names.drop_null()

    def pairs(self, curie: str) -> pa.Table:
        """Give every subject and value of a property, as plain strings; blank nodes name nothing and are left out."""
        subjects, objects = self._of(curie)
        encoded = objects.dictionary_encode()
        values = self._values(encoded.dictionary).take(encoded.indices)
        return _whole(subjects, values)

    def labels(self) -> pa.Table:
        """Give every label, with 0 before an English one and 1 before any other."""
        subjects, objects = self._of("skos:prefLabel")
        found = pc.extract_regex(objects, _LITERAL)
        english = pc.equal(pc.utf8_lower(found.field("language")), "en")
        rank = pc.if_else(english, "0", "1").cast(_TEXT)
        texts = pc.binary_join_element_wise(rank, self._unescaped(found.field("value")), "")
        return _whole(subjects, texts)

    def instances(self, curie: str) -> pa.Array:
        """Give the IRIs of the things of a class, sorted."""
        found = self.pairs("rdf:type")
        things = found["s"].filter(pc.equal(found["o"], expand(curie))).unique()
        return things.take(pc.sort_indices(things))

    def _of(self, curie: str) -> tuple[pa.Array, pa.Array]:
        code = self._properties.get(f"<{expand(curie)}>", -1)
        wanted = pc.equal(self._codes, code)
        return self._names.take(self._subjects.filter(wanted)), self._objects.filter(wanted)

    def _values(self, objects: pa.Array) -> pa.Array:
        words = self._unescaped(pc.extract_regex(objects, _LITERAL).field("value"))
        literals = pc.if_else(pc.starts_with(objects, '"'), words, pa.scalar(None, _TEXT))
        is_iri = pc.and_(pc.starts_with(objects, "<"), pc.invert(pc.starts_with(objects, "<<")))
        return pc.if_else(is_iri, self._iris(objects, 1, -3), literals)

    def _iris(self, terms: pa.Array, start: int, stop: int) -> pa.Array:
        return self._unescaped(pc.utf8_slice_codeunits(terms, start, stop))

    def _unescaped(self, texts: pa.Array) -> pa.Array:
        if not self._escaped:
            return texts
        escaped = pc.fill_null(pc.match_substring(texts, "\\"), fill_value=False)
        plain = [_ESCAPE.sub(_meant, text) for text in texts.filter(escaped).to_pylist()]
        return pc.replace_with_mask(texts, escaped, pa.array(plain, _TEXT))


def _whole(subjects: pa.Array, values: pa.Array) -> pa.Table:
    """Give the pairs of which both have a name or value."""
    return pa.table({"s": subjects, "o": values}).filter(pc.and_(pc.is_valid(subjects), pc.is_valid(values)))


def _all(found: pa.Array) -> bool:
    return pc.all(found, min_count=0).as_py() is not False


def _meant(escape: re.Match[str]) -> str:
    """Give the character that an escape of N-Triples stands for."""
    number = escape[1] or escape[2]
    return chr(int(number, 16)) if number else _ESCAPED.get(escape[3], escape[3])
