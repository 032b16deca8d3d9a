"""Texts: expressions that make text of a record's cells, turned into functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from loaders.mapping.refusals import ValueRefused, mapping_refused
from ontology.errors import near_matches

__all__ = [
    "Cells",
    "Scope",
    "Text",
    "constant",
    "looked_up_words",
    "named_columns",
    "picked",
    "template_columns",
    "text",
]

Cells = Sequence[str]
_SLOT: Final = re.compile(r"\{([^{}]*)\}")
_REGULAR: Final = ("matches", "patterns")
"""Where regular expressions stand, whose braces name no columns."""
_LOOKUP: Final = {"from", "words", "values", "patterns", "otherwise"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What expressions may name: the columns of a kind of record, and the lists of words."""

    file: str
    columns: Sequence[str]
    words: Mapping[str, Mapping[str, str]]

    def index(self, column: str, place: str) -> int:
        """Give the place of a column among a record's cells; InputRefused for one that is not there."""
        name = " ".join(column.split())
        if name in self.columns:
            return list(self.columns).index(name)
        near = near_matches(name, self.columns)
        hint = f"did you mean {' or '.join(near)}?" if near else f"the file has {', '.join(self.columns)}"
        if not near and (len(self.columns) == 1 or any(each.startswith("(column ") for each in self.columns)):
            hint += "; where the names of its columns stand in a lower row, say which: header = in [read]"
        raise mapping_refused(self.file, place, column, f"the file has no such column; {hint}")


@dataclass(frozen=True, slots=True)
class Text:
    """A function from a record's cells to text, "" where they say nothing, and the columns that it reads."""

    columns: tuple[str, ...]
    of: Callable[[Cells], str]


def template_columns(given: str) -> list[str]:
    """Give the columns that a template names.

    >>> template_columns("{First name} {Name}"), template_columns("GBP")
    (['First name', 'Name'], [])
    """
    return [" ".join(name.split()) for name in _SLOT.findall(given)]


def named_columns(given: Any) -> list[str]:
    """Give all columns that expressions name in their templates, however deep.

    >>> named_columns({"first": ["{Name}", {"from": "{Code}", "values": {"1": "one"}}]})
    ['Name', 'Code']
    """
    if isinstance(given, str):
        return template_columns(given)
    if isinstance(given, dict):
        parts: Iterable[Any] = [value for word, value in given.items() if word not in _REGULAR]
    else:
        parts = given if isinstance(given, list) else ()
    return [column for part in parts for column in named_columns(part)]


def picked(indexes: Iterable[int]) -> Callable[[Cells], object]:
    """Give what takes some of a record's cells, to be compared: a tuple of them, or the one.

    >>> picked([2, 0])(["a", "b", "c"]), picked([1])(["a", "b"]), picked([])(["a"])
    (('c', 'a'), 'b', ())
    """
    places = tuple(indexes)
    return itemgetter(*places) if places else lambda cells: ()


def constant(given: object) -> bool:
    """Say whether an expression is the same for every record.

    >>> constant("GBP"), constant("{Currency}"), constant({"from": "{Currency}"})
    (True, False, False)
    """
    return isinstance(given, str | int) and not _SLOT.search(str(given))


def text(given: Any, scope: Scope, place: str) -> Text:
    """Turn an expression into a function.

    It is a template ("{Name}, {Town}"), a look-up (`{ from = "{Fund}", values = {…}, otherwise = "…" }`), or the first
    of several that is not empty (`{ first = ["{Title}", "{Number}"] }`). White space is folded. Raises InputRefused
    for what is none of them; the function raises ValueRefused for a value that no look-up lists.
    """
    if isinstance(given, str | int) and not isinstance(given, bool):
        return _template(str(given), scope, place)
    if isinstance(given, dict) and set(given) == {"first"} and isinstance(given["first"], list):
        return _first([text(each, scope, place) for each in given["first"]])
    if isinstance(given, dict) and "from" in given and set(given) <= _LOOKUP:
        return _lookup(given, scope, place)
    reason = "expected text such as {Name}, { from = …, values = … } or { first = […] }"
    raise mapping_refused(scope.file, place, given, reason)


def _template(given: str, scope: Scope, place: str) -> Text:
    pieces = _SLOT.split(given)
    fixed, names = pieces[::2], template_columns(given)
    indexes = [scope.index(name, place) for name in names]
    if not indexes:
        return Text((), lambda cells: given)
    if len(indexes) == 1 and fixed == ["", ""]:
        only = indexes[0]
        return Text(tuple(names), lambda cells: " ".join(cells[only].split()))

    def filled(cells: Cells) -> str:
        found = [" ".join(cells[index].split()) for index in indexes]
        if not any(found):
            return ""
        return " ".join("".join([fixed[0], *(a + b for a, b in zip(found, fixed[1:], strict=True))]).split())

    return Text(tuple(names), filled)


def _first(options: Sequence[Text]) -> Text:
    columns = tuple(column for option in options for column in option.columns)
    return Text(columns, lambda cells: next((found for option in options if (found := option.of(cells))), ""))


def _lookup(given: Mapping[str, Any], scope: Scope, place: str) -> Text:
    source = text(given["from"], scope, place)
    listed = _listed(given, scope, place)
    patterns = _patterns(given.get("patterns", []), scope, place)
    otherwise = text(given["otherwise"], scope, place) if "otherwise" in given else None
    known: dict[str, str | None] = {}
    column = ", ".join(source.columns)

    def find(value: str) -> str | None:
        if value in listed:
            return listed[value]
        return next((meaning for pattern, meaning in patterns if pattern.search(value)), None)

    def looked_up(cells: Cells) -> str:
        value = source.of(cells)
        if value not in known:
            if len(known) > 100_000:
                known.clear()
            known[value] = find(value)
        found = known[value]
        if found is not None:
            return found
        if otherwise is not None:
            return otherwise.of(cells)
        if not value:
            return ""
        hint = ", ".join([*listed, *(pattern.pattern for pattern, _ in patterns)][:12])
        raise ValueRefused(column, value, f"the mapping lists no such value ({place}); it lists {hint}")

    return Text((*source.columns, *(otherwise.columns if otherwise else ())), looked_up)


def looked_up_words(given: Any, scope: Scope, place: str) -> list[str]:
    """Give the words that look-ups in an expression can come to, each once; none of a template's.

    They stand in the mapping, so whether a column can hold them is known before a record is read.
    """
    if not isinstance(given, dict):
        return []
    if "first" in given:
        found = [word for option in given["first"] for word in looked_up_words(option, scope, place)]
    else:
        otherwise = given.get("otherwise", "")
        found = [*_listed(given, scope, place).values()]
        found += [meaning for _, meaning in _patterns(given.get("patterns", []), scope, place)]
        found += [str(otherwise)] if constant(otherwise) else looked_up_words(otherwise, scope, place)
    return list(dict.fromkeys(found))


def _listed(given: Mapping[str, Any], scope: Scope, place: str) -> dict[str, str]:
    listed: dict[str, str] = {}
    if "words" in given:
        if given["words"] not in scope.words:
            near = near_matches(str(given["words"]), scope.words)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise mapping_refused(scope.file, place, given["words"], f"there is no list [words.{given['words']}]{hint}")
        listed |= scope.words[given["words"]]
    values = given.get("values", {})
    if not isinstance(values, dict):
        raise mapping_refused(scope.file, place, values, 'expected values = { a = "b" }')
    return listed | {" ".join(value.split()): str(meaning) for value, meaning in values.items()}


def _patterns(given: Any, scope: Scope, place: str) -> list[tuple[re.Pattern[str], str]]:
    found = []
    for entry in given if isinstance(given, list) else [given]:
        if not (isinstance(entry, list) and len(entry) == 2):
            raise mapping_refused(scope.file, place, entry, 'expected patterns = [["regular expression", "value"]]')
        try:
            found.append((re.compile(entry[0]), str(entry[1])))
        except (re.error, TypeError) as error:
            raise mapping_refused(scope.file, place, entry[0], f"no regular expression ({error})") from error
    return found
