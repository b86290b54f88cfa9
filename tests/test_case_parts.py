"""The parts of reading a case: cells, bibliography, graph, description, schema."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from case_tools import small_case
from contraflow.case import describe
from contraflow.case.bib import read_bib
from contraflow.case.cells import parse_cell, split_keys, suggest
from contraflow.case.check import CHECKS
from contraflow.case.check.graph import corridor_counts, find_cycle, order
from contraflow.case.schema import NUMERIC, TYPES, Column
from contraflow.case.tables import TABLES
from contraflow.errors import CaseError, ContraflowError, OutputError, ScenarioError


def test_error_is_one_sentence_with_place_value_and_remedy():
    error = CaseError("nodes.csv line 3", "'x' is not a number.", "write a number.")
    assert str(error) == "nodes.csv line 3: 'x' is not a number. Remedy: write a number."
    assert (error.place, error.value, error.remedy) == (
        "nodes.csv line 3",
        "'x' is not a number.",
        "write a number.",
    )
    assert all(issubclass(kind, ContraflowError) for kind in (CaseError, ScenarioError, OutputError))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_being_written(value: float):
    assert parse_cell(Column("x", "number", "x"), repr(value)) == (value, "", "")


@given(st.text())
def test_no_text_breaks_a_cell(text: str):
    for kind in TYPES:
        _, wrong, remedy = parse_cell(Column("x", kind, "x.", choices=("a",)), text.strip())
        assert bool(wrong) == bool(remedy)


@pytest.mark.parametrize(
    "text", ["nan", "NaN", "inf", "-Infinity", "1e999", "1_000", "0x10", "1,5", "٣٫٥", "1 000"]
)
def test_odd_numbers_are_refused(text: str):
    _, wrong, remedy = parse_cell(Column("x", "number", "x"), text)
    assert text in wrong
    assert remedy


def test_bounds_in_words():
    column = Column("x", "number", "x", low=0, open_low=True, high=1)
    assert column.bounds == "above 0 and at most 1"
    assert parse_cell(column, "0")[1] == "0 is out of range"
    assert parse_cell(column, "1")[1] == ""


def test_suggestions():
    assert suggest("guayass", ["guayas", "manabi"]) == "did you mean 'guayas'?"
    assert suggest("x", []) == "none is defined"
    assert suggest("xyz", ["b", "a"]) == "known: a, b"
    assert suggest("xyz", [f"k{i}" for i in range(99)]) == "none of the 99 that are defined is close"
    assert split_keys(" a; b;;c ") == ["a", "b", "c"]


def test_bibliography(tmp_path: Path):
    path = tmp_path / "sources.bib"
    path.write_text(
        "% a comment\n@comment{ignored}\n@misc{one, title = {A {Nested} title}, year = 2020, "
        'note="quoted, with comma",\n'
        "  url={https://example.org/a_b}}\n@online{two,\n  title = {Über \\{drugs\\}},\n}\n",
        encoding="utf-8",
    )
    entries, findings = read_bib(path)
    assert findings == []
    assert entries["one"] == {
        "type": "misc", "title": "A Nested title", "year": "2020", "note": "quoted, with comma",
        "url": "https://example.org/a_b",
    }  # fmt: skip
    assert set(entries) == {"one", "two"}


NODES = [f"n{i}" for i in range(8)]
pairs = st.lists(
    st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda p: p[0] != p[1]), max_size=20
)


@given(pairs)
def test_order_or_cycle(edges: list[tuple[str, str]]):
    cycle = find_cycle(NODES, edges)
    placed = order(NODES, edges)
    if cycle:
        assert cycle[0] == cycle[-1]
        assert all(step in edges for step in pairwise(cycle))
        assert len(placed) < len(NODES)
    else:
        assert sorted(placed) == sorted(NODES)
        assert all(placed.index(a) < placed.index(b) for a, b in edges)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.booleans()), max_size=16))
def test_corridor_counts_are_those_of_all_paths(raw: list[tuple[int, int, bool]]):
    edges = [(NODES[min(a, b)], NODES[max(a, b)], marked) for a, b, marked in raw if a != b]

    def walk(node: str) -> list[int]:
        if node == NODES[-1]:
            return [0]
        return [marked + rest for a, b, marked in edges if a == node for rest in walk(b)]

    counts = walk(NODES[0])
    if counts:
        fewest, most = corridor_counts(order(NODES, [e[:2] for e in edges]), edges, [NODES[0]], NODES[-1])
        assert (fewest[0], most[0]) == (min(counts), max(counts))
        assert fewest[1][0] == most[1][0] == NODES[0]


def test_description_names_everything():
    text = "\n".join(" ".join(row) for section in describe(small_case()) for row in section.rows)
    for word in (
        "zone-east",
        "coast-guard",
        "splinter",
        "theta",
        "more-effort",
        "lognormal(",
        small_case().digest,
    ):
        assert word in text


def test_every_table_and_check_is_described():
    for table in TABLES.values():
        assert table.description.endswith(".")
        assert set(table.key) <= set(table.names)
        for column in table.columns:
            assert column.type in TYPES
            assert column.description
            assert column.ref in {"", *TABLES}
            if column.type in NUMERIC and column.name not in {"year", "month", "chosen", "a", "b"}:
                assert column.unit, (table.name, column.name)
    for item in CHECKS.values():
        assert re.match(r"[A-Z].*\.$", item.description), item.name
        assert item.needs <= {*TABLES, "sources"}
        assert item.after <= set(CHECKS)
