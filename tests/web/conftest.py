"""A server on a case small enough to answer at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("fastapi")

from starlette.testclient import TestClient

from contraflow.case import Case, load_case
from contraflow.web.app import create_app

BASE = "http://localhost"


@pytest.fixture(scope="session")
def small() -> Case:
    return load_case("ecuador")


@pytest.fixture(scope="session")
def app(small: Case) -> Any:
    return create_app(small)


@pytest.fixture(scope="session")
def client(app: Any) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as found:
        yield found
