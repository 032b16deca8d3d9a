"""The guide in the application: every document is a page, its links lead to pages, and nothing in it runs."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.documents import GUIDE, beside, contents
from api.settings import Settings
from graph.store import Store
from visualisations.markdown import written

DOCS = Path(__file__).parents[1] / "docs"
NAMES = sorted(path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md"))
HTML = {"Accept": "text/html"}


def hrefs(text: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'(?:href|src)="([^"]*)"', text.partition("<main")[2])]


def test_every_document_is_a_page_of_its_own_and_its_links_lead_to_pages(client: TestClient) -> None:
    pages: dict[str, str] = {}
    for name in NAMES:
        address = f"{GUIDE}/{name}"
        answer = client.get(address, headers=HTML)
        assert answer.status_code == 200, address
        assert answer.text.count("<h1>") == 1, address
        pages[address] = answer.text
    pages[GUIDE] = pages[f"{GUIDE}/README"]
    ids = {address: set(re.findall(r'\bid="([^"]+)"', text)) for address, text in pages.items()}
    broken, pictures = [], set()
    for address, text in pages.items():
        for link in hrefs(text):
            parts = urlsplit(link)
            if parts.scheme in ("http", "https"):
                assert not link.startswith("http://127.0.0.1"), link
            elif parts.path.startswith(GUIDE) and "." not in parts.path.rpartition("/")[2]:
                if parts.path not in pages or (parts.fragment and parts.fragment not in ids[parts.path]):
                    broken.append((address, link))
            elif parts.path.endswith(".png"):
                assert client.get(link).headers["content-type"] == "image/png", link
                pictures.add(link)
            elif not parts.path and parts.fragment not in ids[address]:
                broken.append((address, link))
    assert broken == []
    assert f"{GUIDE}/images/flows.png" in pictures


def test_the_index_names_every_document_and_only_what_is_there(client: TestClient) -> None:
    listed = [address for group in contents("") for _, address in group.documents]
    assert sorted(each for each in listed if each.startswith(GUIDE)) == sorted(
        f"{GUIDE}/{name}" for name in NAMES if name != "README"
    )
    for address in listed:
        assert client.get(address, headers=HTML).status_code == 200, address


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("images/flows.png", "image/png"),
        ("operations/nginx.conf", "text/plain; charset=utf-8"),
        ("analysis.ipynb", "application/x-ipynb+json"),
        ("start.md", "text/markdown; charset=utf-8"),
    ],
)
def test_files_that_documents_name_are_given_as_they_are(client: TestClient, name: str, kind: str) -> None:
    answer = client.get(f"{GUIDE}/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.content == (DOCS / name).read_bytes()


ODD = ["../pyproject.toml", "%2e%2e/README.md", "..%2f..%2fetc%2fhosts.md", "/etc/hosts.md", "%00", "a" * 5000]


@pytest.mark.parametrize("name", ["nowhere", "how-to", "nowhere.png", "start/", *ODD])
def test_what_the_guide_does_not_have_is_not_found(client: TestClient, name: str) -> None:
    answer = client.get(f"{GUIDE}/{name}", headers=HTML)
    assert answer.status_code == 404
    assert "root:" not in answer.text


def test_a_page_of_the_guide_has_an_etag_of_what_it_shows(client: TestClient) -> None:
    first = client.get(f"{GUIDE}/start", headers=HTML)
    again = client.get(f"{GUIDE}/start", headers={**HTML, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(f"{GUIDE}/start?lang=fr", headers={**HTML, "If-None-Match": first.headers["etag"]})
    assert other.status_code == 200
    assert client.head(f"{GUIDE}/start", headers=HTML).headers["etag"] == first.headers["etag"]


def test_what_is_no_language_goes_into_no_link(client: TestClient) -> None:
    page = client.get(f"{GUIDE}/start?lang=xx", headers=HTML).text
    assert f'href="{GUIDE}/tutorials/partner"' in page
    assert f'href="{GUIDE}/tutorials/partner?lang=' not in page


def test_in_another_language_the_page_says_that_the_guide_is_english(client: TestClient) -> None:
    page = client.get(f"{GUIDE}/start?lang=nl", headers=HTML).text
    assert '<html lang="nl">' in page
    assert "alleen in het Engels" in page
    assert '<article lang="en">' in page
    assert f'href="{GUIDE}/tutorials/partner?lang=nl"' in page
    assert 'href="/?lang=nl"' in page
    assert "English only" not in client.get(f"{GUIDE}/start", headers=HTML).text


def test_behind_a_path_of_a_proxy_links_and_images_stay_below_it(casebook_store: Store) -> None:
    with TestClient(create_app(Settings(store=casebook_store.path)), root_path="/gov") as client:
        page = client.get(f"/gov{GUIDE}/tutorials/policymaker", headers=HTML).text
    own = [link for link in hrefs(page) if not link.startswith(("https://", "#"))]
    assert own
    assert [link for link in own if not link.startswith("/gov/")] == []


def test_documents_follow_each_other_in_the_order_of_the_index() -> None:
    groups = contents("")
    before, after = beside(groups, f"{GUIDE}/start")
    assert before is None
    assert after is not None
    assert after[1] == f"{GUIDE}/tutorials/policymaker"
    assert beside(groups, f"{GUIDE}/nowhere") == (None, None)


HOSTILE = """# <b>T</b>itle

<script>alert(1)</script> and <img src=x onerror=alert(1)>

[link](javascript:alert(1)) [quoted](https://example.org/"onclick="x)

    <script>indented</script>

```html "><script>name</script>
<script>fenced</script>
```

| <script>cell</script> | b |
|---|---|
| `<i>` | 2 |
"""


def test_html_in_a_document_is_shown_and_never_let_through() -> None:
    shown = written(HOSTILE, lambda link: link)
    assert set(re.findall(r"<(\w+)", shown.html)) <= {"p", "a", "pre", "code", "div", "table", "thead", "tbody"} | {
        *("tr", "th", "td")
    }
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.html
    assert 'href="javascript:' not in shown.html
    assert "onclick=" not in re.sub(r'href="[^"]*"', "", shown.html)
    assert shown.title == "<b>T</b>itle"


def test_a_document_has_a_title_headings_with_anchors_and_tables_that_scroll_by_themselves() -> None:
    text = "<!-- made -->\n# One\n\n## A `b` c\n\n## A b c\n\n|x|\n|---|\n|y|\n\n```page /flows\nwords\n```\n"
    shown = written(text, lambda link: f"/below{link}")
    assert shown.title == "One"
    assert [(each.depth, each.text, each.anchor) for each in shown.headings] == [
        (2, "A b c", "a-b-c"),
        (2, "A b c", "a-b-c-1"),
    ]
    assert '<h2 id="a-b-c">A <code>b</code> c</h2>' in shown.html
    assert '<div class="scroll" tabindex="0" role="region" aria-label="A b c"><table>' in shown.html
    assert '<p class="file"><a href="/below/flows">/flows</a></p>' in shown.html
    assert "made" not in shown.html
