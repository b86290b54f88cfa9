"""What the record taught (narrowed, moved, or neither), and what has not settled: told apart, and said so."""

import json

import numpy as np
import pytest
import xarray as xr

from contraflow.inference import summary
from contraflow.inference.diagnose import LEARNED, MOVED, diagnose
from contraflow.inference.marginal import LongRun
from contraflow.inference.store import STANDARD
from contraflow.report import sureness
from contraflow.report.diagnosis import opening

DRAWS = 4_000


@pytest.fixture(scope="module")
def tree() -> xr.DataTree:
    """Four chains of four parameters, standard normals before the record, and one known by draws of its prior."""
    rng = np.random.default_rng(0)

    def normal(mean: float, sd: float) -> np.ndarray:
        return mean + sd * rng.standard_normal((4, DRAWS // 4))

    two = np.where(rng.random((4, DRAWS // 4)) < 0.5, normal(-3.7, 0.4), normal(-0.3, 0.9))
    after = {"narrow": normal(0.0, 0.3), "same": normal(0.0, 1.0), "shifted": normal(-1.2, 1.0), "modes": two}
    posterior = xr.Dataset({name: (("chain", "draw"), v, {"prior": STANDARD}) for name, v in after.items()})
    posterior["rate"] = (("chain", "draw"), np.exp(normal(1.0, 0.5)))
    prior = xr.Dataset({"rate": (("chain", "draw"), np.exp(normal(0.0, 1.0)))})
    return xr.DataTree.from_dict({"/posterior": posterior, "/prior": prior})


def test_contraction_and_shift_are_those_of_the_draws(tree):
    found = {item.name: item for item in diagnose(tree).learned}
    for name, contraction, shift in (
        ("narrow", 1 - 0.3**2, 0.0), ("same", 0.0, 0.0), ("shifted", 0.0, -1.2), ("rate", 0.75, 1.0),
    ):  # fmt: skip
        assert found[name].contraction == pytest.approx(contraction, abs=0.06), name
        assert found[name].shift == pytest.approx(shift, abs=0.06), name
    assert found["modes"].contraction < -1.0 and found["modes"].shift == pytest.approx(-2.0, abs=0.1)


def test_what_has_moved_is_not_what_was_believed_before(tree):
    found = diagnose(tree)
    assert [item.name for item in found.not_identified] == ["same", "shifted", "modes"]
    assert [item.name for item in found.silent] == ["same"]
    assert "about 1 of 5 numbers" in opening(found)
    for item in found.learned:
        assert item.identified == (item.contraction >= LEARNED)
        assert item.silent == (item.contraction < LEARNED and abs(item.shift) < MOVED)


def test_a_summary_tells_the_three_apart_and_the_page_says_which(tree):
    part = summary.summarise({"trade": tree})["trade"]
    assert summary.silent(part) == ["same"]
    assert list(summary.moved(part)) == ["modes", "shifted"]
    said = sureness._learned("trade", part, {"modes": "Learning about losses"})
    assert said.words[0].endswith("what was believed before: same.")
    assert said.words[1].startswith("Moved, and no narrower than before: learning about losses (-2")


def test_numbers_that_have_not_settled_are_said_wherever_the_fit_speaks(tree):
    at = LongRun("modes", mean=-2.4, sd=1.7, later=-1.1, later_sd=1.9, error=0.1, step=0.2)
    rows = [
        at,
        at._replace(symbol="same", mean=0.0, sd=1.0, later=0.1),
        at._replace(symbol="rate", later=np.nan),
    ]
    ahead = [row._asdict() for row in rows]
    info = {"acceptance": 0.8, "restarted": 0, "push": [1.01, 1.13], "ahead": ahead}
    tree = tree.copy()
    tree.attrs["sampler"] = json.dumps(info)
    part = summary.summarise({"trade": tree})["trade"]
    assert summary.unsettled(part) == ["modes"]
    said = {verdict["what"]: (verdict["value"], verdict["met"]) for verdict in part["verdicts"]}
    assert said["mean gradient (standard errors)"] == ("1.13", False)
    assert said["single numbers that have not settled"] == ("modes; too few members to say of 1 of 3", None)
    words = sureness._targets("trade", part, {"modes": "Learning about losses"}).words
    assert words[1].endswith("less is known than intervals say: learning about losses.")
    assert "More steps of the fit might move modes." in opening(diagnose(tree))
    json.dumps(part, allow_nan=False)
