"""Replications in double precision; nothing is fetched from anywhere."""

import urllib.error

import pytest

from contraflow.replications import data
from contraflow.replications.prieto_curiel_2023 import model


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise urllib.error.URLError("no network in tests")

    monkeypatch.setattr(data.urllib.request, "urlopen", refuse)


@pytest.fixture
def cartels():
    """The tables of Prieto-Curiel et al., or a visible skip."""
    try:
        return model.cartels()
    except data.DataMissingError as error:
        pytest.skip(str(error))
