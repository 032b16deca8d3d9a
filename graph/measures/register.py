"""The register: every measure by its name, with what its values mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graph.measures import (
    betweenness,
    brokerage,
    communities,
    cores,
    degree,
    external_internal,
    layers,
    missing_ties,
    mixing,
    motifs,
    multiplexity,
    structural_holes,
)
from graph.measures.measure import Measure, Yields
from ontology.errors import UnknownTerm

__all__ = ["MEASURES", "measure_called"]

_Numbers = tuple[Yields, str, str]
_FREEMAN: Final = (
    "Freeman, L. C. (1978). Centrality in social networks: conceptual clarification. Social Networks 1, 215-239."
)
_MOST: Final = 200_000
_NEWMAN: Final = "Newman, M. E. J. (2003). Mixing patterns in networks. Physical Review E 67, 026126."
_BURT: Final = "Burt, R. S. (1992). Structural Holes: The Social Structure of Competition. Harvard University Press."


def _degrees() -> Iterator[Measure]:
    partners: _Numbers = ("number per actor", "actors", "0 and more")
    yield Measure(
        "degree", "Degree", "actors tied to it, in whatever direction and kind", *partners, _FREEMAN, degree.degree
    )
    yield Measure(
        "in-degree",
        "In-degree",
        "actors that a tie comes from; one without direction counts",
        *partners,
        _FREEMAN,
        degree.in_degree,
    )
    yield Measure(
        "out-degree",
        "Out-degree",
        "actors that a tie goes to; one without direction counts",
        *partners,
        _FREEMAN,
        degree.out_degree,
    )
    yield Measure(
        "ties",
        "Ties",
        "ties of the actor, parallel ones each for itself",
        "number per actor",
        "ties",
        "0 and more",
        _FREEMAN,
        degree.tie_count,
    )


def _degrees_by() -> Iterator[Measure]:
    counts: _Numbers = ("dict per actor", "actors", "0 and more")
    yield Measure(
        "degree-by-kind",
        "Degree by kind of tie",
        "actors tied to it by each kind of tie, in and out where the kind has a direction",
        *counts,
        _FREEMAN,
        degree.degree_by_kind,
    )
    yield Measure(
        "degree-by-level",
        "Degree by level",
        "actors tied to it by their level and the direction of the tie",
        *counts,
        _FREEMAN,
        degree.degree_by_level,
    )


def _positions() -> Iterator[Measure]:
    yield Measure(
        "brokerage",
        "Brokerage between levels",
        "two-paths over the actor whose ends are not tied, by the levels of the three: coordinator AAA, itinerant ABA, "
        "representative AAB, gatekeeper ABB, liaison ABC",
        "dict per actor",
        "ordered pairs of actors",
        "0 and more",
        "Gould, R. V. and Fernandez, R. M. (1989). Structures of mediation. Sociological Methodology 19, 89-126.",
        brokerage.brokerage,
        lambda network, found, given: brokerage.brokerage_totals(found),
        directed=True,
        tabular=True,
    )
    yield Measure(
        "constraint",
        "Constraint",
        "how far the partners of the actor are tied to each other, and so bind it",
        "number per actor",
        "none",
        "above 0, up to 1.125; none without partners",
        _BURT,
        structural_holes.constraint,
    )
    yield Measure(
        "effective-size",
        "Effective size",
        "partners of the actor less their redundancy",
        "number per actor",
        "actors",
        "above 0, up to the degree; none without partners",
        _BURT,
        structural_holes.effective_size,
    )


def _betweenness() -> Iterator[Measure]:
    yield Measure(
        "betweenness",
        "Betweenness",
        "share of the ordered pairs of other actors whose shortest paths pass through the actor",
        "number per actor",
        "share of pairs",
        "0 to 1; none with fewer than three actors",
        "Freeman, L. C. (1977). A set of measures of centrality based on betweenness. Sociometry 40, 35-41.",
        betweenness.betweenness,
        lambda network, found, given: betweenness.betweenness_sample(network, **given),
        seeded=True,
    )
    yield Measure(
        "cross-level-betweenness",
        "Betweenness across levels",
        "share of the ordered pairs of actors at different levels whose shortest paths pass through the actor",
        "number per actor",
        "share of pairs",
        "0 to 1; none where no two others are at different levels",
        "Everett, M. G. and Borgatti, S. P. (2012). Categorical attribute based centrality. Social Networks 34, "
        "562-569.",
        betweenness.cross_level_betweenness,
        lambda network, found, given: betweenness.betweenness_sample(network, **given),
        seeded=True,
    )


def _levels() -> Iterator[Measure]:
    yield Measure(
        "ei-index",
        "E-I index",
        "(external - internal) / all partners, external being those at another level; for the network also rescaled "
        "to what its levels and ties allow, with a permutation test",
        "number per actor",
        "none",
        "-1 (own level only) to 1 (other levels only); none without partners that have a level",
        "Krackhardt, D. and Stern, R. N. (1988). Informal networks and organizational crises. Social Psychology "
        "Quarterly 51, 123-140.",
        lambda network, master="", **_: external_internal.ei_by_actor(network, master=master),
        lambda network, found, given: external_internal.ei_index(network, **given),
        parameters={"permutations": 199},
        seeded=True,
        tabular=True,
    )


def _mixing() -> Iterator[Measure]:
    yield Measure(
        "mixing-matrix",
        "Mixing of levels",
        "ordered pairs of tied actors from each level to each level",
        "one value for the network",
        "ordered pairs of actors",
        "0 and more",
        _NEWMAN,
        mixing.mixing_matrix,
    )
    yield Measure(
        "assortativity",
        "Assortativity by level",
        "share of ties within levels over what chance gives, relative to the most there could be",
        "one value for the network",
        "none",
        "-1 to 1 (ties within levels only), 0 as by chance; none without ties or with one level",
        _NEWMAN,
        mixing.level_assortativity,
    )


def _cohesion() -> Iterator[Measure]:
    yield Measure(
        "core-number",
        "Core number",
        "largest k for which the actor is in a part where each is tied to at least k others of it",
        "number per actor",
        "actors",
        "0 up to the degree",
        "Seidman, S. B. (1983). Network structure and minimum degree. Social Networks 5, 269-287.",
        cores.core_number,
    )
    yield Measure(
        "rich-club",
        "Rich club",
        "for each degree k, the share of the pairs of actors above it that are tied, and its ratio to networks with "
        "the same levels and degrees",
        "one value for the network",
        "share of pairs",
        "0 to 1; ratio above 1 is a rich club",
        "Colizza, V. et al. (2006). Detecting rich-club ordering in complex networks. Nature Physics 2, 110-115.",
        cores.rich_club,
        parameters={"samples": 10},
        seeded=True,
        most_ties=_MOST,
    )
    yield Measure(
        "communities",
        "Communities",
        "number of the actor's community by the Leiden algorithm with modularity, the largest first; for the network "
        "also how far they follow the levels",
        "number per actor",
        "none: a number to tell them apart",
        "1 and more",
        "Traag, V. A., Waltman, L. and van Eck, N. J. (2019). From Louvain to Leiden. Scientific Reports 9, 5233.",
        communities.communities,
        lambda network, found, given: communities.communities_against_levels(network, found),
        seeded=True,
    )


def _layers() -> Iterator[Measure]:
    yield Measure(
        "multiplexity",
        "Multiplexity",
        "mean number of kinds of tie that join the actor to each of its partners; for the network the overlap of kinds",
        "number per actor",
        "kinds of tie",
        "1 up to the kinds of the network; none without partners",
        "Verbrugge, L. M. (1979). Multiplexity in adult friendships. Social Forces 57, 1286-1309.",
        multiplexity.multiplexity,
        lambda network, found, given: multiplexity.layer_overlap(network),
    )
    yield Measure(
        "layer-correlations",
        "Correlation of kinds of tie",
        "Pearson correlation of each two kinds over all ordered pairs of actors, tested by permuting the actors (QAP)",
        "one value for the network",
        "none",
        "-1 to 1; none where a kind has no tie or every tie",
        "Krackhardt, D. (1988). Predicting with networks. Social Networks 10, 359-381.",
        layers.layer_correlations,
        parameters={"permutations": 199},
        seeded=True,
        most_ties=_MOST,
    )


def _motifs() -> Iterator[Measure]:
    yield Measure(
        "motifs",
        "Multilevel motifs",
        "pairs and connected triples of actors by their levels and the direction of their ties; levels from the widest "
        "to the narrowest, 1>2 a tie from the first to the second, 1=2 both ways",
        "one value for the network",
        "pairs, triples of actors",
        "0 and more",
        "Holland, P. W. and Leinhardt, S. (1976). Local structure in social networks. Sociological Methodology 7.",
        motifs.motif_counts,
        most_ties=_MOST,
    )
    yield Measure(
        "missing-ties",
        "Missing ties",
        "pairs without a tie (of coordination, where the network has it) by the triangles that it would close, against "
        "networks with the same levels and degrees; bridged where a third party passes between them already",
        "list of missing ties",
        "triangles",
        "z: any number, above 2 more than levels and degrees explain; p: above 0, up to 1",
        "Kininmonth, S., Bergsten, A. and Bodin, Ö. (2015). Closing the collaborative gap. Ambio 44, 138-148.",
        missing_ties.missing_ties,
        parameters={"samples": 20, "most": 200},
        seeded=True,
        most_ties=_MOST,
    )


_FAMILIES: Final = (_degrees, _degrees_by, _positions, _betweenness, _levels, _mixing, _cohesion, _layers, _motifs)
MEASURES: Final[dict[str, Measure]] = {measure.name: measure for family in _FAMILIES for measure in family()}


def measure_called(name: str) -> Measure:
    """Give the measure of that name; UnknownTerm with near matches where there is none."""
    if name not in MEASURES:
        raise UnknownTerm("measure", name, MEASURES)
    return MEASURES[name]
