"""The audit: what pip-audit 2.10.1 prints, shortened, and what that comes to."""

from __future__ import annotations

import pytest

from tests.audit import verdict

FOUND = """\
Name   Version ID                  Fix Versions
------ ------- ------------------- ------------
jinja2 3.1.2   GHSA-h5c8-rqwp-cp95 3.1.3
"""
OFF_LINE = """\
    raise ConnectionError(e, request=request)
requests.exceptions.ConnectionError: HTTPSConnectionPool(host='example.org', port=443): Max retries exceeded
"""
UNKNOWN = (
    "ERROR:pip_audit._cli:annotated-doc: Dependency not found on PyPI and could not be audited: annotated-doc (0.0.7)\n"
)


@pytest.mark.parametrize(
    ("status", "printed", "complained", "meant"),
    [
        (0, "", "No known vulnerabilities found\n", (0, "No known vulnerabilities found")),
        (1, FOUND, "Found 1 known vulnerability in 1 package\n", (1, FOUND.rstrip())),
        (1, "", OFF_LINE, (2, "audit: not done: its list cannot be reached; this needs a network")),
        (1, "", UNKNOWN, (2, f"audit: not done: {UNKNOWN.strip().removeprefix('ERROR:pip_audit._cli:')}")),
        (1, "", "", (2, "audit: not done: it said nothing")),
    ],
)
def test_only_what_was_asked_of_every_package_is_clean(
    status: int, printed: str, complained: str, meant: tuple[int, str]
) -> None:
    assert verdict(status, printed, complained) == meant
