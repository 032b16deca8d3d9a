"""Respond: a document as JSON or CSV, with its ETag."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.answers.document import Document, as_json
from api.dependencies import etag, not_modified
from api.parameters import ParameterRefused

__all__ = ["as_csv", "respond", "respond_json"]


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Write rows as CSV (RFC 4180); lists are divided by |, what is unknown is empty.

    A cell that a spreadsheet would run as a formula is written with a leading apostrophe.
    """
    found = list(rows)
    names = list(dict.fromkeys(name for row in found for name in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    for row in found:
        writer.writerow([_cell(row.get(name)) for name in names])
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = "|".join(str(part) for part in value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def respond(request: Request, document: Document, form: str | None = None, rows: Any = None) -> Response:
    """Give a document in the form asked for (json by default, csv where `rows`, or the data, is a list of rows)."""
    wanted = form or request.query_params.get("format") or "json"
    table = document.data if rows is None else rows
    forms = ["json", "csv"] if isinstance(table, list) else ["json"]
    if wanted not in forms:
        raise ParameterRefused("format", wanted, f"one of {', '.join(forms)}")
    tag = etag(request, document.generation, wanted)
    cached = not_modified(request, tag)
    if cached is not None:
        return cached
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept"}
    if wanted == "csv":
        return Response(as_csv(table), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(as_json(document), media_type="application/json", headers=headers)


def respond_json(request: Request, document: Document, body: Mapping[str, Any], media_type: str) -> Response:
    """Give a document in a JSON form of its own, with its ETag."""
    tag = etag(request, document.generation, media_type)
    cached = not_modified(request, tag)
    if cached is not None:
        return cached
    text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept"}
    return Response(text, media_type=media_type, headers=headers)
