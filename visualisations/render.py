"""Render: templates with their filters, as one function."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ontology.identifiers import compact, notation
from ontology.vocabulary import vocabulary
from visualisations.language import catalogue
from visualisations.numbers import amount, money, share
from visualisations.sentences import period_words, plural
from visualisations.words import concept_word

__all__ = ["STATIC", "environment", "render"]

STATIC: Final = Path(__file__).parent / "static"


@cache
def environment() -> Environment:
    """Give the environment of the templates, with their filters."""
    environment = Environment(
        loader=PackageLoader("visualisations"),
        autoescape=select_autoescape(),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        amount=amount,
        compact=compact,
        money=money,
        notation=notation,
        percent=share,
        plural=plural,
        word=concept_word,
    )
    environment.install_gettext_callables(_said, _counted, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["vocabulary"] = vocabulary()
    environment.globals["period"] = period_words
    return environment


def _said(message: str) -> str:
    return catalogue().gettext(message)


def _counted(one: str, many: str, count: int) -> str:
    return catalogue().ngettext(one, many, count)


def render(template: str, context: Mapping[str, Any]) -> str:
    """Fill a template; a name that the context lacks is an error, never an empty place."""
    return environment().get_template(template).render(context)
