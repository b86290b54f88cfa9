"""The backtest: forecasters that cannot see ahead, folds, windows, resumption, words, command."""

from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from contraflow.case import load_case
from contraflow.cli.backtest import backtest as command
from contraflow.errors import ContraflowError
from contraflow.inference.backtest import (
    FORECASTERS,
    SERIES,
    Plan,
    Series,
    protocol,
    run,
    yearly_prices,
    yearly_seizures,
)
from contraflow.inference.backtest import model as fitted
from contraflow.inference.backtest.automatic import paths_of
from contraflow.inference.backtest.baselines import Drift, LastValue, SeasonalNaive, YearMean
from contraflow.inference.backtest.folds import fold, read_horizons, read_origins
from contraflow.inference.backtest.measure import measure
from contraflow.inference.backtest.protocol import Entry
from contraflow.inference.backtest.scale import to_log
from contraflow.report import backtest as report

ORIGIN = pd.Period("2020-12", "M")
CHEAP = ("last-value", "seasonal-naive", "year-mean", "drift")


@pytest.fixture(scope="module")
def case():
    return load_case("ecuador")


def monthly(months: int = 96, places: int = 3, seed: int = 1) -> Series:
    random = np.random.default_rng(seed)
    level = np.exp(
        np.cumsum(random.normal(0, 0.15, (months, places)), axis=0) + np.array([0.5, 2, 4])[:places]
    )
    periods = pd.period_range("2014-01", periods=months, freq="M")
    names = tuple("abc"[:places])
    return Series(
        "homicides-province", "Test", "persons", "count", 12, periods, names, random.poisson(level) * 1.0
    )


def yearly(years: int = 14, seed: int = 2) -> Series:
    random = np.random.default_rng(seed)
    values = np.exp(np.cumsum(random.normal(0.1, 0.3, (years, 2)), axis=0) + 3)
    values[:2, 0] = np.nan
    values[6, 1] = np.nan
    periods = pd.period_range("2010", periods=years, freq="Y")
    return Series("seizures", "Test", "t", "amount", 1, periods, ("x", "y"), values)


# Forecasters


@pytest.mark.parametrize("name", [*CHEAP, "auto-arima", "auto-ets"])
@pytest.mark.parametrize("make", [lambda: monthly(places=1), yearly], ids=["monthly", "yearly"])
def test_a_forecaster_sees_nothing_after_the_origin(name, make):
    if name.startswith("auto"):
        pytest.importorskip("statsforecast")
    record, entry = make(), FORECASTERS[name]
    changed = replace(record, values=record.values.copy())
    changed.values[record.position(ORIGIN) :] *= 7.0
    forecaster = entry.make(fitted.Context(None, ORIGIN), record.name)
    made = [forecaster.predict(each.until(ORIGIN), 2, 50, 4) for each in (record, changed)]
    assert made[0].shape == (50, 2, len(record.places))
    assert np.isfinite(made[0]).all()
    assert np.array_equal(made[0], made[1])
    if record.kind == "count":
        assert np.array_equal(made[0], np.rint(made[0])) and (made[0] >= 0).all()
    else:
        assert (made[0] > 0).all()


@pytest.mark.parametrize("rule", [LastValue(), SeasonalNaive(), YearMean(), Drift()])
def test_the_median_of_a_plain_peer_is_what_its_rule_says(rule):
    record = monthly(places=3)
    logs = to_log(record)
    samples = rule.predict(record, 6, 4001, 0)
    said = np.expm1(rule.path(logs, 6, 12))
    assert np.median(samples[:, :, 2], axis=0) == pytest.approx(said[:, 2], rel=0.06, abs=1)


def test_the_spread_of_a_plain_peer_is_that_of_its_past_errors():
    random = np.random.default_rng(0)
    values = np.rint(np.exp(np.cumsum(random.normal(0, 0.2, (600, 1)), axis=0) * 0.2 + 9))
    record = Series(
        "s", "s", "u", "count", 12, pd.period_range("1970-01", periods=600, freq="M"), ("a",), values
    )
    samples = np.log1p(LastValue().predict(record, 16, 4000, 0))
    assert samples[:, [0, 15], 0].std(axis=0) == pytest.approx([0.04, 0.16], rel=0.25)


def test_the_rules_themselves():
    logs = np.arange(30.0)[:, None]
    assert LastValue().path(logs, 2, 12)[:, 0].tolist() == [29, 29]
    assert SeasonalNaive().path(logs, 14, 12)[:, 0].tolist() == [*range(18, 30), 18, 19]
    assert YearMean().path(logs, 1, 12)[0, 0] == np.mean(range(18, 30))
    assert Drift().path(logs, 3, 12)[:, 0].tolist() == [30, 31, 32]
    logs[:10] = np.nan
    assert Drift().path(logs, 1, 12)[0, 0] == 30


def test_paths_built_from_their_variance_have_it_and_are_joint():
    mean, deviation = np.array([1.0, 2.0, 3.0]), np.sqrt([1.0, 2.0, 3.0])
    paths = paths_of(mean, deviation, 60_000, 0)
    assert paths.mean(axis=0) == pytest.approx(mean, abs=0.03)
    assert paths.std(axis=0) == pytest.approx(deviation, rel=0.02)
    assert np.corrcoef(paths[:, 1], paths[:, 2])[0, 1] == pytest.approx(np.sqrt(2 / 3), abs=0.02)


def test_a_case_at_its_origin_holds_nothing_later(case):
    cut = fitted.case_until(case, pd.Period("2022-06", "M"))
    assert max(zip(cut.homicides["year"], cut.homicides["month"], strict=True)) == (2022, 6)
    later = cut.observations["year"] * 12 + cut.observations["month"].fillna(12) > 2022 * 12 + 6
    assert not later.any() and len(cut.observations) < len(case.observations)
    assert cut.calibration["year"].max() <= 2021
    assert max(cut.events["date"]) <= "2022-06-31"
    assert len(case.events) > len(cut.events) > 0


@dataclass(frozen=True)
class FakePanel:
    counts: np.ndarray
    months: pd.PeriodIndex
    territories: tuple[str, ...]
    incomplete: np.ndarray


def fake_killings(seen: list):
    """Stands in for the fit: remembers what it was given, and says last month's counts."""

    def panel(case, until):
        record = SERIES["homicides-province"](case).until(until)
        order = record.places[::-1]
        return FakePanel(record.values[:, ::-1], record.periods, order, np.full(len(record.periods), 0.9))

    def fit(case, panel, mechanism, how, method, folder, resume, progress):
        seen.append((case, panel, mechanism, how, method))
        progress(SimpleNamespace(chain=0, warmup=True, done=1, total=2))
        return panel

    def forecast(fit, months, seed):
        return np.repeat(np.repeat(fit.counts[None, -1:], months, axis=1), 40, axis=0)

    return SimpleNamespace(panel=panel, fit=fit, forecast=forecast)


def test_the_simulator_is_given_the_record_up_to_the_origin_in_the_order_of_the_places(case, monkeypatch):
    seen: list = []
    parts = {"killings": fake_killings(seen), "sampler": SimpleNamespace(Sampling=dict)}
    monkeypatch.setattr(
        fitted, "_part", lambda name, function="": getattr(parts[name], function) if function else parts[name]
    )
    origin, told = pd.Period("2022-12", "M"), []
    record = SERIES["homicides-province"](case)
    for mechanism, make in ((False, fitted.without_mechanism), (True, fitted.with_mechanism)):
        context = fitted.Context(
            fitted.case_until(case, origin), origin, {"method": "laplace", "draws": 3}, progress=told.append
        )
        samples = make(context, record.name).predict(record.until(origin), 6, 100, 5)
        assert samples.shape == (100, 6, 24)
        assert np.array_equal(samples[0, 0], record.until(origin).values[-1])
        known, panel, asked, how, method = seen[-1]
        assert asked is mechanism and method == "laplace" and how == {"seed": 5, "draws": 3}
        assert panel.months[-1] == origin and (panel.incomplete == 1).all()
        assert int(known.homicides["year"].max()) == 2022
    assert told[0] == "chain 1, warm-up, 1 of 2"


def test_a_part_that_is_missing_is_a_message(case):
    with pytest.raises(ContraflowError, match="is not in this version"):
        fitted._part("no_such_part", "f")
    with pytest.raises(ContraflowError, match="is not in this version"):
        fitted._part("backtest", "no_such_function")


# Series and folds


def test_yearly_seizures_are_the_chosen_figures(case):
    table = yearly_seizures(case)
    found = table.set_index(["jurisdiction", "year"])["tonnes"]
    assert found["ECU", 2022] == pytest.approx(184.356)
    assert found["HND", 2013] == pytest.approx(1.7 + 3.0)
    assert ("HND", 2023) not in found.index  # Nicaragua is not recorded
    assert not {"World", "EU"} & set(table["jurisdiction"])
    assert set(table["jurisdiction"]) <= set(case.jurisdictions["id"])
    assert not table.duplicated(["jurisdiction", "year"]).any()
    assert set(";".join(table["source"]).split(";")) <= set(case.sources)


def test_prices_and_homicides_are_as_recorded(case):
    prices = yearly_prices(case)
    assert prices["year"].max() == 2023 and not prices.duplicated(["place", "year"]).any()
    homicides = SERIES["homicides-province"](case)
    rows = case.homicides[(case.homicides["territory"] == "guayas") & (case.homicides["year"] == 2021)]
    outside = int(rows["homicides"].sum() - rows["prison"].sum())
    year = [str(p)[:4] == "2021" for p in homicides.periods]
    assert homicides.values[year][:, homicides.places.index("guayas")].sum() == outside
    national = SERIES["homicides-national"](case)
    assert np.array_equal(national.values[:, 0], homicides.values.sum(axis=1))


def test_a_yearly_origin_ends_with_its_year():
    record = yearly()
    assert record.position(pd.Period("2019-12", "M")) == 10
    assert record.position(pd.Period("2019-11", "M")) == 9
    assert record.after(pd.Period("2022-12", "M"), 3)[1:].size == 4
    assert np.isnan(record.after(pd.Period("2022-12", "M"), 3)[1:]).all()


def test_folds_say_what_is_scored_and_why_not():
    record = monthly(96)  # to the end of 2021
    assert fold(record, ORIGIN, 12).places.all()
    assert fold(record, pd.Period("2021-01", "M"), 12).recorded.tolist() == [11, 11, 11]
    assert "10 recorded" in fold(record, pd.Period("2021-02", "M"), 12).why_not
    assert "too short" in fold(record, pd.Period("2015-12", "M"), 12).why_not
    seizures = yearly()
    assert "longer than 6 months" in fold(seizures, ORIGIN, 6).why_not
    assert "December" in fold(seizures, pd.Period("2020-06", "M"), 12).why_not
    assert "none recorded" in fold(seizures, pd.Period("2023-12", "M"), 12).why_not
    late = replace(seizures, values=np.where(np.arange(14)[:, None] < [7, 0], np.nan, seizures.values))
    assert fold(late, ORIGIN, 12).places.tolist() == [False, True]


@pytest.mark.parametrize(
    ("words", "message"),
    [([], "no origin"), (["2021"], "not a month"), (["soon"], "not a month"), (["2015-12"], "too little"),
     (["2021-12"], "too little")],
)  # fmt: skip
def test_origins_that_cannot_be(words, message):
    with pytest.raises(ContraflowError, match=message):
        read_origins(words, monthly())


def test_origins_and_horizons_are_sorted_and_single():
    assert [str(o) for o in read_origins(["2020-12", "2019-12", "2020-12"], monthly())] == [
        "2019-12",
        "2020-12",
    ]
    assert read_horizons(["12", 6, "6"]) == (6, 12)
    for wrong in ([], ["0"], ["61"], ["6.5"], ["a"]):
        with pytest.raises(ContraflowError, match="--horizons"):
            read_horizons(wrong)


# Windows


def test_scores_of_a_window_are_means_over_its_recorded_months():
    record = monthly(95)
    window = fold(record, ORIGIN, 12)
    truth = record.after(ORIGIN, 12)
    samples = np.repeat(np.nan_to_num(truth)[None] + 2.0, 10, axis=0)
    rows = measure("f", record, window, samples)
    assert rows["crps"].tolist() == [2.0] * 3
    assert rows["crps_total"].tolist() == [22.0] * 3
    assert rows["recorded"].tolist() == [11] * 3 and rows["steps"].tolist() == [12] * 3


# Running


class Counting:
    """A forecaster that counts its calls."""

    calls = 0

    def predict(self, history, steps, samples, seed):
        Counting.calls += 1
        return (
            np.random.default_rng(seed).poisson(history.values[-1], (samples, steps, len(history.places)))
            * 1.0
        )


class Broken:
    def predict(self, history, steps, samples, seed):
        raise ContraflowError("broken", "does not work", "nothing")


HOMICIDES = ("homicides-province", "homicides-national")
ENTRIES = {
    "last-value": FORECASTERS["last-value"],
    "counting": Entry("counting", "", False, lambda c, s: Counting(), HOMICIDES, joint=True),
    "broken": Entry("broken", "", True, lambda c, s: Broken(), HOMICIDES, joint=True),
}


@pytest.fixture(scope="module")
def plan(case):
    origins = (pd.Period("2022-12", "M"), pd.Period("2023-12", "M"))
    return Plan(case, origins, (6, 12), HOMICIDES, tuple(ENTRIES), samples=60)


@pytest.fixture(scope="module")
def done(plan, tmp_path_factory):
    return run(plan, tmp_path_factory.mktemp("backtest"), entries=ENTRIES)


def test_a_run_scores_every_forecaster_and_keeps_what_failed(done):
    assert set(done.scores["forecaster"]) == {"last-value", "counting"}
    assert len(done.scores) == 2 * 2 * 2 * 25
    assert set(done.missing["why"]) == {"broken: does not work. Remedy: nothing."}
    left = done.table[done.table["forecaster"] == "broken"]
    assert set(left["series"]) == set(HOMICIDES) and left["note"].str.startswith("not run: ").all()


def test_the_total_of_a_joint_forecaster_is_the_sum_of_its_places(done):
    parts = done.forecasts["homicides-province", "counting", "2022-12"]
    total = done.forecasts["homicides-national", "counting", "2022-12"]
    assert np.array_equal(total[:, :, 0], parts.sum(axis=2))
    alone = done.forecasts["homicides-national", "last-value", "2022-12"]
    assert not np.array_equal(
        alone[:, :, 0], done.forecasts["homicides-province", "last-value", "2022-12"].sum(axis=2)
    )


def test_a_killed_run_goes_on_where_it_was(plan, done, tmp_path):
    Counting.calls = 0

    def stop(step):
        if step.done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(plan, tmp_path, progress=stop, entries=ENTRIES)
    before, kept = Counting.calls, sorted(tmp_path.rglob("*.npz"))
    assert kept
    assert not list(tmp_path.rglob(".*"))
    steps = []
    again = run(plan, tmp_path, resume=True, progress=steps.append, entries=ENTRIES)
    assert Counting.calls == 2 and before < 2
    assert [step.done for step in steps] == list(range(len(steps)))
    assert steps[0].total == steps[-1].done
    pd.testing.assert_frame_equal(again.scores, done.scores)
    pd.testing.assert_frame_equal(again.table, done.table)
    run(plan, tmp_path, resume=True, entries=ENTRIES)
    assert Counting.calls == 2
    run(replace(plan, seed=1), tmp_path, resume=True, entries=ENTRIES)
    assert Counting.calls == 4, "another seed is another forecast"
    kept[0].write_bytes(b"half")
    run(plan, tmp_path, resume=True, entries=ENTRIES)


class Constant:
    def __init__(self, value):
        self.value = value

    def predict(self, history, steps, samples, seed):
        return np.full((samples, steps, len(history.places)), self.value)


def test_a_pool_holds_each_of_its_parts_in_equal_shares(plan, tmp_path):
    one = Entry("one", "", False, lambda c, s: Constant(3.0), HOMICIDES, joint=True, costly=True)
    # its samples of places are not draws of one future: it says something of its own about the country
    two = Entry("two", "", False, lambda c, s: Constant(7.0), HOMICIDES)
    both = Entry("both", "", False, lambda c, s: Broken(), HOMICIDES, pool=("one", "two"))
    entries = {"one": one, "two": two, "both": both}
    for names in (tuple(entries), ("both",)):
        folder = tmp_path / str(len(names))
        made = run(replace(plan, forecasters=names), folder, entries=entries)
        for kind in HOMICIDES:
            samples = made.forecasts[kind, "both", "2022-12"]
            parts = 24 if kind == "homicides-national" else 1
            assert samples.shape[0] == 60
            assert np.array_equal(np.unique(samples), sorted([3.0 * parts, 7.0]))
            assert (samples == 3.0 * parts).sum() == samples.size / 2
    assert FORECASTERS["contraflow"].parts("seizures") == ()
    assert set(FORECASTERS["contraflow"].parts("homicides-national")) <= set(FORECASTERS)


def test_a_forecaster_of_the_wrong_shape_is_named(plan, tmp_path):
    class Short:
        def predict(self, history, steps, samples, seed):
            return np.zeros((samples, steps, 1))

    made = run(
        replace(plan, forecasters=("short",), series=("homicides-province",)),
        tmp_path,
        entries={"short": Entry("short", "", True, lambda c, s: Short(), HOMICIDES)},
    )
    assert made.scores.empty and made.missing["why"].str.contains("shape").any()


def test_a_plan_checks_what_is_asked_for(case):
    for wrong in (
        {"origins": ["1999-01"]},
        {"horizons": ["0"]},
        {"only": ["auto-arma"]},
        {"series": ["homicide"]},
        {"samples": 1},
    ):
        asked = {"origins": ["2022-12"], "horizons": ["12"]} | wrong
        with pytest.raises(ContraflowError, match="--"):
            Plan.read(case, **asked)
    with pytest.raises(ContraflowError, match="did you mean 'auto-arima'"):
        protocol.choose(["auto-arma"], tuple(FORECASTERS), "--only")
    with pytest.raises(ContraflowError, match="no rows"):
        Plan.read(replace(case, homicides=case.homicides.iloc[:0]), ["2022-12"], ["12"])


# Words and command


def test_the_words_say_who_wins_whoever_it_is(done):
    table = done.table.replace({"forecaster": {"counting": "contraflow"}})
    words = report.verdict(table, "homicides-province", 12)
    row = table[
        (table["series"] == "homicides-province") & (table["horizon"] == 12) & (table["origin"] == "all")
    ]
    own = row[row["forecaster"] == "contraflow"].iloc[0]
    best = row.sort_values("crps").iloc[0]["forecaster"]
    assert f"{best} has the lowest CRPS" in words
    assert ("below the best peer's" if own["skill"] >= 0 else "above the best peer's") in words
    assert "was not run" in report.verdict(done.table, "homicides-province", 12)
    assert "nothing could be scored" in report.verdict(done.table, "prices", 12)


def test_what_is_written_reads_back_to_the_same_rows(done, tmp_path):
    pytest.importorskip("matplotlib")
    report.write(done, tmp_path)
    again = report.read_table(tmp_path / "backtest.csv")
    for series, horizon in report.windows(done.table):
        first, second = (report.rows(t, series, horizon) for t in (done.table, again))
        assert [row[:3] for row in first] == [row[:3] for row in second]
        assert first[-1][0] == "broken" and "does not work" in first[-1][-1]
    page = (tmp_path / "backtest.html").read_text(encoding="utf-8")
    assert (
        page.count("<figure>") == 4
        and "last-value" in page
        and "http" not in page.replace("http://www.w3.org", "").replace("http-equiv", "")
    )
    assert (tmp_path / "backtest.json").stat().st_size > 1000


def call(*arguments: object):
    import typer

    app = typer.Typer()
    app.command()(command)
    return CliRunner(env={"COLUMNS": "120"}).invoke(app, [str(part) for part in arguments])


def test_the_command_prints_the_table_and_writes_its_files(tmp_path: Path):
    pytest.importorskip("matplotlib")
    out = tmp_path / "out"
    arguments = [
        "--only",
        "last-value,drift",
        "--origins",
        "2023-12",
        "--horizons",
        "12",
        "--out",
        out,
        "--samples",
        50,
    ]
    done = call(*arguments)
    assert done.exit_code == 0, done.output
    assert "Homicides outside prisons by province and month, 12 months ahead" in done.stdout
    assert "has the lowest CRPS" in done.stdout
    assert "not scored: Street prices by country and year, 12 months" in done.stdout
    assert {path.name for path in out.iterdir()} == {
        "scores.csv", "backtest.csv", "backtest.json", "backtest.html", "forecasts"
    }  # fmt: skip
    first = (out / "scores.csv").read_bytes()
    assert call(*arguments, "--resume").exit_code == 0
    assert (out / "scores.csv").read_bytes() == first


@pytest.mark.parametrize(
    "arguments",
    [("--origins", "soon"), ("--origins", ","), ("--horizons", "x"), ("--only", "nobody"), ("--series", "x"),
     ("--method", "guess")],
)  # fmt: skip
def test_a_mistake_is_one_line_and_nothing_is_written(arguments, tmp_path: Path):
    done = call(*arguments, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert done.stderr.startswith("contraflow: --") and len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_the_command_lists_what_there_is():
    done = call("--list")
    assert done.exit_code == 0
    for name in (*FORECASTERS, *SERIES):
        assert name in done.stdout
