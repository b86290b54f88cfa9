"""Rules of evidence, verdicts, tables of targets, the registry and the command."""

import csv
import dataclasses
import hashlib
import io
import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from contraflow.cli.main import app
from contraflow.errors import ContraflowError
from contraflow.replications import _figures, data, load, registry
from contraflow.replications.replication import (
    HEADER,
    Replication,
    Row,
    Target,
    TargetError,
    judge,
    quiet,
    read_targets,
    skipped,
)
from contraflow.replications.words import cells, number, published

RELATIVE = Target("mass, t", 100.0, 0.01, "relative", "text", "a paper", hard=True)


def variant(**changes):
    return dataclasses.replace(RELATIVE, **changes)


@pytest.mark.parametrize(
    ("target", "inside", "outside"),
    [
        (RELATIVE, (99.0, 101.0), (98.9, 101.1, math.nan)),
        (variant(published=-100.0), (-99.5,), (100.0,)),
        (variant(kind="absolute", tolerance=0.5), (99.5, 100.5), (99.4, math.nan)),
        (variant(kind="interval", published=(1.0, 2.0)), (1.0, 2.0), (0.9, 2.1, math.nan)),
        (variant(kind="interval", published=(1.0, math.inf)), (1e9,), (0.0,)),
        (variant(kind="qualitative", published=1.0), (1.0,), (0.0, 0.5)),
    ],
)
def test_a_target_is_met_within_its_tolerance_and_not_beyond(target, inside, outside):
    assert all(target.is_met_by(value) for value in inside)
    assert not any(target.is_met_by(value) for value in outside)


@given(st.floats(-1e9, 1e9), st.floats(0, 0.5), st.floats(-0.5, 0.5))
def test_a_relative_tolerance_is_a_share(published, tolerance, share):
    target = variant(published=published, tolerance=tolerance)
    if abs(abs(share) - tolerance) > 1e-9:
        met = target.is_met_by(published * (1.0 + share))
        assert met == (abs(share) <= tolerance or published == 0.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"evidence": "recall"},
        {"evidence": "rumour"},
        {"kind": "roughly"},
        {"source": ""},
        {"published": (1.0, 2.0)},
        {"kind": "interval"},
    ],
)
def test_what_the_rules_on_evidence_forbid_is_refused(changes):
    with pytest.raises(TargetError):
        variant(**changes)


def test_a_recalled_number_is_shown_never_judged_and_never_called_published():
    target = variant(evidence="recall", hard=False)
    (row,) = judge([target], {"mass, t": 5.0})
    assert row.verdict == "shown" and not row.fails
    assert published(target) == "[100]"
    assert published(variant(evidence="run")) == "[100]"
    assert published(RELATIVE) == "100"


def test_only_a_hard_target_that_is_missed_fails():
    assert judge([RELATIVE], {"mass, t": 5.0})[0].fails
    assert not judge([variant(hard=False)], {"mass, t": 5.0})[0].fails
    assert not judge([RELATIVE], {"mass, t": 100.0})[0].fails
    assert not skipped([RELATIVE], "no data")[0].fails


def test_a_number_without_target_and_a_target_without_number_are_errors():
    with pytest.raises(TargetError, match="not among the targets"):
        judge([RELATIVE], {"mass, t": 1.0, "other": 1.0})
    with pytest.raises(TargetError, match="nothing computes"):
        judge([RELATIVE], {})


def write(path, *rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


GOOD = ("mass, t", "100", "", "", "0.01", "relative", "text", "a paper", "1", "")


@pytest.mark.parametrize(
    ("column", "cell"),
    [("published", "many"), ("hard", "yes"), ("kind", "x"), ("evidence", "x"), ("source", "")],
)
def test_a_bad_cell_in_a_table_of_targets_is_refused_by_place(tmp_path, column, cell):
    row = list(GOOD)
    row[HEADER.index(column)] = cell
    with pytest.raises(TargetError):
        read_targets(write(tmp_path / "targets.csv", row))


def test_a_table_of_targets_is_read_as_written_and_twice_is_an_error(tmp_path):
    assert read_targets(write(tmp_path / "targets.csv", GOOD)) == [RELATIVE]
    with pytest.raises(TargetError, match="twice"):
        read_targets(write(tmp_path / "targets.csv", GOOD, GOOD))
    (tmp_path / "targets.csv").write_text("quantity,ours\n", encoding="utf-8")
    with pytest.raises(TargetError, match="header"):
        read_targets(tmp_path / "targets.csv")


def test_every_replication_has_its_page_its_targets_and_a_hard_one():
    for name, item in registry().items():
        assert item.name == name
        assert item.page.read_text(encoding="utf-8").startswith("# ")
        assert any(target.hard for target in item.targets)
        assert item.paper and item.title


def test_an_unknown_replication_is_refused_with_the_known_ones():
    with pytest.raises(ContraflowError, match="cartel-shock-map"):
        load("nothing")


def test_numbers_are_written_with_six_digits_and_a_true_minus():
    assert number(173801.7) == "173,802"
    assert number(-39.1545) == "−39.1545"
    assert number(6_334_370.2) == "6,334,370"
    assert cells(Row(RELATIVE, None, "skipped", "no data"))[2] == "not run"


def test_without_matplotlib_a_figure_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ContraflowError, match="figures"), _figures.figure(tmp_path / "x.png", 1, 1, 4, 3):
        pass


# the command


def invoke(*arguments):
    return CliRunner().invoke(app, ["replicate", *arguments])


def fake(monkeypatch, *rows):
    item = Replication(
        "fake", "a title", "A Paper (2000)", registry()["cartel-shock-map"].folder, lambda _: [*rows]
    )
    monkeypatch.setattr("contraflow.replications.load", lambda name: item)


def test_the_command_without_a_name_lists_what_there_is():
    result = invoke()
    assert result.exit_code == 0
    assert "cartel-shock-map" in result.output


def test_help_teaches_by_example():
    assert "contraflow replicate --all" in invoke("--help").output.split("Examples")[1]


def test_the_command_exits_with_one_only_if_a_hard_target_is_missed(monkeypatch):
    soft = Row(variant(hard=False), 5.0, "missed")
    fake(monkeypatch, soft)
    assert invoke("fake").exit_code == 0
    fake(monkeypatch, soft, Row(RELATIVE, 5.0, "missed"))
    result = invoke("fake")
    assert result.exit_code == 1
    assert "1 hard targets missed" in result.output


def test_a_skip_is_visible(monkeypatch):
    fake(monkeypatch, *skipped([RELATIVE], "the tables are not here"))
    result = invoke("fake")
    assert result.exit_code == 0
    assert "SKIPPED: the tables are not here" in result.output
    assert "1 not checked" in result.output


def test_the_command_names_sources_and_refuses_an_unknown_name():
    assert "arithmetic on the rates" in invoke("cartel-shock-map", "--sources").output
    assert invoke("nothing").exit_code == 2


# tables that are not passed on


FILE = {"a.csv": hashlib.sha256(b"x,y\n1,2\n").hexdigest()}


def test_tables_come_from_the_named_folder_and_only_if_they_are_the_pinned_ones(monkeypatch, tmp_path):
    monkeypatch.setenv(data.VARIABLE, str(tmp_path))
    with pytest.raises(data.DataMissingError, match="does not hold"):
        data.tables("paper", FILE, "https://nowhere.invalid")
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper/a.csv").write_bytes(b"\xef\xbb\xbfx,y\r\n1,2\r\n")
    assert data.tables("paper", FILE, "https://nowhere.invalid") == tmp_path / "paper"
    (tmp_path / "paper/a.csv").write_bytes(b"x,y\n1,3\n")
    with pytest.raises(data.DataMissingError, match="is not the table"):
        data.tables("paper", FILE, "https://nowhere.invalid")


def test_tables_are_fetched_once_checked_and_kept(monkeypatch, tmp_path):
    asked = []

    def answer(content):
        def urlopen(address, timeout):
            asked.append(address)
            return io.BytesIO(content)

        return urlopen

    monkeypatch.delenv(data.VARIABLE, raising=False)
    monkeypatch.setenv("CONTRAFLOW_CACHE", str(tmp_path))
    with pytest.raises(data.DataMissingError, match="no network in tests"):
        data.tables("paper", FILE, "https://nowhere.invalid")
    monkeypatch.setattr(data.urllib.request, "urlopen", answer(b"x,y\n9,9\n"))
    with pytest.raises(data.DataMissingError, match="is not the table"):
        data.tables("paper", FILE, "https://nowhere.invalid")
    monkeypatch.setattr(data.urllib.request, "urlopen", answer(b"x,y\n1,2\n"))
    folder = data.tables("paper", FILE, "https://nowhere.invalid")
    assert data.tables("paper", FILE, "https://nowhere.invalid") == folder == tmp_path / "replications/paper"
    assert asked == ["https://nowhere.invalid/a.csv"] * 2


def test_an_empty_variable_turns_the_tables_off_and_the_replication_skips(monkeypatch):
    from contraflow.replications import prieto_curiel_2023
    from contraflow.replications.prieto_curiel_2023 import model

    monkeypatch.setenv(data.VARIABLE, "")
    model.cartels.cache_clear()
    rows = prieto_curiel_2023.run(quiet)
    model.cartels.cache_clear()
    assert {row.verdict for row in rows} == {"skipped"}
    assert data.VARIABLE in rows[0].note
