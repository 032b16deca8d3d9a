"""The languages of the pages: catalogues that are whole and keep their places, and numbers by locale."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from ontology.vocabulary import vocabulary
from visualisations.catalogues import messages, read_catalogue
from visualisations.language import LANGUAGES, best_language, gettext, language, ngettext, speaking
from visualisations.numbers import amount, money, share
from visualisations.words import concept_word

_PLACES = re.compile(r"%\(\w+\)[sd]|%%|</?[a-z]+")
OTHERS = [code for code in LANGUAGES if code != "en"]


@pytest.fixture(scope="module")
def wanted() -> dict[tuple[str, str | None], tuple[str, ...]]:
    """Give every message that the pages can say, by its first form and its context, with all its forms."""
    found = {}
    for message in messages():
        forms = message.id if isinstance(message.id, list | tuple) else (message.id,)
        if forms[0]:
            found[forms[0], message.context] = tuple(forms)
    return found


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_said_in_the_language(
    code: str, wanted: dict[tuple[str, str | None], tuple[str, ...]]
) -> None:
    catalogue = read_catalogue(code)
    missing, broken = [], []
    for (first, context), forms in wanted.items():
        known = catalogue.get(forms if len(forms) > 1 else first, context)
        said = known.string if known is not None else ""
        texts = [said] if isinstance(said, str) else list(said or ())
        if not texts or not all(texts):
            missing.append(first)
            continue
        # a form for one may leave its number out, as "a flow"
        places = [set(_PLACES.findall(form)) for form in forms]
        if not all(set(_PLACES.findall(text)) in places or set(_PLACES.findall(text)) == places[-1] for text in texts):
            broken.append((first, texts))
    assert missing == []
    assert broken == []
    stale = [message.id for message in catalogue if message.id and (_first(message.id), message.context) not in wanted]
    assert stale == []


def _first(forms: str | tuple[str, ...] | list[str]) -> str:
    return forms if isinstance(forms, str) else forms[0]


def test_concepts_have_a_name_in_each_language() -> None:
    for code in OTHERS:
        with speaking(code):
            same = [
                name
                for name in vocabulary().schemes["field"]
                if concept_word(name, "field") == vocabulary().schemes["field"][name].label
            ]
        # words that two languages share, as "integration" in French, are few
        assert len(same) <= 3, (code, same)


def test_numbers_are_written_as_the_language_does() -> None:
    said = {}
    for code in ("en", "de", "pl"):
        with speaking(code):
            said[code] = (amount(7200.5), money(1000, 2000, "EUR"), share(0.125))
    assert said["en"] == ("7,200.50", "1,000–2,000 EUR", "12.5 %")
    assert said["de"] == ("7.200,50", "1.000–2.000 EUR", "12,5 %")
    # Polish divides thousands by a space that does not break
    assert said["pl"] == ("7200,50", "1000–2000 EUR", "12,5 %") or "\xa0" in said["pl"][0]


def test_a_language_lasts_as_long_as_its_block_and_an_unknown_one_is_english() -> None:
    with speaking("nl"):
        assert language() == "nl"
        with speaking("xx"):
            assert language() == "en"
        assert language() == "nl"
    assert language() == "en"


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("de-CH", "de"),
        ("fr;q=0.1, pl;q=0.9", "pl"),
        ("sv, en;q=0.5", "en"),
        ("*", "en"),
        ("nl;q=0, fr", "fr"),
        (";;q", "en"),
    ],
)
def test_the_browser_says_which_language(accepted: str, code: str) -> None:
    assert best_language(accepted) == code


def test_counts_have_the_forms_of_their_language() -> None:
    assert (ngettext("%(num)s flow", "%(num)s flows", 1), gettext("Flows")) == ("1 flow", "Flows")
    with speaking("pl"):
        forms = {ngettext("%(num)s flow", "%(num)s flows", count).split()[-1] for count in (1, 2, 5)}
    assert len(forms) == 3


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    "path", ["/", "/flows?country=ES&at=2006", "/gaps?country=NL", "/actors/es-municipalities", "/map"]
)
def test_every_page_can_be_said_in_every_language(client: TestClient, path: str, code: str) -> None:
    page = client.get(
        path,
        params={"lang": code} if "?" not in path else None,
        headers={"Accept": "text/html"} | {"Accept-Language": code},
    )
    assert page.status_code == 200
    assert f'<html lang="{code}">' in page.text
