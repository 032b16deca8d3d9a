"""The headline of a selection of flows: what it shows in one sentence, and what is unknown about it in another."""

from __future__ import annotations

from typing import Any

from api.answers.funding import matrix_document
from api.answers.share import share_passed_on, undated_flows
from graph.filters import Filters
from graph.snapshot import Snapshot
from visualisations.sentences import coverage_sentence, flows_headline, without_repetition

__all__ = ["funding_headline"]


def funding_headline(snapshot: Snapshot, filters: Filters) -> dict[str, Any]:
    """Give `text` and `below`, the sentences; `passed_on`, the flow and part they tell of; `undated`, a count."""
    matrix = matrix_document(snapshot, filters).as_dict()["meta"]
    # of several totals a share of one of them is no headline
    passed_on = share_passed_on(snapshot, filters) if len(matrix["totals"]) == 1 else None
    undated = undated_flows(snapshot, filters)
    text = flows_headline(passed_on, matrix["totals"], matrix["coverage"])
    below = coverage_sentence(matrix["coverage"], matrix["left_out"], undated, filters.at)
    return {
        "text": text,
        "passed_on": passed_on,
        "below": without_repetition(below, text),
        "undated": undated,
    }
