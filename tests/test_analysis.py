"""Priors, results on disk, windows, tables and displacement."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from contraflow.analysis import compare, simulate
from contraflow.analysis.compare import difference_table
from contraflow.analysis.counts import recorded_homicides
from contraflow.analysis.displacement import touched_corridors
from contraflow.analysis.quantiles import quantiles
from contraflow.analysis.windows import Window, default_windows
from contraflow.case import load_case
from contraflow.errors import ContraflowError, OutputError
from contraflow.inference.priors import QUANTILE, sample, standard_normals
from contraflow.results import Result
from contraflow.results.store import load, save
from contraflow.scenario import load_scenario


@pytest.fixture(scope="module")
def case():
    return load_case("ecuador")


@pytest.fixture(scope="module")
def small(case):
    return compare(case, draws=4, record=("delivered", "corridor_flow", "homicides", "price"))


def test_a_number_depends_on_its_own_name_only():
    few = standard_normals("theta", ["a", "b"], [2020], range(3), seed=1)
    more = standard_normals("theta", ["c", "b", "a"], [2019, 2020], range(5), seed=1)
    np.testing.assert_array_equal(few[0, 0], more[2, 1, :3])
    np.testing.assert_array_equal(few[1, 0], more[1, 1, :3])
    assert (standard_normals("omega", ["a"], [2020], range(3), seed=1) != few[0]).all()
    assert (standard_normals("theta", ["a"], [2020], range(3), seed=2) != few[0]).all()


@pytest.mark.parametrize(
    ("dist", "a", "b", "law"),
    [
        ("normal", 2.0, 0.5, stats.norm(2.0, 0.5)),
        ("lognormal", 2.0, 0.5, stats.lognorm(0.5, scale=2.0)),
        ("uniform", 1.0, 3.0, stats.uniform(1.0, 2.0)),
        ("beta", 2.0, 5.0, stats.beta(2.0, 5.0)),
        ("halfnormal", np.nan, 0.7, stats.halfnorm(scale=0.7)),
    ],
)
def test_priors_have_the_distribution_they_name(dist, a, b, law):
    z = standard_normals(dist, ["-"], [0], range(2000), seed=0)[0, 0]
    assert stats.kstest(QUANTILE[dist](z, a, b), law.cdf).pvalue > 1e-3


def test_a_fixed_prior_is_its_number():
    np.testing.assert_array_equal(QUANTILE["fixed"](np.zeros(3), 4.0, np.nan), 4.0)


def test_every_symbol_is_drawn_in_its_shape(case):
    from contraflow.ensemble.build import build
    from contraflow.model.symbols import SPEC

    members = build(case).members
    drawn = sample(case.parameters, members, range(3), seed=0)
    assert set(drawn) == set(SPEC)
    for symbol, spec in SPEC.items():
        assert drawn[symbol].shape == (*(len(members[d]) for d in spec.dims), 3)
        assert np.isfinite(drawn[symbol]).all()


def test_results_survive_the_disk_with_their_provenance(small, tmp_path):
    path = small.save(tmp_path / "result.nc")
    back = {r.name: r for r in load(path)}
    for result in (small.scenario, small.baseline):
        other = back[result.name]
        assert other.provenance == json.loads(json.dumps(result.provenance))
        for name, values in result.dataset.data_vars.items():
            np.testing.assert_allclose(other.dataset[name], values, rtol=1e-6)
            assert other.dataset[name].attrs["units"] == values.attrs["units"]
            assert other.dataset[name].dims == values.dims
    assert [p.name for p in tmp_path.iterdir()] == ["result.nc"]


def test_a_failed_save_leaves_nothing(small, tmp_path, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("disk full")

    monkeypatch.setattr(xr.DataTree, "to_netcdf", broken)
    with pytest.raises(RuntimeError):
        save([small.scenario], tmp_path / "result.nc")
    assert list(tmp_path.iterdir()) == []


def test_an_unusable_folder_or_file_is_named(small, tmp_path):
    with pytest.raises(OutputError, match="missing"):
        small.save(tmp_path / "missing" / "result.nc")
    stray = tmp_path / "stray.nc"
    stray.write_text("no")
    with pytest.raises(OutputError, match=r"stray\.nc"):
        load(stray)


def test_windows_are_the_first_and_the_last_year_after_history(case):
    first, last = default_windows(case)
    assert first == Window(case.history_end + 1, case.history_end + 12)
    assert last.last == case.end and str(last) == "2028-01 to 2028-12"


def test_the_table_is_the_difference_draw_by_draw(small):
    table = small.table
    row = table[(table["outcome"] == "delivered") & (table["place"] == "all")].iloc[0]
    cut = small.windows[0]
    new, old = (
        cut.of(r.dataset["delivered"]).sum("market").mean("month") * 12.0
        for r in (small.scenario, small.baseline)
    )
    change = (new - old).to_numpy()
    assert row["unit"] == "t/year"
    np.testing.assert_allclose(row["diff_median"], np.median(change))
    np.testing.assert_allclose(row["diff_q05"], np.quantile(change, 0.05))
    np.testing.assert_allclose(row["p_decrease"], np.mean(change < 0))


def test_a_zero_baseline_has_no_percentage(case):
    months = [str(m) for m in pd.period_range("2025-01", "2025-12", freq="M")]
    shape = {"draw": [0, 1], "month": months, "theatre": ["sea"]}
    values = xr.DataArray(np.ones((2, 12, 1)), shape, attrs={"units": "t/month"})
    window = (Window(pd.Period("2025-01", "M"), pd.Period("2025-12", "M")),)
    table = difference_table(xr.Dataset({"destroyed": values}), xr.Dataset({"destroyed": 0.0 * values}).assign(
        destroyed=(values * 0.0).assign_attrs(values.attrs)), window)  # fmt: skip
    assert table["diff_median"].tolist() == [12.0, 12.0]
    assert table["pct_median"].isna().all()


def test_displacement_balances(small):
    rows = small.displacement.set_index("corridor")
    each = rows.drop("all")
    np.testing.assert_allclose(each["baseline"].sum(), rows.loc["all", "baseline"], rtol=0.2)
    assert (each["displaced_median"] >= 0).all()
    assert rows.loc["all", "touched"]


def test_touched_corridors_follow_the_measures(case):
    base = load_scenario(case, "no-campaign")
    assert touched_corridors(case, base, base) == set()
    strikes = touched_corridors(case, load_scenario(case, "strikes-only"), base)
    assert "ecu-pacific-boats" in strikes
    assert "chl-containers" not in strikes


def test_bad_arguments_are_refused_in_words(case):
    with pytest.raises(ContraflowError, match="draws: must be a positive number, not 0"):
        simulate(case, draws=0)
    with pytest.raises(ContraflowError, match="unknown outcome 'tonnage'"):
        simulate(case, draws=1, record="tonnage")


def test_counts_have_the_negative_binomial_moments(case):
    result = simulate(case, draws=200, record="homicides")
    expected = result.dataset["homicides"].sel(
        month=slice("2025-01", "2025-06"), territory=["guayas", "loja"]
    )
    one = Result(result.name, expected.to_dataset(name="homicides"), result.provenance)
    counts = recorded_homicides(case, one)
    size = sample(case.parameters, {}, range(200), 0, ("dispersion",))["dispersion"]
    sd = np.sqrt(expected + expected**2 / xr.DataArray(size, dims="draw"))
    z = ((counts - expected) / sd).to_numpy()
    assert abs(z.mean()) < 0.1 and abs(z.std() - 1.0) < 0.1
    assert (counts == np.floor(counts)).all()


def test_counts_of_equal_expectations_are_equal_and_more_is_never_fewer(case):
    result = simulate(case, draws=3, record="homicides")
    cut = result.dataset.sel(month=slice("2025-01", "2025-03"))
    same, more = (Result("x", cut * factor, result.provenance) for factor in (1.0, 1.3))
    np.testing.assert_array_equal(
        recorded_homicides(case, same), recorded_homicides(case, Result("y", cut, result.provenance))
    )
    assert (recorded_homicides(case, more) >= recorded_homicides(case, same)).all()


@pytest.mark.parametrize("draws", [1, 2, 37, 200])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_quantiles_are_numpys_and_missing_where_a_draw_is(draws, kind):
    values = np.random.default_rng(draws).normal(size=(3, 5, draws)).astype(kind)
    values[1, 2, draws // 2] = np.nan
    levels = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
    found = quantiles(values, levels)
    assert found.dtype == kind
    np.testing.assert_allclose(found, np.quantile(values, levels, axis=-1), rtol=1e-5, atol=1e-6)
    assert np.isnan(found[:, 1, 2]).all() and np.isnan(found).sum() == len(levels)
