"""Bad input is refused with one message that gives place, value and remedy; doubtful input is a warning."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from case_tools import add_row, copy_case, drop_rows, rows_of, set_cell, write_rows
from contraflow.case import check_case, load_case
from contraflow.errors import CaseError

Spoil = Callable[[Path], object]


def replace_bytes(table: str, old: bytes, new: bytes) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / f"{table}.csv"
        assert old in path.read_bytes()
        path.write_bytes(path.read_bytes().replace(old, new, 1))

    return spoil


def cell(table: str, row: str, column: str, value: str) -> Spoil:
    return lambda folder: set_cell(folder, table, row, column, value)


def edge(**cells: str) -> Spoil:
    return lambda folder: add_row(folder, "edges", "border-port", **cells)


def header(table: str, change: Callable[[list[str]], list[str]]) -> Spoil:
    def spoil(folder: Path) -> None:
        rows = rows_of(folder / f"{table}.csv")
        write_rows(folder / f"{table}.csv", [change(rows[0]), *rows[1:]])

    return spoil


def manifest(old: str, new: str) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / "case.toml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return spoil


def both_shares(folder: Path) -> None:
    """Turn an edge round so that the network has a cycle, shares kept at one."""
    add_row(
        folder,
        "edges",
        "border-port",
        id="back",
        origin="main-port",
        destination="border-hub",
        share_start="0.2",
        share_base="0.2",
    )
    set_cell(folder, "edges", "east-border", "share_start", "0.4")
    set_cell(folder, "edges", "east-border", "share_base", "0.4")


BAD: dict[str, tuple[Spoil, str, str, str]] = {
    # name: (spoil, place, value, remedy)
    "latin-1": (
        replace_bytes("nodes", b"Main port", b"Puerto Bol\xedvar"),
        "nodes.csv line 6",
        "0xED is not UTF-8",
        "save the file as UTF-8",
    ),
    "utf-16": (
        lambda f: (f / "users.csv").write_bytes((f / "users.csv").read_text().encode("utf-16")),
        "users.csv line 1",
        "is not UTF-8",
        "save the file as UTF-8",
    ),
    "empty file": (
        lambda f: (f / "theatres.csv").write_text(""),
        "theatres.csv",
        "the file is empty",
        "restore",
    ),
    "blank file": (
        lambda f: (f / "edges.csv").write_text(" \n\n"),
        "edges.csv",
        "the file is empty",
        "restore",
    ),
    "no rows": (lambda f: drop_rows(f, "users", ""), "users.csv", "no rows", "add at least one row"),
    "missing file": (
        lambda f: (f / "edges.csv").unlink(),
        "edges.csv",
        "the file is missing",
        "add edges.csv",
    ),
    "unknown column": (
        header("nodes", lambda h: ["prize" if c == "price" else c for c in h]),
        "nodes.csv line 1",
        "unknown column 'prize'",
        "did you mean 'price'",
    ),
    "missing column": (
        header("season", lambda h: h[:-1]),
        "season.csv line 1",
        "column 'source' is missing",
        "add it",
    ),
    "column twice": (
        header("season", lambda h: [*h[:-1], "month"]),
        "season.csv line 1",
        "appears twice",
        "remove",
    ),
    "semicolons": (
        lambda f: (f / "season.csv").write_text("month;factor;source\n1;1;judgement\n"),
        "season.csv line 1",
        "separated by ';'",
        "commas",
    ),
    "short row": (
        replace_bytes("season", b"2,0.95,judgement", b"2,0.95"),
        "season.csv line 3",
        "2 cells",
        "one cell",
    ),
    "unclosed quote": (
        replace_bytes("networks", b"buyer-network,", b'buyer-network,"'),
        "networks.csv line 2",
        "not readable as CSV",
        "quotation mark",
    ),
    "not a number": (
        cell("edges", "port-one", "freight", "1,500"),
        "edges.csv line 10, column freight",
        "'1,500' is not a number",
        "thousands",
    ),
    "nan": (
        cell("edges", "port-one", "loss", "NaN"),
        "edges.csv line 10, column loss",
        "'NaN' is not a finite",
        "finite",
    ),
    "infinity": (
        cell("nodes", "zone-east", "price", "inf"),
        "nodes.csv line 2, column price",
        "'inf' is not a finite",
        "finite",
    ),
    "negative price": (
        cell("nodes", "zone-east", "price", "-1000"),
        "nodes.csv line 2, column price",
        "-1000 is out of range",
        "above 0 USD/kg pure",
    ),
    "loss of one": (cell("edges", "port-one", "loss", "1"), "column loss", "1 is out of range", "below 0.9"),
    "half a person": (
        cell("homicides", "north,2020,1", "homicides", "4.5"),
        "homicides.csv line 2",
        "4.5 is not a whole",
        "whole number",
    ),
    "empty cell": (
        cell("edges", "port-one", "theatre", ""),
        "edges.csv line 10, column theatre",
        "the cell is empty",
        "fill in theatre",
    ),
    "bad word": (
        cell("edges", "port-one", "mode", "lorry"),
        "column mode",
        "'lorry' is not an allowed word",
        "container",
    ),
    "bad id": (
        cell("nodes", "zone-east", "id", "Zone East"),
        "nodes.csv line 2, column id",
        "'Zone East' is not an id",
        "write it in that form",
    ),
    "bad country": (
        cell("nodes", "zone-east", "country", "Peru"),
        "column country",
        "'Peru' is not a three-letter",
        "form",
    ),
    "bad date": (
        cell("relations", "group-one,group-two", "start", "2020-13"),
        "relations.csv line 2",
        "'2020-13' is not a month",
        "form",
    ),
    "duplicate id": (
        lambda f: add_row(f, "theatres", "sea"),
        "theatres.csv line 8, column id",
        "duplicate id 'sea' (first on line 6)",
        "its own id",
    ),
    "duplicate key": (
        lambda f: add_row(f, "homicides", "north,2020,1,"),
        "homicides.csv line 182",
        "duplicate territory 'north', year '2020', month '1'",
        "remove one",
    ),
    "unknown node": (
        cell("edges", "port-one", "origin", "main-prt"),
        "edges.csv line 10, column origin",
        "unknown node 'main-prt'",
        "did you mean 'main-port'",
    ),
    "unknown theatre": (
        cell("edges", "port-one", "theatre", "port"),
        "column theatre",
        "unknown theatre 'port'",
        "ports",
    ),
    "unknown territory": (
        cell("presence", "group-one,north", "territory", "nord"),
        "presence.csv line 2",
        "unknown territory 'nord'",
        "did you mean 'north'",
    ),
    "unknown jurisdiction": (
        cell("edges", "port-one", "jurisdiction", "ZZZ"),
        "column jurisdiction",
        "unknown jurisdiction 'ZZZ'",
        "jurisdictions.csv",
    ),
    "unknown network": (
        cell("edges", "port-one", "network", "buyers"),
        "column network",
        "unknown network 'buyers'",
        "networks.csv",
    ),
    "unknown group": (
        cell("relations", "group-one,group-two", "b", "group-too"),
        "relations.csv line 2",
        "unknown group 'group-too'",
        "group-two",
    ),
    "unknown source": (
        cell("nodes", "zone-east", "source", "nobody-2024"),
        "nodes.csv line 2, column source",
        "unknown source key 'nobody-2024'",
        "sources.bib",
    ),
    "wrong kind": (
        cell("production", "zone-east,2020", "node", "border-hub"),
        "production.csv line 2",
        "'border-hub' is a hub, not a source",
        "name a source",
    ),
    "cycle": (
        both_shares,
        "edges.csv line",
        "cycle: border-hub -> main-port -> border-hub",
        "remove or turn round",
    ),
    "loop": (
        edge(id="loop", origin="main-port", destination="main-port"),
        "edges.csv line 21",
        "leaves and enters 'main-port'",
        "another end",
    ),
    "into a source": (
        edge(id="x", destination="zone-east", share_start="1", share_base="1"),
        "edges.csv line 21",
        "enters the source 'zone-east'",
        "end it at a hub",
    ),
    "out of a market": (
        cell("edges", "sea-two", "origin", "market-one"),
        "edges.csv line 16",
        "leaves the market 'market-one'",
        "start it",
    ),
    "shares": (
        cell("edges", "port-one", "share_base", "0.2"),
        "column share_base, destination entry-one",
        "'entry-one' sum to 1.1, not to 1",
        "port-one, sea-one",
    ),
    "shares at start": (
        cell("edges", "port-one", "share_start", "0.05"),
        "column share_start, destination entry-one",
        "sum to 0.95",
        "correct share_start",
    ),
    "no corridor": (
        cell("edges", "port-one", "corridor", ""),
        "edges.csv, column corridor",
        "main-port -> entry-one -> market-one crosses 0 edges",
        "set the corridor",
    ),
    "two corridors": (
        cell("edges", "sea-one", "corridor", "other-port"),
        "edges.csv, column corridor",
        "crosses 2 edges",
        "empty it on the others",
    ),
    "toll nowhere": (
        cell("edges", "port-one", "territory", ""),
        "edges.csv line 10, column territory",
        "pays a toll of 200 USD/kg",
        "set toll to 0",
    ),
    "no margin": (
        cell("nodes", "main-port", "margin", ""),
        "nodes.csv line 6, column margin",
        "'main-port' has no margin",
        "fill in its mark-up",
    ),
    "price of a hub": (
        cell("nodes", "border-hub", "price", "5"),
        "nodes.csv line 4, column price",
        "has a price (5)",
        "empty the cell",
    ),
    "no supply": (
        lambda f: add_row(f, "nodes", "border-hub", id="lonely"),
        "nodes.csv line 13",
        "the hub 'lonely' has no supply",
        "add an edge into it",
    ),
    "market without supply": (
        lambda f: drop_rows(f, "edges", "two-two") or drop_rows(f, "edges", "one-two"),
        "nodes.csv line 12",
        "the market 'market-two' has no supply",
        "add an edge",
    ),
    "no market": (
        lambda f: [cell("nodes", m, "kind", "hub")(f) for m in ("market-one", "market-two")],
        "demand.csv line 2",
        "'market-one' is a hub, not a market",
        "name a market",
    ),
    "child without parent cell": (
        cell("presence", "splinter,north", "territory", "south"),
        "presence.csv line 7",
        "no cell of its parent 'group-one' in 'south'",
        "add a row for 'group-one'",
    ),
    "dormant without parent": (
        cell("presence", "group-two,coast", "weight", "0"),
        "presence.csv line 4",
        "has no parent",
        "above 0",
    ),
    "own ancestor": (
        cell("groups", "group-one", "parent", "splinter"),
        "groups.csv line 2",
        "descends from itself",
        "empty one",
    ),
    "unit of a parameter": (
        cell("parameters", "strike_load", "unit", "kg"),
        "column unit",
        "the unit 'kg' of 'strike_load' does not match 't'",
        "convert",
    ),
    "unit of money": (
        manifest("USD 2024", "USD 2020"),
        "case.toml, key money_unit",
        "'USD 2020' does not match",
        "base year",
    ),
    "unit of mass": (
        manifest("t pure", "kg"),
        "case.toml, key mass_unit",
        "'kg' does not match 't pure'",
        "convert",
    ),
    "unknown parameter": (
        cell("parameters", "theta", "symbol", "theeta"),
        "parameters.csv line 2",
        "unknown symbol 'theeta'",
        "did you mean 'theta'",
    ),
    "missing parameter": (
        lambda f: drop_rows(f, "parameters", "theta,"),
        "parameters.csv",
        "'theta' is missing",
        "routing elasticity",
    ),
    "index of a parameter": (
        cell("parameters", "theta", "index", "theatre"),
        "column index",
        "'theatre' of 'theta'",
        "one number",
    ),
    "no prior": (
        cell("parameters", "theta", "b", ""),
        "column b",
        "lognormal prior of 'theta' has no b",
        "a and b",
    ),
    "improper prior": (cell("parameters", "theta", "b", "-1"), "column b", "is no distribution", "above 0"),
    "two chosen": (
        lambda f: add_row(f, "production", "zone-east,2024", source="derived"),
        "production.csv line 12",
        "second figure is chosen",
        "one of them",
    ),
    "none chosen": (
        cell("production", "zone-east,2024", "chosen", "0"),
        "production.csv",
        "no chosen production",
        "set chosen to 1",
    ),
    "demand base": (
        cell("demand", "market-one,2024", "index", "1.1"),
        "demand.csv line 6",
        "is 1.1, not 1",
        "divide",
    ),
    "effort base": (cell("effort", "sea,2024", "index", "2"), "effort.csv", "is 2, not 1", "divide"),
    "market shares": (
        cell("users", "market-one", "share", "0.6"),
        "users.csv, column share",
        "sum to 1.1",
        "correct",
    ),
    "season": (cell("season", "1,", "factor", "2"), "season.csv, column factor", "not 1", "divide them"),
    "season month": (
        lambda f: drop_rows(f, "season", "7,"),
        "season.csv, column month",
        "month 7 is missing",
        "twelve",
    ),
    "more by night": (
        cell("homicides", "north,2020,1", "night", "99"),
        "homicides.csv line 2, column night",
        "99 of",
        "cannot exceed",
    ),
    "interval": (
        cell("production", "zone-east,2020", "low", "500"),
        "production.csv line 2",
        "out of order",
        "low <= value <= high",
    ),
    "unknown key": (
        manifest("version", "verzion"),
        "case.toml, key verzion",
        "unknown key",
        "did you mean 'version'",
    ),
    "bad month": (
        manifest('"2020-01"', '"January"'),
        "case.toml, key start",
        "'January' is not a month",
        "YYYY-MM",
    ),
    "months in disorder": (
        manifest('"2024-12"', '"2029-12"'),
        "case.toml, key history_end",
        "not between",
        "start <=",
    ),
    "base year outside": (
        manifest("base_year = 2024", "base_year = 2000"),
        "case.toml, key base_year",
        "outside",
        "year",
    ),
    "not TOML": (
        manifest("base_year =", "base_year"),
        "case.toml",
        "not readable as TOML",
        "correct the syntax",
    ),
    "open bib entry": (
        lambda f: (f / "sources.bib").write_text("@misc{a, title={b}"),
        "sources.bib line 1",
        "never closed",
        "balance",
    ),
    "bib key twice": (
        lambda f: (f / "sources.bib").write_text("@misc{a, title={b}}\n@misc{a, title={c}}\n"),
        "sources.bib line 2",
        "duplicate key 'a'",
        "rename",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gives_place_value_and_remedy(name: str, tmp_path: Path):
    folder = copy_case(tmp_path)
    spoil, place, value, remedy = BAD[name]
    spoil(folder)
    with pytest.raises(CaseError) as caught:
        load_case(folder)
    error = caught.value
    listed = [f for f in check_case(folder) if f.level == "error"]
    assert (error.place, error.value) == (listed[0].place, listed[0].value)
    matching = [f for f in listed if place in f.place and value in f.value and remedy in f.remedy]
    assert matching, [str(f) for f in listed]
    assert len(str(error).splitlines()) == 1
    # The thing that was spoilt is the first that is said, except where one fault causes another.
    if name not in {"bib key twice", "open bib entry", "no market", "bad id", "duplicate id"}:
        assert matching[0] is listed[0], [str(f) for f in listed]


def test_error_counts_the_others(tmp_path: Path):
    folder = copy_case(tmp_path)
    for row in ("port-one", "port-two", "port-sea", "sea-one", "sea-two", "one-one", "two-two", "one-two"):
        set_cell(folder, "edges", row, "freight", "much")
    with pytest.raises(
        CaseError, match=r"7 further errors: .*; and 2 more; `contraflow check` lists them all"
    ):
        load_case(folder)


WARNED: dict[str, tuple[Spoil, str, str]] = {
    "dead end": (
        lambda f: (
            add_row(f, "nodes", "border-hub", id="idle")
            and add_row(
                f, "edges", "east-border", id="to-idle", destination="idle", share_start="1", share_base="1"
            )
        ),
        "dead_ends",
        "no market can be reached from the hub 'idle'",
    ),
    "homicide gap": (
        lambda f: drop_rows(f, "homicides", "north,2021,3"),
        "homicide_gaps",
        "no count for 1 of 60 months (first 2021-03)",
    ),
    "effort gap": (lambda f: drop_rows(f, "effort", "sea,2021"), "effort_years", "no effort for 2021"),
    "demand gap": (lambda f: drop_rows(f, "demand", "market-one,2021"), "demand_years", "no demand for 2021"),
    "production gap": (
        lambda f: drop_rows(f, "production", "zone-east,2021"),
        "production_years",
        "for 2021",
    ),
    "unsourced": (cell("edges", "port-one", "source", ""), "unsourced", "a number without a source"),
    "absent group": (
        lambda f: add_row(f, "groups", "group-two", id="ghost"),
        "absent_groups",
        "'ghost' is in no",
    ),
    "empty territory": (
        lambda f: drop_rows(f, "presence", "group-two,south"),
        "empty_territories",
        "'south'",
    ),
    "parallel edges": (
        lambda f: (
            add_row(f, "edges", "port-one", id="again", share_start="0.05", share_base="0.05")
            and [cell("edges", "port-one", c, "0.05")(f) for c in ("share_start", "share_base")]
        ),
        "parallel_edges",
        "a second edge main-port -> entry-one by container (first on line 10)",
    ),
    "chosen twice": (
        lambda f: (f / "observations" / "b.csv").write_bytes(
            (f / "observations" / "example.csv").read_bytes()
        ),
        "chosen_once",
        "a second chosen row for seizures",
    ),
    "no scenario": (lambda f: shutil.rmtree(f / "scenarios"), "scenarios", "there is no scenario"),
}


@pytest.mark.parametrize("name", WARNED)
def test_doubtful_input_is_a_warning_and_loads(name: str, tmp_path: Path):
    folder = copy_case(tmp_path)
    spoil, check, value = WARNED[name]
    spoil(folder)
    found = [f for f in check_case(folder) if f.level == "warning"]
    assert [f for f in found if f.check == check and value in f.value], [str(f) for f in found]
    load_case(folder)


def test_scenario_files_are_part_of_the_check(tmp_path: Path):
    folder = copy_case(tmp_path)
    (folder / "scenarios" / "broken.toml").write_text('name = "broken"\ncase = "small"\nextend = "base"\n')
    found = [f for f in check_case(folder) if f.level == "error"]
    assert [f.place for f in found] == ["broken.toml, key extend"]
    load_case(folder)
