"""Words never more certain than the interval they stand on, and the table of the terminal."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from contraflow.report import render_table
from contraflow.report.displacement import displacement_words
from contraflow.report.forest import axis_of, forest
from contraflow.report.labels import Labels
from contraflow.report.rows import in_window, rows_of
from contraflow.report.tables import WIDTH, table_lines
from contraflow.report.words import finding, headline_rows, split_caveats, summary, window_words


@pytest.fixture(scope="module")
def labels(comparison):
    return Labels(comparison.case)


@pytest.fixture(scope="module")
def rows(comparison, labels):
    return rows_of(comparison, labels)


def with_interval(row, low, middle, high):
    return replace(row, diff_q05=low, diff_median=middle, diff_q95=high)


@pytest.mark.parametrize(
    ("numbers", "verdict", "words"),
    [
        ((-3.0, -2.0, -1.0), "down", "down by 2.0"),
        ((1.0, 2.0, 3.0), "up", "up by 2.0"),
        ((-3.0, -2.0, 0.0), "unclear", "no clear change"),
        ((-3.0, -2.0, 1.0), "unclear", "no clear change"),
        ((0.0, 2.0, 3.0), "unclear", "no clear change"),
        ((0.0, 0.0, 0.0), "none", "no difference at all"),
        ((np.nan, 1.0, 2.0), "unclear", "no clear change"),
    ],
)
def test_an_interval_that_holds_zero_is_no_clear_change(rows, labels, numbers, verdict, words):
    row = with_interval(headline_rows(rows)[0], *numbers)
    assert row.verdict == verdict
    assert words in finding(row, labels)


def test_every_finding_names_its_interval(comparison):
    answer = summary(comparison)
    assert answer.clear
    assert all("90 % interval" in text for text in answer.clear + answer.unclear)
    assert answer.opening.startswith("Compared with no-campaign, campaign gives, from September 2025 to")
    assert len(answer.clear) + len(answer.unclear) == len(
        headline_rows(in_window(rows_of(comparison, Labels(comparison.case))))
    )


def test_opening_sorts_outcomes_as_their_intervals_do(comparison, rows, labels):
    opening = summary(comparison).opening
    for row in headline_rows(in_window(rows)):
        if row.outcome == "homicides":
            part = {"down": "a fall in", "up": "a rise in", "unclear": "no clear change in"}[row.verdict]
            before = opening[: opening.index("homicides in Ecuador")]
            assert before.rfind(part) >= max(before.rfind(";"), 0)


def test_no_difference_is_said_plainly(no_difference):
    answer = summary(no_difference)
    assert "exactly the same numbers" in answer.opening
    assert not answer.clear + answer.unclear


def test_months_in_words():
    assert window_words("2025-09 to 2026-08") == "September 2025 to August 2026"


def test_a_share_changes_by_percentage_points(rows, labels):
    row = next(row for row in rows if row.outcome == "transit_share")
    assert row.unit == "%"
    assert "percentage points" in finding(row, labels)
    assert row.baseline == pytest.approx(55, abs=45)


def test_caveats_on_the_draws_come_first(comparison):
    about, rest = split_caveats(comparison.caveats)
    assert [text[:5] for text in about] == ["These"]
    assert len(rest) == 1


def displaced(place, low, middle, high, share=(None, None, None)):
    names = ("displaced_q05", "displaced_median", "displaced_q95")
    row = {"place": place, "label": f"To {place}", "diff_q05": low, "diff_median": middle, "diff_q95": high}
    return row | dict(zip(names, share, strict=True))


def test_displacement_in_words():
    rows = [
        displaced("all", -30.0, -10.0, 5.0, (0.5, 0.89, 2.0)),
        displaced("a", -90.0, -60.0, -40.0),
        displaced("b", -1.0, 30.0, 60.0),
        displaced("c", 2.0, 20.0, 40.0),
    ]
    words = displacement_words(rows)
    assert "89 t reappear in growing ones (90 % interval 50 to 200" in words
    assert "Clearly growing: To c, +20 t a year (+2.0 to +40)." in words
    assert "To b" not in words
    assert "All corridors together: −10 t a year (−30 to +5.0)." in words
    assert "No single corridor clearly grows" in displacement_words(rows[:3])
    assert displacement_words([displaced("all", 0.0, 0.0, 0.0)]) == "No corridor loses anything."
    assert displacement_words([]) == ""


def test_totals_come_first_and_places_by_size(rows):
    delivered = [row for row in in_window(rows) if row.outcome == "delivered"]
    assert delivered[0].is_total
    sizes = [row.baseline for row in delivered[1:]]
    assert sizes == sorted(sizes, reverse=True)
    stages = [row.place for row in in_window(rows) if row.outcome == "income_stage"]
    assert (stages[0], stages[-1]) == ("farmgate", "margin-retail")


def test_the_picture_holds_most_intervals_and_marks_the_rest(rows, labels):
    chosen = headline_rows(in_window(rows))
    assert 0 < axis_of(chosen) <= 100
    wild = [replace(chosen[0], pct_q05=-400.0, pct_q95=900.0), *chosen[1:]]
    drawn = forest(wild, labels, "w")
    assert "off left" in drawn
    assert "off right" in drawn
    assert forest([], labels, "w") == ""


def printed(comparison, encoding="utf-8", **options):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    render_table(comparison, Console(file=stream, **options))
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize(("width", "columns"), [(WIDTH, "50 % interval"), (80, "90 % interval")])
def test_terminal_table_fits(comparison, fake, ecuador, width, columns):
    lines = [line.plain for line in table_lines(fake(ecuador, draws=20), width)]
    assert max(len(line) for line in lines) <= width
    assert columns in lines[0]
    assert len(lines) <= 52


def test_terminal_says_the_answer_and_where_draws_come_from(comparison):
    text = printed(comparison)
    assert "Compared with no-campaign" in text
    assert "come from the priors" in text
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    assert "Homicides a year" in text


def test_terminal_without_unicode(comparison):
    text = printed(comparison, "ascii")
    assert "Homicides a year" in text
    assert "interval" in text


def test_terminal_of_eighty_columns_leaves_out_the_half_interval(comparison):
    text = printed(comparison, width=80, force_terminal=True, color_system=None)
    assert "50 % interval" not in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 82
