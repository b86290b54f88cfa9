"""Drivers say day by day what measures say, averaged over months."""

import calendar
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from case_tools import copy_case, drop_rows, small_case
from contraflow.case import load_case
from contraflow.model.drivers import Drivers
from contraflow.scenario import KINDS, Measure, Scenario, compile_arrays, compile_drivers, diff, load_scenario

CASE = small_case()
FIRST, LAST = CASE.start.start_time.date(), CASE.end.end_time.date()
MONTHS = [str(month) for month in CASE.months]


def scenario(*measures: Measure, name: str = "made") -> Scenario:
    return Scenario(name, name, "", CASE.name, measures, "", (name,), Path(f"{name}.toml"))


def compiled(*measures: Measure) -> dict[str, np.ndarray]:
    return compile_arrays(CASE, scenario(*measures))


def made(kind: str, place: str, start: str, end: str, value: float) -> Measure:
    return Measure(kind, (place,), date.fromisoformat(start), date.fromisoformat(end), value)


def at(arrays: dict[str, np.ndarray], kind: str, place: str, month: str) -> float:
    spec = KINDS[kind]
    return arrays[spec.driver][MONTHS.index(month), CASE.members(spec.dimension).index(place)]


def by_days(kind: str, place: str, month: str, *measures: Measure) -> float:
    """Combine measures day by day, slowly: what `compile` must give."""
    spec = KINDS[kind]
    year, number = (int(part) for part in month.split("-"))
    total = 0.0
    days = calendar.monthrange(year, number)[1]
    for day in range(1, days + 1):
        values = [
            m.value for m in measures if place in m.places and m.start <= date(year, number, day) <= m.end
        ]
        combined = {
            "multiply": np.prod(values),
            "add": min(sum(values), np.inf if spec.high is None else spec.high),
            "max": max(values, default=0.0),
        }
        total += float(combined[spec.combine])
    return total / days


def test_nothing_done_is_neutral():
    arrays = compiled()
    assert set(arrays) == {field.name for field in fields(Drivers)}
    for kind in KINDS.values():
        array = arrays[kind.driver]
        assert array.shape == (len(CASE.months), len(CASE.members(kind.dimension)))
        assert array.dtype == np.float64
        if kind.name != "effort":
            assert (array == kind.neutral).all()


def test_effort_follows_the_record_and_carries_its_last_year_on():
    arrays = compiled(made("effort", "sea", "2025-01-01", "2026-12-31", 3.0))
    assert at(arrays, "effort", "sea", "2020-07") == 0.8
    assert at(arrays, "effort", "sea", "2024-12") == 1.0
    assert at(arrays, "effort", "sea", "2025-01") == 3.0
    assert at(arrays, "effort", "ports", "2026-12") == 1.0


def test_effort_with_gaps_takes_the_year_before(tmp_path: Path):
    folder = copy_case(tmp_path)
    drop_rows(folder, "effort", "sea,2021")
    drop_rows(folder, "effort", "sea,2020")
    drop_rows(folder, "effort", "ports,")
    case = load_case(folder)
    effort = compile_arrays(case, scenario())["effort"]
    sea, ports = (case.members("theatre").index(name) for name in ("sea", "ports"))
    assert effort[0, sea] == effort[12, sea] == effort[24, sea] == 0.9
    assert (effort[:, ports] == 1.0).all()


def test_part_of_a_month_counts_by_its_days():
    arrays = compiled(made("strikes", "sea", "2025-02-08", "2025-03-31", 6.0))
    assert at(arrays, "strikes", "sea", "2025-01") == 0.0
    assert at(arrays, "strikes", "sea", "2025-02") == pytest.approx(6 * 21 / 28)
    assert at(arrays, "strikes", "sea", "2025-03") == 6.0
    assert at(arrays, "strikes", "sea", "2025-04") == 0.0


def test_overlaps_combine_as_their_kind_says():
    span = ("2025-05-01", "2025-05-31")
    cases = {
        "effort": ("sea", 2.0, 3.0, 6.0),
        "strikes": ("sea", 2.0, 3.0, 5.0),
        "intelligence": ("sea", 0.7, 0.6, 1.0),
        "curfew": ("coast", 0.4, 0.9, 0.9),
        "deployment": ("coast", 0.7, 0.6, 1.0),
        "mining": ("coast", 0.5, 0.5, 0.25),
        "takedown": ("buyer-network", 0.5, 0.5, 0.75),
        "split": ("splinter", 0.5, 2.0, 2.0),
    }
    for kind, (place, one, two, both) in cases.items():
        arrays = compiled(made(kind, place, *span, one), made(kind, place, *span, two))
        assert at(arrays, kind, place, "2025-05") == pytest.approx(both), kind


def test_pulses_act_in_the_month_of_their_start_only():
    arrays = compiled(made("takedown", "buyer-network", "2025-06-30", "2026-12-31", 0.6))
    assert at(arrays, "takedown", "buyer-network", "2025-06") == 0.6
    assert np.count_nonzero(arrays["takedown"]) == 1


def test_drivers_are_the_arrays():
    measure = made("curfew", "coast", "2025-02-10", "2025-04-10", 1.0)
    drivers = compile_drivers(CASE, scenario(measure))
    for name, array in compiled(measure).items():
        np.testing.assert_array_equal(getattr(drivers, name), array)


LASTING = [kind for kind in KINDS.values() if not kind.pulse]
dates = st.dates(FIRST, LAST)


@st.composite
def measures(draw: st.DrawFn, kinds: list | None = None) -> Measure:
    kind = draw(st.sampled_from(kinds or list(KINDS.values())))
    places = draw(
        st.lists(st.sampled_from(CASE.members(kind.dimension)), min_size=1, max_size=3, unique=True)
    )
    start, end = sorted((draw(dates), draw(dates)))
    value = draw(st.floats(kind.low, 5.0 if kind.high is None else kind.high))
    return Measure(kind.name, tuple(places), start, end, value)


@given(st.lists(measures(kinds=LASTING), min_size=1, max_size=6), st.data())
def test_splitting_a_measure_at_any_date_changes_nothing(many: list[Measure], data: st.DataObject):
    whole = many[0]
    days = (whole.end - whole.start).days
    cut = whole.start + timedelta(days=data.draw(st.integers(0, days)))
    parts = [replace(whole, end=cut)]
    if cut < whole.end:
        parts.append(replace(whole, start=cut + timedelta(days=1)))
    before, after = compiled(*many), compiled(*parts, *many[1:])
    for name in before:
        np.testing.assert_array_equal(before[name], after[name])


@given(st.lists(measures(), max_size=8), st.randoms())
def test_order_of_measures_does_not_matter(many: list[Measure], random):
    shuffled = list(many)
    random.shuffle(shuffled)
    before, after = compiled(*many), compiled(*shuffled)
    for name in before:
        np.testing.assert_array_equal(before[name], after[name])


@given(st.lists(measures(), max_size=8))
def test_drivers_stay_in_the_range_of_their_kind(many: list[Measure]):
    arrays = compiled(*many)
    for kind in KINDS.values():
        array = arrays[kind.driver]
        assert np.isfinite(array).all()
        assert (array >= kind.low).all()
        if kind.high is not None:
            assert (array <= kind.high).all()


@given(st.lists(measures(kinds=LASTING), max_size=4), st.sampled_from(LASTING), st.sampled_from(MONTHS))
def test_months_are_the_means_of_their_days(many: list[Measure], kind, month: str):
    place = CASE.members(kind.dimension)[0]
    mine = [m for m in many if m.kind == kind.name]
    expected = by_days(kind.name, place, month, *mine)
    if kind.name == "effort":
        expected *= at(compiled(), "effort", place, month)
    assert at(compiled(*many), kind.name, place, month) == pytest.approx(expected, rel=1e-12, abs=1e-12)


# --- differences ------------------------------------------------------------------------------------


def test_diff_of_a_scenario_with_itself_is_empty():
    one = load_scenario(CASE, "more-effort")
    assert diff(one, one, CASE).empty


def test_diff_names_added_removed_and_changed_measures():
    keep = made("effort", "sea", "2025-01-01", "2026-12-31", 2.0)
    old, new = (
        made("curfew", "coast", "2025-02-01", "2025-03-31", 1.0),
        made("curfew", "coast", "2025-02-01", "2025-04-30", 0.5),
    )
    gone = made("strikes", "sea", "2025-01-01", "2025-01-31", 4.0)
    come = made("mining", "south", "2025-06-01", "2025-12-31", 0.5)
    found = diff(scenario(keep, old, gone, name="a"), scenario(come, keep, new, name="b"), CASE)
    rows = {(row.change, row.kind): row for row in found.measures.itertuples()}
    assert set(rows) == {("changed", "curfew"), ("removed", "strikes"), ("added", "mining")}
    assert rows[("changed", "curfew")].was == "1 to 2025-03-31"
    drivers = {(row[0], row[1]): row[2:4] for row in found.drivers.itertuples(index=False)}
    assert drivers == {
        ("curfew", "coast"): ("2025-02", "2025-04"),
        ("strikes", "sea"): ("2025-01", "2025-01"),
        ("mining", "south"): ("2025-06", "2025-12"),
    }


@given(st.lists(measures(), max_size=5), st.lists(measures(), max_size=5))
def test_diff_sees_exactly_the_drivers_that_differ(one: list[Measure], two: list[Measure]):
    a, b = scenario(*one), scenario(*two)
    first, second = compile_arrays(CASE, a), compile_arrays(CASE, b)
    differing = {
        (kind.driver, place)
        for kind in KINDS.values()
        for column, place in enumerate(CASE.members(kind.dimension))
        if (first[kind.driver][:, column] != second[kind.driver][:, column]).any()
    }
    found = diff(a, b, CASE)
    assert {(row[0], row[1]) for row in found.drivers.itertuples(index=False)} == differing
    assert diff(a, b).measures.equals(found.measures)
