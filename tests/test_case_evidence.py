"""The calibration and the claims of a case are checked: place, value and remedy of every slip."""

import shutil
from pathlib import Path

import pytest

from case_tools import copy_case, set_cell
from contraflow.analysis.check import check_case
from contraflow.case import load_case
from contraflow.errors import CaseError

HEADER = "quantity,where,origin,year,value,error,source,note"
GOOD = (
    "seizures,jurisdiction:BBB,,2022,4.5,0.1,judgement,",
    "seizures,entry:entry-one+entry-two,,2023,3,0.1,judgement,",
    "share,theatre:sea,BBB,2022,0.4,0.2,judgement,",
    "price,node:market-one,,2022,60000,0.1,judgement,",
    "retail,market:market-one,,2022,40000,0.1,judgement,",
    "transit,,,2022,0.5,0.3,judgement,",
)


def calibrated(tmp_path: Path, *rows: str) -> Path:
    folder = copy_case(tmp_path)
    (folder / "calibration.csv").write_text("\n".join([HEADER, *GOOD, *rows]) + "\n")
    return folder


def test_a_good_calibration_is_good(tmp_path: Path):
    assert [f for f in check_case(calibrated(tmp_path)) if f.level == "error"] == []


@pytest.mark.parametrize(
    ("row", "column", "value", "remedy"),
    [
        ("seizures,jurisdiction:ATL,,2022,4,0.1,judgement,", "where", "unknown jurisdiction 'ATL'", "BBB"),
        ("seizures,entry:entry-one+gate,,2022,4,0.1,judgement,", "where", "unknown entry 'gate'", "entry"),
        ("seizures,node:market-one,,2022,4,0.1,judgement,", "where", "no place of seizures", "theatre:ID"),
        ("seizures,,,2022,4,0.1,judgement,", "where", "'' is no place of seizures", "jurisdiction:ID"),
        ("price,market-one,,2022,4,0.1,judgement,", "where", "no place of price", "node:ID"),
        ("price,node:market-on,,2022,4,0.1,judgement,", "where", "unknown node 'market-on'", "market-one"),
        ("retail,node:market-one,,2022,4,0.1,judgement,", "where", "no place of retail", "market:ID"),
        (
            "retail,market:entry-one,,2022,4,0.1,judgement,",
            "where",
            "unknown market 'entry-one'",
            "market-one",
        ),
        ("transit,theatre:sea,,2022,0.4,0.1,judgement,", "where", "takes no place", "empty"),
        ("share,theatre:sea,,2022,0.4,0.1,judgement,", "origin", "the share has no origin", "BBB"),
        ("share,theatre:sea,EEE,2022,0.4,0.1,judgement,", "origin", "unknown country 'EEE'", "BBB"),
        ("price,node:market-one,BBB,2022,4,0.1,judgement,", "origin", "takes no origin", "empty"),
        ("transit,,,1999,0.4,0.1,judgement,", "year", "the year 1999 is not simulated", "use 20"),
        ("transit,,,2022,70,0.1,judgement,", "value", "a share of 70 is not below 1", "write 0.7"),
        ("transit,,,2022,0,0.1,judgement,", "value", "0", "above 0"),
        ("transit,,,2022,0.4,0.1,nobody,", "source", "unknown source key 'nobody'", "sources.bib"),
        ("bribes,,,2022,0.4,0.1,judgement,", "quantity", "bribes", "seizures"),
        (GOOD[0], "", "the same figure as in calibration.csv line 2", "remove one"),
    ],
)
def test_a_slip_in_the_calibration_is_named(tmp_path: Path, row, column, value, remedy):
    folder = calibrated(tmp_path, row)
    (found,) = [f for f in check_case(folder) if f.level == "error"]
    assert found.place == "calibration.csv line 8" + (f", column {column}" if column else "")
    assert value in found.value
    assert remedy in found.remedy
    with pytest.raises(CaseError):
        load_case(folder)


@pytest.mark.parametrize(
    ("column", "cell", "value", "remedy"),
    [
        ("observable", "transit-shares", "unknown observable 'transit-shares'", "did you mean"),
        ("place", "AAB", "unknown place 'AAB'", "AAA"),
        ("period", "soon", "'soon' is not a period", "write 2024"),
        ("unit", "t", "'t' is not the unit of transit-share", "%"),
        ("value", "", "the value is empty", "fill it in"),
        ("scenario", "nothing", "unknown scenario 'nothing'", ""),
    ],
)
def test_a_slip_in_a_claim_is_named(tmp_path: Path, column, cell, value, remedy):
    folder = copy_case(tmp_path)
    set_cell(folder, "claims", "authorities-half", column, cell)
    (found,) = [f for f in check_case(folder) if f.level == "error"]
    assert (found.check, found.place) == ("claims", f"claims.csv line 2, column {column}")
    assert value in found.value
    assert remedy in found.remedy
    load_case(folder)  # a claim says nothing about the model: the case can still be run


def test_a_case_needs_neither_calibration_nor_claims(tmp_path: Path):
    folder = copy_case(tmp_path)
    (folder / "claims.csv").unlink()
    assert [f for f in check_case(folder) if f.level == "error"] == []
    shutil.rmtree(folder)
