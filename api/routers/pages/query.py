"""The page of SPARQL: a form, and examples by question."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.page import page
from graph.snapshot import Snapshot
from ontology.identifiers import PREFIXES

__all__ = ["EXAMPLES", "query_page"]

_HEAD: Final = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("gov", "skos", "prov"))

EXAMPLES: Final = (
    (
        "Who passes money on to whom, and which share of it?",
        _HEAD
        + """
SELECT ?flow ?payer ?recipient ?share ?of
WHERE {
  ?flow gov:payer/skos:prefLabel ?payer ;
        gov:recipient/skos:prefLabel ?recipient ;
        gov:share ?share ;
        gov:partOf ?of .
}
ORDER BY ?flow
""",
    ),
    (
        "Which duties of local bodies rest on which passage?",
        _HEAD
        + """
SELECT ?body ?duty ?passage
WHERE {
  ?duty a gov:Competence ;
        gov:holder ?holder ;
        gov:modality <https://w3id.org/subsidia/def/modality/is> ;
        prov:hadPrimarySource ?passage .
  ?holder gov:level <https://w3id.org/subsidia/def/level/local> ;
          skos:prefLabel ?body .
}
ORDER BY ?body ?duty
LIMIT 100
""",
    ),
    (
        "Which gaps do the sources state, by type and country?",
        _HEAD
        + """
SELECT ?type (COUNT(DISTINCT ?gap) AS ?gaps)
WHERE {
  ?gap a gov:ReportedGap ;
       gov:gapType/skos:prefLabel ?type .
}
GROUP BY ?type
ORDER BY DESC(?gaps) ?type
""",
    ),
    (
        "Which coordination mechanisms tie bodies of different levels?",
        _HEAD
        + """
SELECT DISTINCT ?name ?one ?other
WHERE {
  ?mechanism a gov:CoordinationMechanism ;
             skos:prefLabel ?name ;
             gov:participant ?a, ?b .
  ?a gov:level ?upper ; skos:prefLabel ?one .
  ?b gov:level ?lower ; skos:prefLabel ?other .
  ?upper gov:rank ?high .
  ?lower gov:rank ?low .
  FILTER (?high < ?low)
}
ORDER BY ?name ?one ?other
LIMIT 100
""",
    ),
    (
        "Which sources are there, and how many passages of each support a statement?",
        _HEAD
        + """PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>

SELECT ?title (COUNT(DISTINCT ?passage) AS ?passages)
WHERE {
  ?source a gov:Source ; dcterms:title ?title .
  OPTIONAL { ?passage oa:hasSource ?source . ?statement prov:hadPrimarySource ?passage }
}
GROUP BY ?title
ORDER BY ?title
""",
    ),
)


def query_page(request: Request, snapshot: Snapshot) -> Response:
    """Show a form for SPARQL with examples; the query in the address, if any, is filled in."""
    return page(
        request,
        snapshot,
        "sparql.html",
        {"query": request.query_params.get("query") or EXAMPLES[0][1], "examples": EXAMPLES},
    )
