"""How-to guides for programmers: the loader, the page and the rule that they write work as they stand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType

import pyoxigraph
import pytest
from jinja2 import ChoiceLoader, DictLoader
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.gaps.rules import own_rules
from graph.store import Store
from loaders.mapped import MappedFile, allowance
from loaders.mapping.document import read_mapping
from ontology.identifiers import expand
from visualisations.markdown import read
from visualisations.render import environment

DOCS = Path(__file__).parents[1] / "docs"


def blocks(name: str) -> dict[str, str]:
    """Give the blocks of a document by what their first line says."""
    tokens = read((DOCS / name).read_text(encoding="utf-8"))
    return {token.info: token.content for token in tokens if token.type == "fence"}


def module_of(code: str, name: str) -> ModuleType:
    made = ModuleType(name)
    exec(compile(code, name, "exec"), made.__dict__)
    return made


def test_the_loader_of_the_guide_reads_its_example_and_sets_the_broken_line_aside(tmp_path: Path) -> None:
    found = blocks("how-to/add-a-loader.md")
    reader = module_of(found["python loaders/decisions.py"], "decisions").DecisionsReader
    (tmp_path / "decisions.jsonl").write_text(found["json"], encoding="utf-8")
    (tmp_path / "decisions.toml").write_text(found["toml loaders/mappings/decisions.toml"], encoding="utf-8")
    file = MappedFile(reader(tmp_path / "decisions.jsonl"), read_mapping(tmp_path / "decisions.toml"))
    text = b"".join(file.chunks(allowance("1")))
    amounts = [
        str(triple.object.value)
        for triple in pyoxigraph.parse(text, pyoxigraph.RdfFormat.N_QUADS)
        if triple.predicate.value == expand("gov:amountMax") and isinstance(triple.object, pyoxigraph.Literal)
    ]
    assert sorted(float(amount) for amount in amounts) == [4000.0, 12500.0]
    assert file.report.aside == 1


def test_the_page_of_the_guide_shows_what_the_api_gives(casebook_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    found = blocks("how-to/add-a-page.md")
    template = found["html visualisations/templates/programmes.html"]
    shipped = environment().loader
    assert shipped is not None
    monkeypatch.setattr(environment(), "loader", ChoiceLoader([shipped, DictLoader({"programmes.html": template})]))
    app = create_app(Settings(store=casebook_store.path))
    app.include_router(module_of(found["python api/routers/pages/programmes.py"], "programmes").router)
    with TestClient(app) as client:
        for query in ("", "?country=NL", "?country=PL&at=1900"):
            page = client.get(f"/programmes{query}", headers={"Accept": "text/html"})
            rows = json.loads(client.get(f"/api/v1/programmes{query}").text)["data"]
            assert page.status_code == 200
            assert f"<h1>{len(rows)} programme" in page.text
            assert page.text.count("<tr><td>") == len(rows)
        assert client.get("/programmes?country=XX", headers={"Accept": "text/html"}).status_code == 422


def test_the_rule_of_the_guide_is_that_of_the_tutorial_and_all_it_needs_is_told(tmp_path: Path) -> None:
    rule = blocks("tutorials/partner.md")["sparql rules/no-local-coordination.rq"]
    header = blocks("how-to/add-a-rule.md")["text"]
    assert rule.startswith(header)
    (tmp_path / "own.rq").write_text(rule, encoding="utf-8")
    assert [each.id for each in own_rules(tmp_path)] == ["no-local-coordination"]
    text = (DOCS / "how-to" / "add-a-rule.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    # without any one of these a rule is refused
    for column in told[:-1]:
        (tmp_path / "own.rq").write_text(rule.replace(f"AS ?{column})", "AS ?other)", 1), encoding="utf-8")
        with pytest.raises(Exception, match=f"does not give the columns {column}"):
            own_rules(tmp_path)
    assert told[-1] == "about"
    for line in header.splitlines():
        (tmp_path / "own.rq").write_text(rule.replace(line, "#", 1), encoding="utf-8")
        with pytest.raises(Exception, match="the header lacks"):
            own_rules(tmp_path)
