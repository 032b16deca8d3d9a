"""Metrics: what an operator watches, in the text format of Prometheus, one registry a web process.

Each series carries the number of its process, `worker`, as one of several processes answers a scrape: counters of one
worker only ever grow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.datastructures import State

from graph.answer_cache import AnswerCache
from graph.errors import StoreUnreachable
from graph.readers import Readers

__all__ = ["MEDIA_TYPE", "Metrics"]

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one web process; `state` is the application's, read when a scrape comes."""

    def __init__(self, state: State) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Service(state))
        self._requests = Histogram(
            "subsidia_request_seconds",
            "Time from a request to the end of its answer.",
            ("worker", "method", "route", "status"),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self._worker = str(os.getpid())

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request: its method, the pattern of its path, its status and its seconds."""
        self._requests.labels(self._worker, method, route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """Give all metrics as they are now."""
        return generate_latest(self.registry)


class _Service(Collector):
    """What the service holds when it is asked: the generation, the readers, their queues and the caches."""

    def __init__(self, state: State) -> None:
        self.state = state

    def collect(self) -> Iterator[Metric]:
        """Give the figures; those of a part that has not started, or cannot be reached, are left out."""
        worker = [str(os.getpid())]
        generation = GaugeMetricFamily("subsidia_generation", "Generation of the store.", labels=("worker",))
        reachable = GaugeMetricFamily("subsidia_store_reachable", "1 where the store answers.", labels=("worker",))
        store = getattr(self.state, "store", None)
        if store is not None:
            try:
                generation.add_metric(worker, store.snapshot().generation)
                reachable.add_metric(worker, 1)
            except StoreUnreachable:
                reachable.add_metric(worker, 0)
        yield generation
        yield reachable
        readers: Readers | None = getattr(self.state, "readers", None)
        if readers is not None:
            yield from _readers(readers, worker)
        for name, words in (("answers", "answers to queries"), ("repeats", "answers as they were sent")):
            cache: AnswerCache[object] | None = getattr(self.state, name, None)  # type: ignore[type-var]
            if cache is not None:
                yield from _cache(cache, name, words, worker)


def _readers(readers: Readers, worker: list[str]) -> Iterator[Metric]:
    labels = ("worker", "lane")
    ready = GaugeMetricFamily("subsidia_readers", "Reader processes.", labels=labels)
    busy = GaugeMetricFamily("subsidia_readers_busy", "Reader processes at work on a query.", labels=labels)
    waiting = GaugeMetricFamily("subsidia_queries_waiting", "Queries that wait for a reader.", labels=labels)
    for lane, (there, working, queued) in readers.occupation().items():
        ready.add_metric([*worker, lane], there)
        busy.add_metric([*worker, lane], working)
        waiting.add_metric([*worker, lane], queued)
    ended = CounterMetricFamily("subsidia_readers_ended", "Readers that were ended, by why.", labels=("worker", "why"))
    for why, count in sorted(readers.ended().items()):
        ended.add_metric([*worker, why], count)
    yield from (ready, busy, waiting, ended)


def _cache(cache: AnswerCache[object], name: str, words: str, worker: list[str]) -> Iterator[Metric]:  # type: ignore[type-var]
    size = GaugeMetricFamily(f"subsidia_{name}_bytes", f"Bytes of {words} that are kept.", labels=("worker",))
    size.add_metric(worker, cache.size)
    yield size
    for what, count in (("hits", cache.hits), ("misses", cache.misses)):
        family = CounterMetricFamily(
            f"subsidia_{name}_{what}", f"{what.capitalize()} of the {words}.", labels=("worker",)
        )
        family.add_metric(worker, count)
        yield family
