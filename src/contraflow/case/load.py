"""From a case folder to a `Case`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from contraflow.case.bib import read_bib
from contraflow.case.cells import suggest
from contraflow.case.finding import ORDER, Finding, raise_first
from contraflow.case.manifest import FILE, read_manifest
from contraflow.case.model import Case
from contraflow.case.read import Sheet, concatenate, read_table
from contraflow.case.tables import TABLES
from contraflow.errors import CaseError

EMBEDDED = Path(__file__).resolve().parent.parent / "cases"
_SUFFIXES = (".csv", ".toml", ".bib", ".json", ".md")


def embedded_cases() -> list[str]:
    """Return the names of the cases that ship with the package."""
    return sorted(path.parent.name for path in EMBEDDED.glob(f"*/{FILE}") if path.parent.name != "template")


def case_path(name_or_path: str | Path) -> Path:
    """Find a case folder.

    Parameters
    ----------
    name_or_path
        Name of an embedded case, or the path of a case folder. A bare name means the embedded case;
        write ``./name`` for a folder of the same name.

    Raises
    ------
    CaseError
        If there is neither.
    """
    if isinstance(name_or_path, str) and name_or_path in embedded_cases():
        return EMBEDDED / name_or_path
    path = Path(name_or_path).expanduser()
    if (path / FILE).is_file():
        return path
    if path.is_dir():
        remedy = f"add {FILE}, or make a new case with `contraflow new-case DIR`"
        raise CaseError(str(path), f"the folder is not a case: it has no {FILE}", remedy)
    remedy = (
        f"give a case folder or the name of an embedded case ({suggest(str(name_or_path), embedded_cases())})"
    )
    raise CaseError("case", f"there is no case '{name_or_path}'", remedy)


def case_files(folder: Path) -> Iterator[Path]:
    """Yield the files that make up a case, sorted by relative path; hidden files and results are left out."""
    paths = (path for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file())
    relative = {path.relative_to(folder): path for path in paths}
    for name in sorted(relative, key=lambda part: part.as_posix()):
        if not any(part.startswith((".", "__")) for part in name.parts):
            yield relative[name]


def case_digest(folder: Path) -> str:
    """Return the SHA-256 of a case: of the relative path and the bytes of each of its files."""
    digest = hashlib.sha256()
    for path in case_files(folder):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def read_case(name_or_path: str | Path = "ecuador") -> tuple[Case | None, set[str], list[Finding]]:
    """Read every file of a case and collect what cannot be read.

    Returns
    -------
    tuple
        The case (None without a usable ``case.toml``), the names of the parts that could not be read
        (tables, ``sources``), and the findings.
    """
    folder = case_path(name_or_path)
    manifest, findings = read_manifest(folder)
    usable = not findings
    sheets: dict[str, Sheet] = {}
    broken: set[str] = set()
    for name, table in TABLES.items():
        if name == "observations":
            files = sorted((folder / name).glob("*.csv"))
            read = [read_table(path, table, f"{name}/{path.name}") for path in files]
            sheets[name] = concatenate(table, [sheet for sheet, _ in read])
            problems = [finding for _, found in read for finding in found]
        elif table.optional and not (folder / table.file).exists():
            sheets[name], problems = concatenate(table, []), []
        else:
            sheets[name], problems = read_table(folder / table.file, table)
        findings += problems
        if problems:
            broken.add(name)
    sources, problems = read_bib(folder / "sources.bib")
    findings += problems
    if problems:
        broken.add("sources")
    if not usable:
        return None, broken, findings
    case = Case(
        name=manifest["name"],
        title=manifest["title"],
        description=manifest["description"],
        start=pd.Period(manifest["start"], "M"),
        end=pd.Period(manifest["end"], "M"),
        history_end=pd.Period(manifest["history_end"], "M"),
        base_year=manifest["base_year"],
        path=folder,
        digest=case_digest(folder),
        sources=sources,
        scenarios={path.stem: path for path in sorted((folder / "scenarios").glob("*.toml"))},
        meta=manifest,
        sheets=MappingProxyType(sheets),
        **{name: sheet.frame for name, sheet in sheets.items()},
    )
    return case, broken, findings


def load_case(name_or_path: str | Path = "ecuador") -> Case:
    """Load a case and hold it to every check of level ``error``.

    Parameters
    ----------
    name_or_path
        Name of an embedded case (``ecuador`` by default) or the path of a case folder.

    Returns
    -------
    Case

    Raises
    ------
    CaseError
        Naming the first thing that is wrong, where, and the remedy.
    """
    from contraflow.case.check import run_checks

    case, broken, findings = read_case(name_or_path)
    raise_first(findings)
    assert case is not None
    raise_first(run_checks(case, broken, level="error"))
    return case


def check_case(name_or_path: str | Path = "ecuador") -> list[Finding]:
    """Run every check on a case.

    Parameters
    ----------
    name_or_path
        Name of an embedded case or the path of a case folder.

    Returns
    -------
    list of Finding
        Errors first, then warnings, then infos; empty if there is nothing to say.

    Raises
    ------
    CaseError
        Only if there is no case folder there.
    """
    from contraflow.case.check import run_checks
    from contraflow.scenario.check import check_scenarios

    case, broken, findings = read_case(name_or_path)
    if case is not None:
        findings = findings + run_checks(case, broken)
        if not broken:
            findings += check_scenarios(case)
    return sorted(findings, key=lambda finding: ORDER[finding.level])
