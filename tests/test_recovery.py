"""Recovery of known parameters: intervals are judged fairly, and the whole loop on the case of the template."""

import numpy as np
import pandas as pd
import pytest

from contraflow.case import load_case
from contraflow.case.template import new_case
from contraflow.errors import ContraflowError
from contraflow.inference.recovery import COLUMNS, coverage, recover, standing


@pytest.mark.parametrize("draws", [8, 32, 400])
def test_intervals_of_exact_draws_hold_what_they_say_however_few_draws_there_are(draws):
    rng = np.random.default_rng(0)
    place = standing(rng.standard_normal((20_000, draws)), rng.standard_normal(20_000), rng)
    table = pd.DataFrame({"symbol": "x", "contraction": 0.5, "place": place})
    found = coverage(table).set_index("numbers").loc["all parameters"]
    assert found["count"] == 20_000
    assert found["in50"] == pytest.approx(0.5, abs=0.015)
    assert found["in90"] == pytest.approx(0.9, abs=0.01)


def test_draws_that_are_too_narrow_are_found_out():
    rng = np.random.default_rng(1)
    place = standing(0.7 * rng.standard_normal((5_000, 32)), rng.standard_normal(5_000), rng)
    found = coverage(pd.DataFrame({"symbol": "(record)", "contraction": np.nan, "place": place}))
    assert found.set_index("numbers").loc["what the truth says of the record", "in90"] < 0.8


def test_every_number_of_the_small_case_is_judged(tmp_path):
    case = load_case(new_case(tmp_path / "small"))
    told = []
    keep = tmp_path / "places.csv"
    table = recover(case, 1, members=16, progress=lambda done, total: told.append((done, total)), keep=keep)
    again = recover(case, 1, members=16, progress=lambda done, total: told.append((done, total)), keep=keep)
    pd.testing.assert_frame_equal(again, table, check_dtype=False)
    assert list(table.columns) == list(COLUMNS)
    assert told == [(1, 1)]
    assert table["place"].between(0.0, 1.0).all()
    record = table["symbol"] == "(record)"
    assert record.sum() == len(case.calibration) - (case.calibration["quantity"] == "members").sum()
    assert (
        table.loc[~record & ~table["symbol"].str.contains("error|consignment"), "contraction"].notna().all()
    )
    assert (coverage(table)["count"] > 0).sum() >= 3


def test_a_file_of_something_else_is_not_gone_on_from(tmp_path):
    keep = tmp_path / "places.csv"
    keep.write_text("replica,symbol,element,place,contraction\n0,theta,0,0.5,0.1\n", encoding="utf-8")
    with pytest.raises(ContraflowError, match="name another file"):
        recover(load_case("ecuador"), 1, keep=keep)
    assert keep.read_text(encoding="utf-8").startswith("replica")
