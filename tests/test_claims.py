"""Claims: interval arithmetic, reading, bounds by hand, verdicts, the audit and its command."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer import Typer
from typer.testing import CliRunner

from case_tools import copy_case
from contraflow.analysis.claims import OBSERVABLES, audit, case_claims, read_claims
from contraflow.analysis.claims.balance import balance
from contraflow.analysis.claims.bounds import Bounds, no_bounds, span
from contraflow.analysis.claims.counts import share_draws
from contraflow.analysis.claims.decide import levers
from contraflow.analysis.claims.evidence import Evidence
from contraflow.analysis.claims.interval import ANYTHING, Interval
from contraflow.analysis.claims.network import Tonnes
from contraflow.analysis.claims.period import read_period
from contraflow.analysis.claims.runs import Runs
from contraflow.analysis.claims.verdict import CONTRADICTED, SUPPORTED, UNDECIDABLE, judge
from contraflow.case import load_case
from contraflow.cli import claims as command
from contraflow.errors import ContraflowError
from contraflow.inference.posterior import fitted_to, save_posterior
from contraflow.report.claims import lead, page, table_rows

numbers = st.floats(-1e6, 1e6, allow_nan=False)


@st.composite
def interval_and_member(draw):
    low, high = sorted((draw(numbers), draw(numbers)))
    return Interval(low, high), draw(st.floats(low, high))


@pytest.fixture(scope="module")
def ecuador():
    return load_case("ecuador")


@pytest.fixture(scope="module")
def weighed(tmp_path_factory):
    """A small case in which seizures and their purity are published."""
    folder = copy_case(tmp_path_factory.mktemp("weighed"))
    with (folder / "observations" / "example.csv").open("a", encoding="utf-8") as stream:
        stream.write("seizures,AAA,2024,,100,,,t gross,,example-2024,high,1,,\n")
        stream.write("purity,Bulk shipments,2024,,80,,,%,,example-2024,high,1,,\n")
        stream.write("seizures,BBB,2023,,999,,,t gross,,example-2024,high,1,,not of the year\n")
    rows = (folder / "observations" / "example.csv").read_text(encoding="utf-8")
    (folder / "observations" / "example.csv").write_text(
        rows.replace(",low,1,", ",high,1,"), encoding="utf-8"
    )
    return load_case(folder)


@pytest.fixture(scope="module")
def by_hand(ecuador):
    """Audit what needs no simulation."""
    names = [c.id for c in case_claims(ecuador) if c.observable.name in ("night-share", "homicide-change")]
    return audit(ecuador, only=names, draws=400, with_gains=False)


def write(folder, text, name="mine.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def toml(**keys):
    lines = (f"{key} = {json.dumps(value)}" for key, value in keys.items())
    return "[[claim]]\n" + "\n".join(lines) + "\n"


# interval arithmetic


@given(interval_and_member(), interval_and_member())
def test_the_true_value_is_always_inside_the_bounds(one, two):
    (a, x), (b, y) = one, two
    slack = 1e-9 * max(1.0, abs(x), abs(y), abs(x * y))
    for interval, value in ((a + b, x + y), (a - b, x - y), (a * b, x * y)):
        assert interval.low - slack <= value <= interval.high + slack
    if abs(y) > 1e-9:
        quotient = a / b
        slack = 1e-9 * max(1.0, abs(x / y))
        assert quotient.low - slack <= x / y <= quotient.high + slack


@given(interval_and_member(), interval_and_member())
def test_hull_and_clip_hold_what_they_should(one, two):
    (a, x), (b, y) = one, two
    assert a.hull(b).holds(x) and a.hull(b).holds(y)
    assert a.within(a.hull(b))
    clipped = a.clipped(0.0, 10.0)
    assert clipped.holds(min(max(x, 0.0), 10.0)) and clipped.within(Interval(0.0, 10.0))
    assert a.meets(b) == b.meets(a)


def test_unbounded_ends():
    assert Interval(0.0, 0.0) * Interval(0.0, math.inf) == Interval(0.0, 0.0)
    assert Interval(1.0, 2.0) / Interval(0.0, 4.0) == Interval(0.25, math.inf)
    assert Interval(1.0, 2.0) / Interval(-1.0, 4.0) == ANYTHING
    with pytest.raises(ValueError, match="no interval"):
        Interval(2.0, 1.0)
    with pytest.raises(ValueError, match="no interval"):
        Interval(math.nan, 1.0)
    assert [span(i, "t") for i in (ANYTHING, Interval(1, 1), Interval(2, math.inf), Interval(-2, 1234))] == [
        "anything", "1 t", "at least 2 t", "−2 to 1,230 t",
    ]  # fmt: skip


# reading claims


def test_the_periods_of_the_vocabulary(ecuador):
    assert str(read_period("2024", ecuador, "x")) == "2024"
    assert read_period("2019 to 2023", ecuador, "x").years == [2019, 2020, 2021, 2022, 2023]
    assert read_period("2025-09 to 2026-08", ecuador, "x").months == 12
    assert str(read_period("12m", ecuador, "x")) == "2025-09 to 2026-08"
    for wrong in ("", "soon", "2024 to 2020", "0m", "2024-13"):
        with pytest.raises(ContraflowError, match="Remedy"):
            read_period(wrong, ecuador, "x")


def test_the_claims_of_the_case_are_complete(ecuador):
    claims = case_claims(ecuador)
    assert len(claims) >= 30
    assert len({claim.observable.name for claim in claims}) >= 15
    for claim in claims:
        assert claim.sources and claim.why
        assert set(claim.sources) <= {*ecuador.sources, "judgement"}
    assert all(item.decides and item.takes and item.meaning.endswith(".") for item in OBSERVABLES.values())


def test_a_claim_is_five_lines_of_text(ecuador, tmp_path):
    text = toml(words="a third", observable="transit-share", place="COL", period="2023", value=33)
    (claim,) = read_claims(write(tmp_path, text), ecuador)
    assert claim.id == "claim-1" and claim.accepted == Interval(28.0, 38.0)
    csv = "observable,period,comparator,low,high\nnight-share,2023,between,20,30\n"
    (claim,) = read_claims(write(tmp_path, csv, "mine.csv"), ecuador)
    assert claim.accepted == Interval(18.0, 32.0) and claim.figure == "20 to 30 %"


GOOD = {"observable": "transit-share", "period": "2023", "value": 33}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({**GOOD, "observable": "transit-shar"}, "unknown observable 'transit-shar'.*transit-share"),
        ({**GOOD, "source": "nobody-2020"}, "unknown source key 'nobody-2020'"),
        ({"observable": "transit-share", "period": "2023"}, "column value: .*empty"),
        ({**GOOD, "comparator": "between"}, "low is empty"),
        (
            {"observable": "night-share", "period": "2023", "comparator": "between", "low": 3, "high": 2},
            "3 is above high",
        ),
        ({**GOOD, "low": 3}, "low and high are for"),
        ({**GOOD, "comparator": "=="}, "'==' is not an allowed word"),
        ({**GOOD, "place": "XYZ"}, "unknown place 'XYZ'"),
        ({**GOOD, "period": "20"}, "'20' is not a period"),
        ({**GOOD, "value": "many"}, "'many' is not a number"),
        ({**GOOD, "value": True}, "neither text nor a number"),
        ({**GOOD, "unit": "t"}, "'t' is not the unit"),
        ({**GOOD, "scenario": "nothing"}, "unknown scenario"),
        ({**GOOD, "vale": 3}, "unknown key 'vale'"),
        ({**GOOD, "form": "quote", "words": "word " * 16}, "16 words"),
        ({"observable": "supply-share", "period": "2023", "value": 3}, "needs a place"),
        ({"observable": "homicide-change", "period": "2023", "value": 3, "via": "ECU"}, "takes no via"),
    ],
)
def test_bad_input_is_named(ecuador, tmp_path, keys, message):
    with pytest.raises(ContraflowError, match=message):
        read_claims(write(tmp_path, toml(**keys)), ecuador)


@pytest.mark.parametrize(
    ("text", "message"),
    [("[[claim]\n", "not readable"), ("claim = 3\n", "not a list"), ("[[claims]]\n", "unknown key 'claims'"),
     ("# nothing\n", "there is no claim"), (toml(id="a", **GOOD) + toml(id="a", **GOOD), "duplicate id 'a'")],
)  # fmt: skip
def test_bad_files_are_named(ecuador, tmp_path, text, message):
    with pytest.raises(ContraflowError, match=message):
        read_claims(write(tmp_path, text), ecuador)


# bounds by hand


def test_mass_balance_by_hand(ecuador):
    evidence = Evidence(ecuador)
    found = balance(evidence, ["COL", "PER"], "ECU", 2023)
    assert not isinstance(found, str)
    # the same by hand: what was seized at home cannot have passed, and gross weight is at most pure
    assert found.share.high == pytest.approx(100.0 * (1.0 - found.kept.low / found.made.high))
    assert 0.0 <= found.share.low <= found.share.high < 100.0
    assert found.tonnes.high == pytest.approx(found.made.high - found.kept.low)
    for step in found.steps:
        assert set(step.sources) <= {*ecuador.sources, "judgement", "derived", "logic"}
    assert isinstance(balance(evidence, ["COL"], "ECU", 1990), str)


def test_part_of_seizures_abroad_is_taken_off(ecuador):
    """Colombia's total holds what was seized in other countries, which may well have passed Ecuador."""
    home = Evidence(ecuador).at_home("COL")
    assert home is not None and 0.3 < home.interval.low < home.interval.high < 0.6


def test_a_figure_is_the_range_of_what_was_published(ecuador):
    evidence = Evidence(ecuador)
    figure = evidence.figure("x", ["homicides_year"], ["Ecuador"], [2023], "")
    assert figure is not None and figure.interval == Interval(7872.0, 8248.0)
    assert evidence.figure("x", ["homicides_year"], ["Ecuador"], [1800], "") is None


# verdicts


def test_the_rule():
    low, allowed = Interval(0.0, 10.0), Bounds(Interval(0.0, 100.0))
    assert judge(low, Bounds(Interval(20.0, 30.0)), 0.9, "posterior").word == CONTRADICTED
    assert judge(low, Bounds(Interval(2.0, 3.0)), 0.0, "posterior").word == SUPPORTED
    assert judge(low, Bounds(Interval(20.0, 30.0), binding=False), None, "").word == UNDECIDABLE
    assert judge(low, allowed, 0.81, "posterior").word == SUPPORTED
    assert judge(low, allowed, 0.04, "counts").word == CONTRADICTED
    assert judge(low, allowed, 0.5, "posterior").word == UNDECIDABLE
    for chance in (0.0, 1.0):
        assert judge(low, allowed, chance, "prior").word == UNDECIDABLE


def test_impossible_true_and_vague_claims(weighed, tmp_path):
    """Impossible by mass balance, true by it, and too vague for either."""
    least = weighed_shares(weighed).low
    text = (
        toml(id="impossible", observable="transit-share", period="2024", value=99.9, tolerance=0.1)
        + toml(
            id="true",
            observable="transit-share",
            period="2024",
            comparator=">=",
            value=0.9 * least,
            tolerance=0,
        )
        + toml(id="vague", observable="transit-share", period="2024", value=50)
    )
    found = audit(weighed, file=write(tmp_path, text), draws=60, with_gains=False)
    words = {row.claim.id: (row.verdict.word, row.verdict.rests_on) for row in found.rows}
    assert words["impossible"] == (CONTRADICTED, "published figures")
    assert words["true"] == (SUPPORTED, "published figures")
    assert words["vague"] == (UNDECIDABLE, "")


def weighed_shares(case):
    found = balance(Evidence(case), ["AAA"], "BBB", 2024)
    assert not isinstance(found, str)
    return found.share


def test_the_small_balance_is_the_one_on_paper(weighed):
    """Made: the table's high sum. Seized at home: 100 t of at least 80 % purity. Seized on the way: 35 t or more."""
    table = weighed.production
    made = table.loc[table["year"] == 2024, "high"].sum()
    share = weighed_shares(weighed)
    assert share.high == pytest.approx(100.0 * (1.0 - 80.0 / made))
    assert share.low == pytest.approx(100.0 * 0.8 * 35.0 / made)


def test_hours_of_killings_come_from_counts(by_hand, ecuador):
    row = next(row for row in by_hand.rows if row.claim.id == "night-40")
    counts = ecuador.homicides
    counts = counts[counts["year"] == 2023]
    share = 100.0 * counts["night"].sum() / counts["homicides"].sum()
    assert row.quantiles[0] < share < row.quantiles[4]
    assert row.quantiles[4] - row.quantiles[0] < 5.0
    assert row.bounds.interval.low == pytest.approx(share)
    assert row.verdict.word == CONTRADICTED and row.probability == 0.0
    assert by_hand.beliefs == "", "what is on record needs no simulation"


def test_count_noise_covers_the_share_it_was_made_with():
    random = np.random.default_rng(1)
    inside = 0
    for _ in range(200):
        whole = random.poisson(300.0, 12).astype(float)
        part = random.binomial(whole.astype(int), 0.25).astype(float)
        low, high = np.quantile(share_draws(part, whole, 400, random), (0.05, 0.95))
        inside += low <= 25.0 <= high
    assert 0.84 <= inside / 200 <= 0.98


def test_the_belief_that_matters_is_found():
    random = np.random.default_rng(0)
    parameters = {f"p{i}": random.normal(size=200) for i in range(60)}
    outcome = 3.0 * parameters["p7"] + random.normal(size=200)
    found = levers(outcome, Interval(0.0, math.inf), parameters)
    assert [lever.parameter for lever in found] == ["p7"]
    assert found[0].probabilities[0] < 0.1 < 0.9 < found[0].probabilities[2] and found[0].decides


# the model's side, on the small case


@pytest.fixture(scope="module")
def runs(weighed):
    return Runs(weighed, draws=60)


def test_shares_of_routes(runs):
    case = runs.case
    data = runs.of(case.default_scenario)
    period = read_period("2024", case, "x")
    tonnes = Tonnes(case, data, period)
    focus, markets = str(case.meta["focus_country"]), case.members("market")
    parts = sum(tonnes.headed_for(m, focus) for m in markets)
    np.testing.assert_allclose(parts, 1.0, atol=1e-9)
    for market in markets:
        everything = [str(c) for c in set(case.nodes["country"])]
        np.testing.assert_allclose(tonnes.came_through(market, everything), 1.0, atol=1e-9)
        assert (
            (tonnes.came_through(market, [focus]) >= 0) & (tonnes.came_through(market, [focus]) <= 1)
        ).all()


def test_a_posterior_that_ships_is_used_and_decides(tmp_path):
    folder = copy_case(tmp_path)
    text = toml(id="vague", observable="transit-share", period="2024", value=3, tolerance=0.5)
    wanted = write(tmp_path, text)
    before = audit(load_case(folder), file=wanted, draws=40, with_gains=False)
    row = before.rows[0]
    assert (before.beliefs, row.origin, row.verdict.word) == ("prior", "prior", UNDECIDABLE)
    assert "come from priors" in lead(before)
    values = {"theta": np.linspace(3.0, 3.4, 50)}
    save_posterior(folder, values, {}, {"fitted_to": fitted_to(load_case(folder))})
    after = audit(load_case(folder), file=wanted, draws=40, with_gains=False)
    row = after.rows[0]
    assert row.origin == "posterior" and after.beliefs != "prior"
    assert row.probability < 0.05 and row.verdict.word == CONTRADICTED
    assert "come from the posterior" in lead(after)


def test_an_audit_is_repeatable_and_fills_a_page(weighed, tmp_path):
    case = weighed
    text = toml(observable="transit-share", period="2024", value=50, tolerance=10) + toml(
        observable="income-effect", place="trade", period="12m", comparator="<=", value=0
    )
    path = write(tmp_path, text)
    one, two = (audit(case, file=path, draws=60) for _ in range(2))
    assert [row.quantiles for row in one.rows] == [row.quantiles for row in two.rows]
    assert one.beliefs == "prior" and all(row.verdict.word == UNDECIDABLE for row in one.rows)
    assert one.gains is not None and {gain.months for gain in one.gains.rows} <= {6, 12, 24, 36}
    for gain in one.gains.rows:
        assert 0.0 <= gain.p_fall <= 1.0 and list(gain.change) == sorted(gain.change)
    plain = json.loads(one.to_json())
    assert plain["claims"][0]["verdict"] == UNDECIDABLE and plain["gains"]["rows"]
    html = page(one).render()
    assert html.count("<figure>") == 3 and "Do gains fall?" in html
    assert not re.search(r'(src|href)="(?!#)', html), "the page loads nothing"
    assert len(table_rows(one)) == 2


def test_nothing_published_bounds_nothing():
    assert no_bounds("none").interval == ANYTHING


# the command


@pytest.fixture
def run():
    app = Typer()
    app.command()(command.claims)
    return lambda *arguments: CliRunner().invoke(app, [str(a) for a in arguments])


def test_the_command_writes_both_files(run, tmp_path):
    done = run("--only", "night-40", "--draws", 10, "--out", tmp_path / "out", "--plain")
    assert done.exit_code == 0, done.output
    assert "contradicted" in done.stdout and "23:00 to 04:59" in done.stdout
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["claims.html", "claims.json"]
    done = run("--only", "night-40", "--draws", 10, "--out", tmp_path / "out", "--plain", "--json")
    assert json.loads(done.stdout)["claims"][0]["verdict"] == CONTRADICTED


def test_the_command_names_bad_input_and_writes_nothing(run, tmp_path):
    bad = write(tmp_path, toml(observable="nothing", value=1))
    for arguments in (("--only", "night-41"), ("--file", bad), ("--file", tmp_path / "none.toml")):
        done = run(*arguments, "--out", tmp_path / "out", "--plain")
        assert done.exit_code == 2 and "Remedy" in done.output and "Traceback" not in done.output
        assert not (tmp_path / "out").exists()
    assert run("--list").exit_code == 0


def test_the_page_of_the_documentation_names_every_observable():
    text = (Path(__file__).parent.parent / "docs/case/claims.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)) == set(OBSERVABLES)
