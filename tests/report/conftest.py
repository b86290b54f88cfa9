"""A made-up comparison for the report's tests: seeded, of plausible shape, with no model behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from contraflow.analysis.compare import Comparison, difference_table
from contraflow.analysis.windows import default_windows
from contraflow.case import load_case
from contraflow.model.outcomes import OUTCOMES
from contraflow.report.outcomes import STAGES
from contraflow.results.result import Result, label

NODES = """id,name,kind,country,territory,lat,lon
narino,Nariño,source,COL,,1.4,-78.0
vraem,VRAEM,source,PER,,-12.6,-73.8
tulcan,Tulcán,hub,ECU,carchi,0.8,-77.7
guayaquil,Guayaquil,port,ECU,guayas,-2.28,-79.9
callao,Callao,port,PER,,-12.05,-77.15
pacific,Eastern Pacific,sea,XXX,,8.0,-95.0
atlantic,Atlantic,sea,XXX,,20.0,-45.0
mexico,Mexico,hub,MEX,,19.0,-99.0
antwerp,Antwerp,entry,BEL,,51.3,4.3
north-america,USA and Canada,market,USA,,40.0,-98.0
europe,Western and Central Europe,market,DEU,,50.0,9.0
"""
EDGES = """id,origin,destination,mode,jurisdiction,theatre,territory,corridor,network
e1,narino,tulcan,land,ECU,border,carchi,to-ecuador,
e2,narino,pacific,boat,COL,eastern-pacific,,pacific-coast,
e3,vraem,callao,land,PER,border,,to-peru,
e4,tulcan,guayaquil,land,ECU,ports,guayas,,
e5,guayaquil,pacific,boat,ECU,eastern-pacific,guayas,,
e6,guayaquil,atlantic,container,ECU,ports,guayas,,n1
e7,callao,atlantic,container,PER,ports,,,
e8,pacific,mexico,boat,USA,eastern-pacific,,,
e9,mexico,north-america,land,USA,border,,,
e10,atlantic,antwerp,container,BEL,ports,,,n1
e11,antwerp,europe,land,BEL,ports,,,
"""


def read(text: str) -> pd.DataFrame:
    """Read a table written above."""
    rows = [line.split(",") for line in text.strip().splitlines()]
    table = pd.DataFrame(rows[1:], columns=rows[0])
    numbers = {"lat": float, "lon": float, "population": float}
    return table.astype({column: kind for column, kind in numbers.items() if column in table})


def named(**names: str) -> pd.DataFrame:
    """Make a table of ids and names."""
    return pd.DataFrame({"id": [key.replace("_", "-") for key in names], "name": list(names.values())})


def small_case(path: Path) -> Any:
    """Make a case of eleven nodes; as much of `contraflow.case.Case` as a report reads."""
    months = pd.period_range("2014-01", "2025-08", freq="M")
    homicides = pd.DataFrame(
        [(territory, m.year, m.month, 5 + m.month % 3) for territory in ("carchi", "guayas") for m in months],
        columns=["territory", "year", "month", "homicides"],
    )
    return SimpleNamespace(
        name="small",
        title="A small case",
        description="",
        start=pd.Period("2014-01", "M"),
        end=pd.Period("2028-12", "M"),
        history_end=pd.Period("2025-08", "M"),
        path=path,
        digest="0" * 64,
        meta={"focus_country": "ECU"},
        nodes=read(NODES),
        edges=read(EDGES),
        theatres=named(border="Borders", ports="Ports", eastern_pacific="Eastern Pacific"),
        jurisdictions=named(ECU="Ecuador", COL="Colombia", PER="Peru", USA="United States", BEL="Belgium"),
        corridors=named(to_ecuador="Into Ecuador", pacific_coast="Pacific coast", to_peru="Peru's coast"),
        networks=named(n1="A buyers' network"),
        groups=named(g1="Group one", g2="Group <two>"),
        territories=named(carchi="Carchi", guayas="Guayas").assign(
            population=[172828.0, 4391923.0], lat=[0.7, -2.0], lon=[-78.0, -79.9]
        ),
        homicides=homicides,
        sources={
            "a-2024": {"title": "A title & more", "publisher": "An office", "url": "https://example.org/a"},
            "b-2023": {"publisher": "Another office", "date": "2023-05"},
        },
        scenarios={},
    )


def members(case: Any) -> dict[str, tuple[str, ...]]:
    """Ids along every dimension, in the order of the case's tables."""
    months = pd.period_range(case.start, case.end, freq="M")
    kinds = {kind: tuple(case.nodes.loc[case.nodes["kind"] == kind, "id"]) for kind in ("source", "market")}
    tables = {
        "node": "nodes",
        "edge": "edges",
        "theatre": "theatres",
        "jurisdiction": "jurisdictions",
        "corridor": "corridors",
        "group": "groups",
        "territory": "territories",
    }
    return {
        "month": tuple(str(month) for month in months),
        "year": tuple(str(year) for year in sorted(set(months.year))),
        "stage": tuple(STAGES),
        **kinds,
        **{dimension: tuple(getattr(case, table)["id"]) for dimension, table in tables.items()},
    }


LEVEL = {
    "t/month": 20.0,
    "t/year": 40.0,
    "t": 15.0,
    "USD/kg": 30000.0,
    "USD/month": 4e8,
    "person": 800.0,
    "person/month": 12.0,
    "1": 0.4,
}
"""Typical sizes, one a unit, so that the pages look like pages."""


def fake_results(case: Any, draws: int, seed: int, effect: float) -> tuple[Result, Result]:
    """Draw two results that agree until the history ends; `effect` 0 makes them equal throughout."""
    rng = np.random.default_rng(seed)
    names = members(case)
    split = list(names["month"]).index(str(case.history_end)) + 1
    after, before = {}, {}
    for name, outcome in OUTCOMES.items():
        steps = len(names[outcome.every])
        shape = (len(names[outcome.dim]),) if outcome.dim else ()
        size = LEVEL[outcome.unit] * (rng.lognormal(0, 1.0, shape) if outcome.unit != "1" else 1.0)
        draw = np.exp(rng.normal(0, 0.25, (draws, 1, *shape)))
        path = np.exp(np.cumsum(rng.normal(0, 0.02, (1, steps, *shape)), axis=1))
        base = size * draw * path
        first = split if outcome.every == "month" else split // 12
        change = np.zeros(steps)
        change[first:] = effect * np.minimum(1.0, np.arange(1, steps - first + 1) / 6)
        tilt = rng.normal(0, 0.12, shape) + rng.normal(0, 0.06, (draws, 1, *shape))
        before[name] = base
        after[name] = base * (1 + change.reshape(1, -1, *(1,) * len(shape)) * tilt)
    outcomes = []
    for which, arrays in (("campaign", after), ("no-campaign", before)):
        destroyed = arrays["destroyed"]
        destroyed[...] *= 0.0 if which == "no-campaign" or not effect else 0.05
        destroyed[:, :split] = 0.0
        provenance = {
            "case": case.name,
            "case_digest": case.digest,
            "scenario_digest": ("1" if which == "campaign" else "2") * 64,
            "draws": draws,
            "seed": seed,
            "beliefs": "prior",
            "settings": {"substeps": 4},
            "versions": {"contraflow": "0.1.0", "numpy": "2"},
            "python": "3.12",
            "platform": "here",
        }
        outcomes.append(Result(which, label(arrays, names), provenance))
    return outcomes[0], outcomes[1]


def fake_displacement(case: Any, after: Result, before: Result) -> pd.DataFrame:
    """Table what leaves each corridor in the first year, in the columns of the real table."""
    window = default_windows(case)[0]
    change = (12 * window.of(after.dataset["corridor_flow"] - before.dataset["corridor_flow"])).mean("month")
    values = change.to_numpy()
    old = 12 * window.of(before.dataset["corridor_flow"]).mean("month").to_numpy()
    removed = np.maximum(-values, 0).sum(1)
    share = np.maximum(values, 0) / np.where(removed > 0, removed, np.nan)[:, None]
    rows = []
    for place, old_one, one, part in [
        ("all", old.sum(1), values.sum(1), share.sum(1)),
        *zip(change["corridor"].to_numpy(), old.T, values.T, share.T, strict=True),
    ]:
        known = part[~np.isnan(part)]
        quantiles = np.quantile(known, [0.05, 0.5, 0.95]) if known.size else [np.nan] * 3
        levels = (np.median(old_one), np.median(old_one + one))
        rows.append((str(place), True, *levels, *np.quantile(one, [0.05, 0.5, 0.95]), *quantiles))
    columns = ["corridor", "touched", "baseline", "scenario", "diff_q05", "diff_median", "diff_q95"]
    return pd.DataFrame(rows, columns=[*columns, "displaced_q05", "displaced_median", "displaced_q95"])


def fake_comparison(case: Any, draws: int = 40, seed: int = 0, effect: float = 1.0) -> Comparison:
    """Make a whole comparison with the real table of differences on made-up results."""
    after, before = fake_results(case, draws, seed, effect)
    windows = default_windows(case)
    return Comparison(
        case=case,
        scenario=after,
        baseline=before,
        table=difference_table(after.dataset, before.dataset, windows),
        displacement=fake_displacement(case, after, before),
        caveats=[
            f"These {draws} draws come from the priors, not from a posterior.",
            "Another caveat with <b>marks</b> & signs.",
        ],
        windows=windows,
    )


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Small case with a base map of one coast and two territories."""
    path = tmp_path_factory.mktemp("case")
    square = "[[-80,-3],[-79,-3],[-79,-1],[-80,-1],[-80,-3]]"
    other = "[[-78.5,0.2],[-77.5,0.2],[-77.5,1.2],[-78.5,1.2],[-78.5,0.2]]"
    text = f'{{"land":[{square}],"territories":{{"guayas":[{square}],"carchi":[{other}]}}}}'
    (path / "basemap.json").write_text(text, encoding="utf-8")
    return small_case(path)


@pytest.fixture(scope="session")
def comparison(case: Any) -> Comparison:
    """Comparison with a difference."""
    return fake_comparison(case)


@pytest.fixture(scope="session")
def no_difference(case: Any) -> Comparison:
    """Comparison of a scenario with itself."""
    return fake_comparison(case, effect=0.0)


@pytest.fixture(scope="session")
def fake() -> Callable[..., Comparison]:
    """Maker of made-up comparisons for any case."""
    return fake_comparison


@pytest.fixture(scope="session")
def ecuador() -> Any:
    """Embedded case."""
    return load_case("ecuador")
