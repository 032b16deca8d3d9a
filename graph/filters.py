"""The one set of filters: what every table, chart, rule and export can be narrowed by."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

__all__ = ["Filters"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which part of the graph is meant; None leaves a side open.

    `country` ISO 3166-1 alpha-2, or EU; `field`, `level`, `basis` notations of their schemes; `programme`, `actor`
    slugs; `type` a kind of actor, event or gap; `at` a year; `since` and `until` the years of a span.
    """

    country: str | None = None
    field: str | None = None
    level: str | None = None
    programme: str | None = None
    actor: str | None = None
    type: str | None = None
    basis: str | None = None
    at: int | None = None
    since: int | None = None
    until: int | None = None

    @property
    def span(self) -> tuple[int | None, int | None]:
        """First and last year asked for: both the same for `at`."""
        return (self.at, self.at) if self.at is not None else (self.since, self.until)

    def given(self) -> dict[str, str | int]:
        """Give the filters that are set, by name."""
        return {item.name: getattr(self, item.name) for item in fields(self) if getattr(self, item.name) is not None}

    def without(self, *names: str) -> Filters:
        """Give the same filters with some left open."""
        return replace(self, **dict.fromkeys(names))
