"""Evaluation of a measure: an invented effect is found, none gives false alarms, wrong input is one message."""

import functools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from scipy import stats
from typer.testing import CliRunner

from case_tools import small_case
from contraflow.analysis.evaluate import evaluate, measures
from contraflow.analysis.evaluate.effects import Scale, effect
from contraflow.analysis.evaluate.measures import ad_hoc, find
from contraflow.analysis.evaluate.placebo import Dates
from contraflow.analysis.evaluate.record import read
from contraflow.analysis.evaluate.verdict import judge
from contraflow.analysis.evaluate.windows import FIT, span
from contraflow.analysis.evaluate.world import Question, World
from contraflow.case import load_case
from contraflow.cli.evaluate import evaluate as command
from contraflow.errors import ContraflowError

pytest.importorskip("statsmodels")
pytest.importorskip("matplotlib")


@functools.cache
def ecuador():
    return load_case("ecuador")


class Steady:
    """The same month again and again: a method that takes no time, for tests of everything around it."""

    name, label, words = "steady", "steady months", "Poisson around the mean of the year before."

    def forecast(self, question: Question, single=(), quick: bool = False) -> World:
        rng = np.random.default_rng([question.seed, question.origin])
        mean = np.nanmean(question.counts[question.origin - 12 : question.origin], 0)
        level = rng.gamma(20, mean / 20, (400, 1, len(mean)))
        draws = rng.poisson(level, (400, question.horizon, len(mean))).astype(float)
        return World(draws[:, :, list(question.treated)].sum(2), {k: draws[:, :, k] for k in single})


class Unsteady(Steady):
    """The same with another name, so that there are two."""

    name, label = "unsteady", "unsteady months"


def call(*arguments: object):
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(command)
    return CliRunner().invoke(app, [str(part) for part in arguments])


# --- an invented effect on the real record ------------------------------------------------------------------

AREAS = (
    ("guayas",),
    ("manabi", "los-rios"),
    ("el-oro",),
    ("esmeraldas", "santo-domingo"),
    ("pichincha", "santa-elena"),
)
MONTHS = 3


@functools.cache
def forecasts():
    """Forecast three months from every third month on, for five areas without a province in common."""
    from contraflow.analysis.evaluate.structural import Structural

    case, method = ecuador(), Structural()
    record = read(case)
    season = dict(zip(case.season["month"], case.season["factor"], strict=True))
    question = Question(
        record.months, record.territories, record.counts,
        np.array([float(season[month.month]) for month in record.months]), record.share, 0, MONTHS, (),
    )  # fmt: skip
    starts = range(FIT, len(record.months) - MONTHS, MONTHS)
    from dataclasses import replace

    made = {}
    for area in AREAS:
        treated = tuple(record.columns(area))
        worlds = [
            method.forecast(replace(question, origin=start, treated=treated), quick=True) for start in starts
        ]
        made[area] = (treated, worlds)
    return record, starts, made


def placements():
    """Yield the record, the sum counted, the forecast and its scale, from each start with 10 or more before it."""
    record, starts, made = forecasts()
    for treated, worlds in made.values():
        seen = [record.counts[start : start + MONTHS] for start in starts]
        for now in range(10, len(starts)):
            past = Dates(tuple(starts[:now]), tuple(worlds[:now]), tuple(seen[:now]), treated)
            counted = seen[now][:, list(treated)]
            yield counted, worlds[now].total.sum(1), past.scale(0, MONTHS - 1), starts[now]


def binomial_range(number: int, share: float, level: float = 0.999) -> tuple[float, float]:
    """Return the shares that `number` trials give at most 1 in 1000 times less or more."""
    low, high = stats.binom.interval(level, number, share)
    return low / number, high / number


def test_without_an_effect_false_alarms_come_at_the_nominal_rate():
    found = [effect(counted.sum(), draws, scale, 1) for counted, draws, scale, _ in placements()]
    for share, nominal in ((90, 0.1), (50, 0.5)):
        alarms = np.mean([item.percent.excludes_zero(share) for item in found])
        # Areas share the country's shocks, so five areas are counted as half as many trials.
        low, high = binomial_range(len(found) // 2, nominal)
        assert low <= alarms <= high, (share, alarms, len(found))


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_an_invented_fall_is_found_and_covered_at_the_nominal_rate(share: float):
    covered, sign, clear = [], [], []
    for counted, draws, scale, start in placements():
        left = np.random.default_rng(start).binomial(counted.astype(int), 1 - share).sum()
        found = effect(left, draws, scale, 1).percent
        covered.append(found.low90 <= -100 * share <= found.high90)
        sign.append(found.median < 0)
        clear.append(found.high90 < 0)
    low, high = binomial_range(len(covered) // 2, 0.9)
    assert low <= np.mean(covered) <= high, np.mean(covered)
    assert np.mean(sign) >= (0.95 if share == 0.5 else 0.75)
    assert np.mean(clear) >= (0.6 if share == 0.5 else 0.15)


def test_an_invented_fall_changes_the_verdict(tmp_path: Path):
    """Seven in ten killings taken out of a province from March 2019 on: the whole chain sees it."""
    case = ecuador()

    def judged(share: float, *methods):
        rows = case.homicides.copy()
        hit = (rows["territory"] == "guayas") & (12 * rows["year"] + rows["month"] >= 12 * 2019 + 3)
        kept = np.random.default_rng(5).binomial(rows["homicides"].to_numpy(int), 1 - share * hit)
        rows["homicides"], rows["prison"], rows["night"] = kept, 0, pd.NA
        path = tmp_path / f"{share}.csv"
        rows.to_csv(path, index=False)
        return evaluate(
            case, start="2019-03", end="2019-08", provinces=("guayas",), data=path, until="2020-02",
            method=methods, placebos=20,
        )  # fmt: skip

    found, none = judged(0.7, "structural", Steady()), judged(0.0, "structural")
    assert found.verdict.direction == "fall"
    assert found.verdict.strength in ("strong", "moderate")
    assert found.findings[0].dates.p <= 0.1
    without, fallen = (item.findings[0].total["during"].percent.median for item in (none, found))
    assert fallen == pytest.approx(0.3 * (100 + without) - 100, abs=4)


# --- intervals and ranks ------------------------------------------------------------------------------------


def test_scale_learns_from_past_errors():
    rng = np.random.default_rng(1)
    assert Scale.of(np.full(3, np.nan), 3).factor == 1
    right = Scale.of(rng.standard_normal(4000), 4000)
    assert right.factor == pytest.approx(1, abs=0.05)
    assert Scale.of(2 * rng.standard_normal(4000), 4000).factor == pytest.approx(2, abs=0.1)
    few = Scale.of(2 * rng.standard_normal(20), 5)
    assert 1 < few.factor < 2
    assert few.degrees == 7


def test_widened_draws_keep_their_median():
    draws = np.random.default_rng(2).lognormal(5, 0.2, 4001)
    wide = Scale(2.0).widen(draws, 0)
    assert np.median(wide) == pytest.approx(np.median(draws), rel=1e-9)
    ratio = np.log(np.quantile(wide, 0.95) / np.median(wide)) / np.log(
        np.quantile(draws, 0.95) / np.median(draws)
    )
    assert ratio == pytest.approx(2, rel=0.02)


def test_effect_of_an_empty_province_is_no_change():
    found = effect(0.0, np.zeros(100), Scale(), 0)
    assert found.percent.median == 0
    assert found.fewer == 0.5


# --- measures, windows, record ------------------------------------------------------------------------------


def test_events_have_ids_and_are_found_by_their_beginning():
    case = ecuador()
    known = measures(case)
    assert len(known) == len(set(known))
    found = find(case, "2022-11-01")
    assert found.id == "2022-11-01-curfew"
    assert found.territories == ("esmeraldas", "guayas", "santo-domingo")
    assert find(case, "2024-05-group-split").precise is False
    with pytest.raises(ContraflowError, match="2022-11-01-curfew"):
        find(case, "2022-11-01-curfw")
    with pytest.raises(ContraflowError, match="events begin with that"):
        find(case, "2024-01")


def test_windows_follow_the_dates():
    case = ecuador()
    record = read(case)
    laid = span(find(case, "2023-07-24"), record)
    names = [(w.name, str(record.months[laid.origin + w.first]), w.months) for w in laid.windows]
    assert names == [
        ("during", "2023-08", 2),
        ("after-3", "2023-10", 3),
        ("after-6", "2023-10", 6),
        ("after-12", "2023-10", 12),
    ]
    assert laid.mixed == (0,)
    assert laid.exposure[0] == pytest.approx(8 / 31)
    open_ended = span(find(case, "2024-01-09-internal"), record)
    assert [w.name for w in open_ended.windows] == ["first-3", "first-6", "first-12"]
    late = span(find(case, "2025-07-25"), record)
    assert [(w.name, w.months, w.wanted) for w in late.windows] == [("first-3", 3, 3), ("first-6", 4, 6)]
    short = span(ad_hoc(case, "2025-11-20", "2025-11-30", ["guayas"]), record)
    assert [w.name for w in short.windows] == ["during"]


def write(path: Path, lines: list[str], header: str = "territory,year,month,homicides") -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def months_of_2026(path: Path, newest: int = 20, last: int = 4) -> Path:
    """Write counts from December 2025 on, those of the last month about `newest` a province."""
    names = ecuador().members("territory")
    rows = [f"{name},2025,12,30" for name in names]
    rows += [
        f"{name},2026,{month},{30 if month < last else newest}"
        for month in range(1, last + 1)
        for name in names
    ]
    return write(path, rows)


def test_new_months_are_laid_over_the_record(tmp_path: Path):
    record = read(ecuador(), months_of_2026(tmp_path / "new.csv"))
    assert str(record.months[-1]) == "2026-04"
    assert record.partial is None
    assert record.counts[-2].sum() == 30 * 24
    assert np.isnan(record.night[-1]).all()
    assert record.share[-1] < record.share[-2] <= 1
    assert not np.isnan(record.counts).any()


def test_a_partial_newest_month_is_flagged_and_not_used(tmp_path: Path):
    path = months_of_2026(tmp_path / "new.csv", newest=5)
    record = read(ecuador(), path)
    assert str(record.partial) == "2026-04"
    assert np.isnan(record.counts[-1]).all()
    assert "looks incomplete" in record.notes[-1]
    assert read(ecuador(), path, trust=True).partial is None
    text = path.read_text("utf-8").splitlines()
    record = read(ecuador(), write(tmp_path / "fewer.csv", text[1:-3]), trust=True)
    assert str(record.partial) == "2026-04"
    assert "3 territories have no row" in record.notes[-1]
    assert read(ecuador(), path, until="2026-03").partial is None


def test_a_measure_of_2026_is_judged_like_any_other(tmp_path: Path):
    path = months_of_2026(tmp_path / "new.csv", newest=5, last=6)
    found = evaluate(ecuador(), "2026-03-15-curfew", data=path, method=(Steady(), Unsteady()), placebos=20)
    assert found.record.partial is not None
    assert [w.name for w in found.span.windows] == ["during", "after-3"]
    assert found.span.windows[1].months == 2
    assert found.hours == {}
    assert {other.kind for other in found.others} >= {"joint_operation", "decree"}
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["record"]["left_out"] == "2026-06"


def test_a_month_that_nobody_counted_is_a_gap_not_a_zero(tmp_path: Path):
    names = ecuador().members("territory")
    rows = [f"{name},2026,{month},30" for month in (1, 2, 3) for name in names]
    record = read(ecuador(), write(tmp_path / "gap.csv", rows))
    assert np.isnan(record.counts[record.index(pd.Period("2025-12", "M"))]).all()
    assert any("2025-12" in note for note in record.notes)
    found = evaluate(
        ecuador(), "2026-03-15-curfew", data=tmp_path / "gap.csv", method=("structural",), placebos=20
    )
    assert np.isfinite(found.findings[0].total["during"].percent.median)


def test_own_events(tmp_path: Path):
    path = write(
        tmp_path / "events.csv",
        ["raids,2023-02-01,2023-04-30,raid,guayas;manabi"],
        "id,date,end_date,kind,territories",
    )
    found = evaluate(ecuador(), "raids", events=path, method=(Steady(), Unsteady()), placebos=20)
    assert found.measure.territories == ("guayas", "manabi")
    assert "el-oro" in found.neighbours or "los-rios" in found.neighbours
    assert set(found.hours) == {"night", "day"}


# --- the verdict --------------------------------------------------------------------------------------------


def test_one_method_is_at_most_weak_and_two_that_disagree_are_nothing():
    options = {"provinces": ("guayas",), "start": "2023-02", "end": "2023-04", "placebos": 20}
    found = evaluate(ecuador(), method=(Steady(), Unsteady()), **options)

    def with_percent(item, low: float, middle: float, high: float):
        from dataclasses import replace

        percent = replace(
            item.total["during"].percent, median=middle, low90=low, high90=high, low50=low, high50=high
        )
        return replace(
            item, total={"during": replace(item.total["during"], percent=percent)}, dates=replace(item.dates, p=0.04),
            provinces=None,
        )  # fmt: skip

    down = with_percent(found.findings[0], -60, -40, -10)
    up = with_percent(found.findings[1], 5, 20, 60)
    unsure = with_percent(found.findings[1], -60, -20, 30)
    windows = found.span.windows[:1]
    assert judge([down], windows, 0, "it").strength == "weak"
    assert judge([down, down], windows, 0, "it").strength == "strong"
    assert judge([down, unsure], windows, 0, "it").strength == "moderate"
    assert judge([down, up], windows, 0, "it").strength == "none"
    assert judge([unsure, unsure], windows, 0, "it").strength == "none"
    assert "There were 2 other measures" in judge([down], windows, 2, "it").caution


# --- the command --------------------------------------------------------------------------------------------


def test_command_writes_page_and_numbers(tmp_path: Path):
    out = tmp_path / "out"
    done = call("2022-11-01-curfew", "--method", "structural", "--placebos", 20, "--out", out)
    assert done.exit_code == 0, done.output
    for words in ("while in force", "By province", "By part of the day", "Untreated neighbours", "evidence"):
        assert words in done.stdout
    page = (out / "evaluation.html").read_text("utf-8")
    assert page.count("<svg") == 4
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    numbers = json.loads((out / "evaluation.json").read_text("utf-8"))
    assert numbers["eve"] == "2022-10"
    assert numbers["windows"][0]["first"] == numbers["windows"][0]["last"] == "2022-11"
    night = numbers["hours"]["night"]["structural"]["during"]["percent"]["median"]
    assert night < numbers["hours"]["day"]["structural"]["during"]["percent"]["median"]
    assert sorted(path.name for path in out.iterdir()) == ["evaluation.html", "evaluation.json"]


def test_list():
    done = call("--list")
    assert done.exit_code == 0
    assert "2022-11-01-curfew" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["2022-11-01-curfw"], "did you mean '2022-11-01-curfew'"),
        (["2024-01"], "events begin with that"),
        (["2022-11-01-curfew", "--provinces", "guayaz"], "did you mean 'guayas'"),
        (["--start", "2023-05", "--end", "2023-04", "--provinces", "guayas"], "lies before the start"),
        (["--start", "2023-02-30", "--provinces", "guayas"], "no day of the calendar"),
        (["--start", "soon", "--provinces", "guayas"], "is not a date"),
        (["--start", "2023-05"], "no territory is named"),
        ([], "neither an event nor a start"),
        (["2022-11-01-curfew", "--start", "2023-01"], "dates of its own"),
        (["2026-03-15-curfew"], "after the newest month"),
        (["2024-01-09-internal", "--until", "2023-12"], "after the newest month"),
        (["2022-11-01-curfew", "--until", "2031-01"], "outside the record"),
        (["2022-11-01-curfew", "--until", "then"], "is not a month"),
        (["2022-11-01-curfew", "--placebos", "5"], "too few for a rank"),
        (["2022-11-01-curfew", "--method", "guess"], "there is no method 'guess'"),
        (["--start", "2015-01", "--provinces", "guayas"], "months of record lie before it"),
        (["--start", "2017-06", "--provinces", "guayas"], "room for"),
        (["2022-11-01-curfew", "--data", "nowhere.csv"], "the file is missing"),
        (["2022-11-01-curfew", "--case", "nowhere"], "there is no case"),
    ],
)
def test_wrong_input_is_one_message_and_writes_nothing(arguments: list[str], words: str, tmp_path: Path):
    method = [] if "--method" in arguments else ["--method", "structural"]
    done = call(*arguments, *method, "--out", tmp_path / "out", "--plain")
    assert done.exit_code == 2, done.output
    message = [line for line in done.stderr.splitlines() if line.startswith("contraflow: ")]
    assert len(message) == 1
    assert words in message[0]
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        (
            "territory,year,month,homicides",
            "guayaz,2026,1,3",
            "line 2, column territory: there is no territory 'guayaz'",
        ),
        ("territory,year,month,homicides", "guayas,2026,13,3", "column month"),
        ("territory,year,month,homicides", "guayas,2026,1,many", "'many' is not a number"),
        ("territory,year,month", "guayas,2026,1", "column 'homicides' is missing"),
        ("territory;year;month;homicides", "guayas;2026;1;3", "separated by ';'"),
        ("territory,year,month,homicides,night", "guayas,2026,1,3,4", "4 killings at night of 3"),
        ("territory,year,month,homicides,extra", "guayas,2026,1,3,4", "unknown column 'extra'"),
    ],
)
def test_wrong_file_is_one_message(header: str, row: str, words: str, tmp_path: Path):
    path = write(tmp_path / "new.csv", [row], header)
    with pytest.raises(ContraflowError) as error:
        read(ecuador(), path)
    assert words in str(error.value)
    assert "Remedy" in str(error.value)


def test_rows_missing_inside_the_record_are_an_error(tmp_path: Path):
    rows = ["guayas,2025,12,30", *(f"{name},2026,1,3" for name in ecuador().members("territory"))]
    with pytest.raises(ContraflowError, match="2025-12"):
        read(ecuador(), write(tmp_path / "new.csv", rows))


def test_a_case_with_a_short_record_says_so():
    with pytest.raises(ContraflowError, match="Remedy"):
        evaluate(small_case(), start="2021-06", provinces=("north",), method=(Steady(),))
