"""The OpenAPI document: the service answers as it says, whatever it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.store import Store


@pytest.fixture(scope="module")
def api_schema(casebook_store: Store) -> Iterator[Any]:
    app = create_app(Settings(store=casebook_store.path, query_timeout=2.0))
    with TestClient(app):  # keeps the application's lifespan open while cases are called
        yield schemathesis.openapi.from_asgi("/openapi.json", app)


def test_no_request_makes_an_error_of_the_server_or_an_answer_that_is_not_documented(api_schema: Any) -> None:
    operations = [result.ok() for result in api_schema.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:
        _call_many(operation)


def _call_many(operation: Any) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        # values are checked against what the graph knows, which no schema can say: a 422 is a right answer
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    call()
