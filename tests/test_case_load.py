"""A case is read whole, or refused with one message that says where, what and what to do."""

import dataclasses
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from case_tools import copy_case, pristine, set_cell, small_case
from contraflow.case import check_case, embedded_cases, load_case, new_case
from contraflow.case.load import case_digest
from contraflow.case.tables import TABLES
from contraflow.errors import CaseError, OutputError


def test_small_case_loads_without_errors_or_warnings():
    assert [f for f in check_case(pristine()) if f.level != "info"] == []


def test_ecuador_loads_without_errors():
    case = load_case("ecuador")
    assert case.name == "ecuador"
    assert "campaign-2026" in case.scenarios
    assert len(case.territories) == 24


def test_tables_have_the_described_columns_and_types():
    case = small_case()
    for name, table in TABLES.items():
        frame = getattr(case, name)
        assert list(frame.columns) == list(table.names)
        for column in table.columns:
            if column.type == "number":
                assert frame[column.name].dtype == np.float64
            elif column.type != "integer":
                assert all(isinstance(cell, str) for cell in frame[column.name])


def test_empty_cells_are_nan_or_empty_text():
    nodes = small_case().nodes.set_index("id")
    assert math.isnan(nodes.at["zone-east", "margin"])
    assert nodes.at["zone-east", "territory"] == ""


def test_case_is_immutable_and_knows_its_axes():
    case = small_case()
    with pytest.raises(dataclasses.FrozenInstanceError):
        case.name = "other"  # type: ignore[misc]
    assert case.months[0] == pd.Period("2020-01") and case.months[-1] == pd.Period("2026-12")
    assert case.members("source") == ["zone-east", "zone-west"]
    assert case.members("territory") == ["north", "coast", "south"]
    assert case.members("jurisdiction") == ["AAA", "BBB", "CCC", "DDD"]


def test_digest_follows_content_and_name_of_every_file(tmp_path: Path):
    folder = copy_case(tmp_path)
    assert load_case(folder).digest == small_case().digest
    set_cell(folder, "nodes", "zone-east", "note", "changed")
    assert load_case(folder).digest != small_case().digest
    other = copy_case(tmp_path / "other")
    (other / "scenarios" / "base.toml").rename(other / "scenarios" / "first.toml")
    assert case_digest(other) != small_case().digest
    again = copy_case(tmp_path / "again")
    (again / "result.nc").write_bytes(b"not part of the case")
    (again / ".hidden.csv").write_text("nor is this")
    assert case_digest(again) == small_case().digest


def test_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path):
    folder = copy_case(tmp_path)
    path = folder / "season.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n,,\r\n")
    assert len(load_case(folder).season) == 12


def test_name_finds_the_embedded_case_and_path_a_folder(tmp_path: Path):
    assert "ecuador" in embedded_cases() and "template" not in embedded_cases()
    with pytest.raises(CaseError, match=r"there is no case 'ecuadr'.*did you mean 'ecuador'"):
        load_case("ecuadr")
    with pytest.raises(CaseError, match=r"has no case\.toml"):
        load_case(tmp_path)


# --- new cases ---------------------------------------------------------------------------------------


def test_new_case_is_named_after_its_folder(tmp_path: Path):
    case = load_case(new_case(tmp_path / "deep" / "My Case 2"))
    assert case.name == "my-case-2"
    assert set(case.scenarios) == {"base", "more-effort"}


def test_new_case_leaves_a_used_folder_alone(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="the folder is not empty"):
        new_case(tmp_path)
    with pytest.raises(OutputError, match="a file of that name"):
        new_case(tmp_path / "notes.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_new_case_fills_an_empty_folder(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    assert load_case(new_case(tmp_path / "empty")).name == "empty"
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_every_source_of_the_priors_comes_along():
    assert [f for f in check_case(pristine()) if f.check == "source_keys"] == []
    assert len(small_case().sources) > 1
