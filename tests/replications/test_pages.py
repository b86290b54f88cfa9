"""The index of papers' equations names code and tests that exist; every replication has a page."""

import ast
import csv
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

from contraflow.replications import registry

ROOT = Path(__file__).parents[2]
with (ROOT / "docs/replications/equations.csv").open(encoding="utf-8", newline="") as file:
    EQUATIONS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", EQUATIONS, ids=lambda row: row["id"])
def test_a_papers_equation_names_a_function_and_tests_that_exist(row):
    module, name = row["code"].split(":")
    assert callable(reduce(getattr, name.split("."), import_module(f"contraflow.{module}")))
    assert row["test"], f"no test holds {row['id']} ({row['words']})"
    for test in row["test"].split(";"):
        path, function = test.split("::")
        tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert function in names, f"{test} does not exist"


def test_equations_have_ids_of_their_own():
    ids = [row["id"] for row in EQUATIONS]
    assert len(ids) == len(set(ids))


def test_every_replication_has_a_page_in_the_documentation():
    for name, item in registry().items():
        page = (ROOT / f"docs/replications/{name}.md").read_text(encoding="utf-8")
        assert f"{item.folder.name}/README.md" in page
        assert f"replication-{name}.md" in page
