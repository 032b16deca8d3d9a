"""The report: one selection as a document that can be printed, with everything it needs in one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from visualisations.level_diagram import level_diagram, level_name
from visualisations.palette import LEVELS, STATES
from visualisations.render import render
from visualisations.sentences import plural

__all__ = ["findings", "report_html"]

Row = Mapping[str, Any]


def report_html(
    document: Row, title: str, label: Callable[[str], str], countries: Mapping[str, str], version: str
) -> str:
    """Write the report.

    Parameters
    ----------
    document
        The report document, as api.answers.report gives it.
    title
        What was selected, in words.
    label
        Gives the name of an actor, programme or place by its IRI.
    countries
        Names by ISO code.
    version
        Of the program, for the citation.
    """
    data = document["data"]
    largest: dict[str, float] = {}
    for cell in data["funding"]["cells"]:
        largest[cell["currency"]] = max(largest.get(cell["currency"], 0), cell["max"] or 0)
    number = {row["passage"]: row["n"] for row in data["evidence"]}
    context = {
        "title": title,
        "document": document,
        "data": data,
        "meta": document["meta"],
        "findings": findings(data),
        "largest": largest,
        "diagram": level_diagram(data["network"]),
        "label": label,
        "countries": countries,
        "version": version,
        "states": STATES,
        "levels": LEVELS,
        "refs": lambda iris: sorted({number[iri] for iri in iris}),
    }
    return render("report.html", context)


def findings(data: Row) -> list[str]:
    """Say in sentences what the report finds; each number stands in a table of the report too."""
    states, unknown, cells = data["states"], data["unknown"], data["cells"]
    said = [data["headline"]["text"]]
    reported, indicated = states.get("reported", 0), states.get("indicated", 0)
    if reported or indicated:
        said.append(
            f"{plural(reported, 'gap')} in coordination {_is(reported)} reported by a source, "
            f"{indicated or 'none'} {_is(indicated)} indicated by a rule."
        )
    else:
        said.append("No gap in coordination is reported or indicated; that is no proof of coordination.")
    kinds = {kind: sum(row[kind] for row in data["levels"]) for kind in ("duty", "absence")}
    with_duty = [row for row in data["levels"] if row["duty"]]
    if kinds["duty"]:
        levels = ", ".join(f"{row['duty']} {level_name(row['level'])}" for row in with_duty)
        said.append(f"{plural(kinds['duty'], 'duty', 'duties')} {_is(kinds['duty'])} recorded: {levels}.")
    if kinds["absence"]:
        said.append(
            f"In {plural(kinds['absence'], 'case')} a source says that a level has no part; that is known, not missing."
        )
    ties = len(data["mechanisms"])
    if ties:
        said.append(f"{plural(ties, 'mechanism')} of coordination {_is(ties)} recorded.")
    if cells:
        silent = len(unknown["not_assessed"])
        places = f"{plural(len(cells), 'place')} of country and field with any statement"
        said.append(f"Of {places}, {silent} {_is(silent)} not assessed: nothing can be said of gaps there.")
    return [sentence for sentence in said if sentence]


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
