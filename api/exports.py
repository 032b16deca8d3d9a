"""Exports: networks as GraphML and GEXF, for the programs that draw and measure them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

import networkx as nx
from fastapi import Request
from starlette.responses import Response

from api.answers.network import selected_network
from api.dependencies import etag, not_modified
from graph.filters import Filters
from graph.network import Kind, actors_of, ties_of
from graph.snapshot import Snapshot

__all__ = ["MEDIA_TYPES", "network_bytes", "network_file"]

MEDIA_TYPES = {"graphml": "application/graphml+xml", "gexf": "application/gexf+xml"}


def network_bytes(network: nx.MultiDiGraph[str], form: str) -> bytes:
    """Write a network as GraphML or GEXF.

    These formats know words, numbers and yes or no: lists are divided by |, what is unknown is left out.
    """
    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node, facts in actors_of(network):
        plain.add_node(node, **_plain(facts))
    for one, other, key, facts in ties_of(network):
        plain.add_edge(one, other, key=key, **_plain(facts))
    if form == "graphml":
        sink = io.BytesIO()
        nx.write_graphml(plain, sink, named_key_ids=True)
        return sink.getvalue()
    # the date of writing is left out: same network, same bytes
    text = re.sub(r' lastmodifieddate="[^"]*"', "", "\n".join(nx.generate_gexf(plain)))
    return ("<?xml version='1.0' encoding='utf-8'?>\n" + text + "\n").encode()


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in facts.items():
        if value is None or name == "id":
            continue
        if isinstance(value, list | tuple):
            kept[name] = "|".join(str(part) for part in value)
        elif isinstance(value, bool | int | float):
            kept[name] = value
        else:
            kept[name] = str(value)
    return kept


def network_file(request: Request, snapshot: Snapshot, filters: Filters, kinds: Iterable[Kind], form: str) -> Response:
    """Give the network as a file, with its ETag."""
    tag = etag(request, snapshot.generation, form)
    cached = not_modified(request, tag)
    if cached is not None:
        return cached
    body = network_bytes(selected_network(snapshot, filters, tuple(kinds)), form)
    headers = {"ETag": tag, "Content-Disposition": f'attachment; filename="subsidia-network.{form}"'}
    return Response(body, media_type=MEDIA_TYPES[form], headers=headers)
