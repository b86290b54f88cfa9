"""``contraflow run`` writes all its files or none, and says what is wrong in one line."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from case_tools import copy_case, set_cell, write_scenario
from contraflow.cli._interrupt import interruptible
from contraflow.cli._output import OutputFolder
from contraflow.cli._progress import PlainProgress, progress
from contraflow.cli.main import app, main
from contraflow.errors import ContraflowError, OutputError

NAMES = ("result.nc", "report.html", "table.csv")


class Stub:
    """Stands in for the analysis and the report; remembers how it was called."""

    def __init__(self) -> None:
        self.calls: list[dict] = []
        self.fails: dict[str, BaseException] = {}

    def compare(self, case, scenario, baseline, *, draws, seed, progress, beliefs):
        assert beliefs == "posterior"
        self.calls.append(
            {"case": case.name, "pair": (scenario.name, baseline.name), "draws": draws, "seed": seed}
        )
        for done in range(0, 2 * draws + 1):
            progress(done, 2 * draws)
            self._fail("compare")
        table = SimpleNamespace(to_csv=lambda path, index: self._write("table", path))
        return SimpleNamespace(save=lambda path: self._write("save", path), table=table)

    def write_report(self, comparison, path):
        self._write("report", path)

    def render_table(self, comparison, console):
        self._fail("render")
        console.print("the table of differences")

    def _write(self, what: str, path: Path) -> None:
        path.write_text(f"half of {what}")
        self._fail(what)
        path.write_text(f"all of {what}")

    def _fail(self, what: str) -> None:
        if what in self.fails:
            raise self.fails[what]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    made = Stub()
    monkeypatch.setitem(sys.modules, "contraflow.analysis", SimpleNamespace(compare=made.compare))
    report = SimpleNamespace(write_report=made.write_report, render_table=made.render_table)
    monkeypatch.setitem(sys.modules, "contraflow.report", report)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_case(tmp_path)


def call(*arguments: object):
    return CliRunner().invoke(app, [str(part) for part in arguments])


def test_run_writes_three_files_and_says_where_the_draws_come_from(stub: Stub, folder: Path, tmp_path: Path):
    out = tmp_path / "a" / "b"
    done = call("run", folder, "--draws", 8, "--seed", 3, "--out", out)
    assert done.exit_code == 0, done.output
    assert stub.calls == [{"case": "small", "pair": ("more-effort", "base"), "draws": 8, "seed": 3}]
    assert sorted(path.name for path in out.iterdir()) == sorted(NAMES)
    assert (out / "report.html").read_text() == "all of report"
    assert "the table of differences" in done.stdout
    assert all(f"wrote {out / name}" in done.stdout for name in NAMES)
    assert "8 draws from the priors (not fitted to the record)" in done.stderr
    assert "simulating: 8 of 16" in done.stderr
    assert "\x1b" not in done.output


def test_run_takes_named_scenarios_and_files(stub: Stub, folder: Path, tmp_path: Path):
    plan = tmp_path / "plan.toml"
    plan.write_text('name = "plan"\ncase = "small"\nextends = "base"\n')
    done = call("run", folder, "-s", plan, "-b", "more-effort", "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert stub.calls[0]["pair"] == ("plan", "more-effort")


def test_run_replaces_its_own_files_and_leaves_others(stub: Stub, folder: Path, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "table.csv").write_text("old")
    (out / "notes.txt").write_text("mine")
    assert call("run", folder, "--out", out).exit_code == 0
    assert (out / "table.csv").read_text() == "all of table"
    assert (out / "notes.txt").read_text() == "mine"
    assert len(list(out.iterdir())) == 4


@pytest.mark.parametrize("stage", ["compare", "save", "report", "table"])
@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, "contraflow: interrupted, nothing written"),
        (
            ContraflowError("draws", "too many (9)", "ask for fewer"),
            2,
            "draws: too many (9). Remedy: ask for fewer.",
        ),
        (OSError(28, "No space left on device"), 2, "No space left on device"),
        (RuntimeError("a bug"), 1, ""),
    ],
)
def test_whatever_happens_there_is_no_half_written_file(
    stage: str, error: BaseException, code: int, message: str, stub: Stub, folder: Path, tmp_path: Path
):
    if stage == "compare" and isinstance(error, OSError):
        pytest.skip("no file is written then")
    stub.fails[stage] = error
    fresh = call("run", folder, "--out", tmp_path / "new" / "deep")
    assert (fresh.exit_code, message in fresh.stderr) == (code, True)
    assert not (tmp_path / "new").exists()
    out = tmp_path / "old"
    out.mkdir()
    (out / "result.nc").write_text("of an earlier run")
    assert call("run", folder, "--out", out).exit_code == code
    assert [path.name for path in out.iterdir()] == ["result.nc"]
    assert (out / "result.nc").read_text() == "of an earlier run"


def test_interrupted_while_printing_says_that_the_files_are_there(stub: Stub, folder: Path, tmp_path: Path):
    stub.fails["render"] = KeyboardInterrupt()
    done = call("run", folder, "--out", tmp_path / "out")
    assert done.exit_code == 130
    assert "interrupted; the files in" in done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(NAMES)


def test_unwritable_folder_is_found_before_computing(stub: Stub, folder: Path, tmp_path: Path):
    (tmp_path / "file").write_text("")
    (tmp_path / "taken" / "table.csv").mkdir(parents=True)
    for out, words in (
        (tmp_path / "file", "there is a file of that name"),
        (tmp_path / "file" / "below", "the folder cannot be written"),
        (tmp_path / "taken", "a folder has the name of a result file"),
    ):
        done = call("run", folder, "--out", out)
        assert done.exit_code == 2
        assert words in done.stderr
        assert "--out DIR" in done.stderr
    assert stub.calls == []
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["table.csv"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_folder_without_permission(stub: Stub, folder: Path, tmp_path: Path):
    out = tmp_path / "locked"
    out.mkdir(mode=0o555)
    done = call("run", folder, "--out", out)
    assert done.exit_code == 2
    assert "Permission denied" in done.stderr
    assert stub.calls == []


BAD = {
    "unknown node": lambda f: set_cell(f, "edges", "port-one", "origin", "nowhere"),
    "shares": lambda f: set_cell(f, "edges", "port-one", "share_base", "0.5"),
    "negative price": lambda f: set_cell(f, "nodes", "zone-east", "price", "-1"),
    "unit": lambda f: set_cell(f, "parameters", "theta", "unit", "kg"),
    "nan": lambda f: set_cell(f, "edges", "port-one", "freight", "nan"),
    "empty file": lambda f: (f / "edges.csv").write_text(""),
    "latin-1": lambda f: (f / "groups.csv").write_bytes(b"id\xe9"),
    "unknown province": lambda f: write_scenario(
        f, "x", '[[measure]]\nkind="curfew"\nterritory="atlantis"\nstart="2025-01"\nvalue=1\n'
    ),
    "end before start": lambda f: write_scenario(
        f, "x", '[[measure]]\nkind="effort"\ntheatre="sea"\nstart="2025-02"\nend="2025-01"\nvalue=1\n'
    ),
    "another case": lambda f: write_scenario(f, "x", "", case="ecuador"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_and_exit_code_2(name: str, stub: Stub, folder: Path, tmp_path: Path):
    write_scenario(folder, "x", "")
    BAD[name](folder)
    done = call("run", folder, "-s", "x", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert ". Remedy: " in done.stderr
    assert stub.calls == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments", [["--draws", "0"], ["--draws", "many"], ["--seed", "-1"], ["--drawz", "3"], ["a", "b"]]
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], stub: Stub):
    done = call("run", *arguments)
    assert done.exit_code == 2
    assert "Usage: " in done.stderr
    assert stub.calls == []


def test_ctrl_c_stops_at_once_and_leaves_nothing(folder: Path, tmp_path: Path):
    """A real signal to a real process, in the middle of work that would take a minute."""
    script = tmp_path / "slow.py"
    script.write_text(
        "import signal, sys, time\nfrom types import SimpleNamespace\n"
        # a shell that runs the tests in the background has them ignore Ctrl-C
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def compare(*args, progress, **kwargs):\n    progress(1, 2)\n"
        "    print('at work', file=sys.stderr, flush=True)\n    time.sleep(60)\n"
        "sys.modules['contraflow.analysis'] = SimpleNamespace(compare=compare)\n"
        "sys.modules['contraflow.report'] = SimpleNamespace(write_report=None)\n"
        "from contraflow.cli.main import main\nmain()\n"
    )
    arguments = [sys.executable, str(script), "run", str(folder), "--out", str(tmp_path / "out")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        arguments, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if line == "at work\n":
            break
    assert any(line.startswith("simulating: 1 of 2") for line in seen)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, message = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (output, message) == ("", "contraflow: interrupted, nothing written\n")
    assert time.monotonic() - start < 10
    assert not (tmp_path / "out").exists()


def test_main_exits_with_the_code_of_the_command(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "argv", ["contraflow", "version"])
    with pytest.raises(SystemExit) as done:
        main()
    assert done.value.code == 0
    monkeypatch.setattr(sys, "argv", ["contraflow", "check", "nowhere"])
    with pytest.raises(SystemExit) as done:
        main()
    assert done.value.code == 2


# --- parts ------------------------------------------------------------------------------------------


def test_output_folder_published_in_part_keeps_only_what_was_made(tmp_path: Path):
    with OutputFolder(tmp_path / "out", ("a", "b")) as folder:
        (folder.staging / "a").write_text("a")
        (folder.staging / "scratch").write_text("not a result")
        assert folder.publish() == [tmp_path / "out" / "a"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]


def test_output_folder_that_cannot_be_made(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError), OutputFolder(tmp_path / "file" / "x" / "y", ("a",)):
        pass


def test_interruptible_gives_the_value_or_the_error():
    assert interruptible(lambda: 3) == 3
    with pytest.raises(KeyError, match="x"):
        interruptible(lambda: {}["x"])


def test_plain_progress_prints_a_line_a_quarter(capsys: pytest.CaptureFixture[str]):
    plain = PlainProgress("working")
    for done in range(101):
        plain(done, 100)
    assert [line.split(":")[1].split("(")[0].strip() for line in capsys.readouterr().err.splitlines()] == [
        "25 of 100", "50 of 100", "75 of 100", "100 of 100",
    ]  # fmt: skip


def test_progress_on_a_terminal_is_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress("working") as callback:
        callback(1, 2)
    with progress("working", plain=True) as callback:
        callback(1, 2)
    assert "working: 1 of 2" in capsys.readouterr().err
