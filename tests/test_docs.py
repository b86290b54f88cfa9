"""The index of equations names functions and tests that exist, and the model's page names every equation."""

import ast
import csv
import re
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
with (ROOT / "docs/model/equations.csv").open(encoding="utf-8", newline="") as file:
    EQUATIONS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", EQUATIONS, ids=lambda row: row["id"])
def test_an_equation_names_a_function_and_tests_that_exist(row):
    module, name = row["code"].split(":")
    found = reduce(getattr, name.split("."), import_module(f"contraflow.{module}"))
    assert callable(found)
    assert row["test"], f"no test holds {row['id']} ({row['words']})"
    for test in row["test"].split(";"):
        path, function = test.split("::")
        tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert function in names, f"{test} does not exist"


def test_the_model_page_and_the_index_name_the_same_equations():
    page = (ROOT / "docs/model/odd.md").read_text(encoding="utf-8")
    named = re.findall(r"\{held\}`([^`]+)`", page)
    assert sorted(named) == sorted(row["id"] for row in EQUATIONS)


def test_the_readme_names_commands_and_files_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (ROOT / target).exists(), f"README.md links to {target}, which does not exist"
    for script in ("run", "test"):
        assert f"./{script}\n" in text
        assert (ROOT / script).stat().st_mode & 0o100, f"./{script} cannot be executed"
