"""Every other command: what it prints and how it exits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from case_tools import copy_case, drop_rows, pristine, set_cell, write_scenario
from contraflow.case import load_case
from contraflow.case.check import CHECKS
from contraflow.cli.main import app
from contraflow.scenario import KINDS


def call(*arguments: object, **environment: str):
    return CliRunner(env=environment).invoke(app, [str(part) for part in arguments])


def test_check_of_a_good_case():
    done = call("check", pristine())
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1].startswith("good: ")
    assert "0 errors, 0 warnings" in done.stdout
    assert "judgement" in done.stdout
    assert "judgement" not in call("check", pristine(), "--quiet").stdout


def test_check_lists_all_errors_with_remedies(tmp_path: Path):
    folder = copy_case(tmp_path)
    set_cell(folder, "edges", "port-one", "freight", "much")
    set_cell(folder, "users", "market-one", "share", "0.9")
    done = call("check", folder)
    assert done.exit_code == 2
    assert "edges.csv line 10, column freight: 'much' is not a number" in done.stdout
    assert "the shares of the markets sum to 1.4, not to 1" in done.stdout
    assert done.stdout.count("    -> ") >= 2
    assert "not good" in done.stdout
    assert "2 errors" in done.stdout


def test_check_strict_fails_on_warnings(tmp_path: Path):
    folder = copy_case(tmp_path)
    drop_rows(folder, "homicides", "north,2021,3")
    assert call("check", folder).exit_code == 0
    assert call("check", folder, "--strict").exit_code == 2


def test_check_lists_its_checks():
    done = call("check", "--list")
    assert done.exit_code == 0
    assert all(name in done.stdout for name in CHECKS)


def test_check_without_a_case_is_one_line(tmp_path: Path):
    done = call("check", tmp_path)
    assert done.exit_code == 2
    assert done.stderr.startswith("contraflow: ")
    assert len(done.stderr.splitlines()) == 1


def test_describe():
    done = call("describe", pristine())
    assert done.exit_code == 0
    for word in (
        "11 nodes, 19 edges",
        "coast-guard",
        "splinter",
        "theta",
        "more-effort",
        "by judgement alone",
    ):
        assert word in done.stdout


def test_describe_loses_nothing_in_a_narrow_terminal():
    done = call("describe", "ecuador", COLUMNS="80")
    for prior in ("lognormal(0.1, 0.5)", "beta(11.5, 7)", "uniform(0.05, 0.25)", "lognormal(1e-05, 1.2)"):
        assert prior in done.stdout
    assert all(f"{symbol} " in done.stdout for symbol in load_case("ecuador").parameters["symbol"])


def test_describe_columns():
    done = call("describe", "--columns", COLUMNS="200")
    assert done.exit_code == 0
    for word in ("nodes.csv", "share_base", "USD/kg pure", "at least 0 and below 0.9"):
        assert word in done.stdout


def test_scenario_list_show_and_diff(tmp_path: Path):
    folder = copy_case(tmp_path)
    done = call("scenario", "list", folder)
    assert done.exit_code == 0
    assert "Twice the effort in the ports" in done.stdout
    done = call("scenario", "show", "more-effort", folder)
    assert "6 measures" in done.stdout
    assert "base > more-effort" in done.stdout
    done = call("scenario", "show", "more-effort", folder, "--own")
    assert "5 measures" in done.stdout
    done = call("scenario", "diff", "base", "more-effort", "--case", folder)
    assert done.exit_code == 0
    for word in ("added", "takedown", "buyer-network", "2025-06", "0.274 to 0.5"):
        assert word in done.stdout
    done = call("scenario", "diff", "base", "base", "--case", folder)
    assert "do the same in every month" in done.stdout


def test_scenario_list_shows_a_broken_one(tmp_path: Path):
    folder = copy_case(tmp_path)
    write_scenario(folder, "broken", "[[measure]]\n")
    done = call("scenario", "list", folder, COLUMNS="200")
    assert done.exit_code == 0
    assert "cannot be loaded: broken.toml, measure 1, key kind" in done.stdout


def test_scenario_diff_with_an_unknown_one():
    done = call("scenario", "diff", "base", "more-efort", "--case", pristine())
    assert done.exit_code == 2
    assert "did you mean 'more-effort'" in done.stderr


def test_scenario_kinds_lists_every_kind():
    done = call("scenario", "kinds", COLUMNS="200")
    assert done.exit_code == 0
    assert all(kind.unit in done.stdout for kind in KINDS.values())


def test_new_case_then_check(tmp_path: Path):
    folder = tmp_path / "mine"
    done = call("new-case", folder)
    assert done.exit_code == 0
    assert f"contraflow check {folder}" in done.stdout
    assert call("check", folder).exit_code == 0
    again = call("new-case", folder)
    assert again.exit_code == 2
    assert "the folder is not empty" in again.stderr


def test_doctor(tmp_path: Path):
    done = call("doctor", pristine(), CONTRAFLOW_CACHE=str(tmp_path / "cache"))
    assert done.exit_code == 0, done.output
    for word in (
        "python",
        "jax backend",
        "jax float64",
        "cores",
        "compile cache",
        "0 errors",
        "temporary folder",
    ):
        assert word in done.stdout


def test_doctor_finds_a_bad_case(tmp_path: Path):
    folder = copy_case(tmp_path)
    (folder / "edges.csv").unlink()
    done = call("doctor", folder, CONTRAFLOW_CACHE="")
    assert done.exit_code == 1
    assert "see contraflow check" in done.stdout


def test_version():
    assert call("version").stdout.startswith("contraflow ")
    assert call("--version").stdout == call("version").stdout


COMMANDS = [
    ["run"], ["check"], ["describe"], ["new-case"], ["doctor"],
    ["scenario", "list"], ["scenario", "show"], ["scenario", "diff"], ["scenario", "kinds"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_teaches_by_example(command: list[str]):
    done = call(*command, "--help", COLUMNS="120")
    assert done.exit_code == 0
    assert f"contraflow {' '.join(command)}" in done.stdout.split("Examples")[1]


def test_no_arguments_is_help():
    done = call()
    assert "Usage: " in done.output
    assert "Start with contraflow run" in done.output


@pytest.mark.parametrize("variable", ["NO_COLOR", "TERM"])
def test_no_colour_where_it_is_not_wanted(variable: str):
    done = call("check", pristine(), **{variable: {"NO_COLOR": "1", "TERM": "dumb"}[variable]})
    assert "\x1b[3" not in done.stdout


def test_help_is_quick_because_it_imports_nothing_heavy():
    code = (
        "import sys\nsys.argv = ['contraflow', '--help']\nfrom contraflow.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'jax', 'equinox', 'pandas', 'numpy', 'xarray', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Simulate a scenario" in done.stdout
