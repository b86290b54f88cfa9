"""A new case folder from the template that ships with the package."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from contraflow.case.bib import read_bib
from contraflow.case.cells import split_keys
from contraflow.case.load import EMBEDDED
from contraflow.case.schema import ID_PATTERN
from contraflow.errors import CaseError, OutputError

TEMPLATE = "template"
#: Case whose priors a new case starts from.
PRIORS = "ecuador"


def new_case(folder: str | Path) -> Path:
    """Copy the template to a new folder, named after it, with the priors of the Ecuador case.

    Parameters
    ----------
    folder
        Where; it must not exist, or be empty.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        If the folder is not empty or cannot be written; nothing is left behind.
    CaseError
        If the folder's name cannot be turned into the name of a case.
    """
    folder = Path(folder).expanduser()
    if folder.exists() and not folder.is_dir():
        raise OutputError(str(folder), "there is a file of that name", "choose another folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise OutputError(str(folder), "the folder is not empty", "choose a new folder, or empty this one")
    name = case_name(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
            made = Path(temporary) / "case"
            shutil.copytree(EMBEDDED / TEMPLATE, made)
            _write_priors(made)
            _rename(made, name)
            made.replace(folder)
    except OSError as error:
        remedy = "choose a folder whose parent you may write to"
        raise OutputError(str(folder), f"the folder cannot be written ({error.strerror})", remedy) from error
    return folder


def case_name(folder: Path) -> str:
    """Return the name of a case in a folder: its last part in lower case, anything odd turned to hyphens."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    if not ID_PATTERN.fullmatch(name):
        raise CaseError(
            str(folder), f"no case can be called '{folder.name}'", "use letters a-z, digits and hyphens"
        )
    return name


def _write_priors(folder: Path) -> None:
    """Copy the table of parameters with the sources that it names."""
    shutil.copy(EMBEDDED / PRIORS / "parameters.csv", folder / "parameters.csv")
    table = pd.read_csv(folder / "parameters.csv", dtype=str, keep_default_na=False)
    keys = {key for cell in table["source"] for key in split_keys(cell)}
    entries, _ = read_bib(EMBEDDED / PRIORS / "sources.bib")
    with (folder / "sources.bib").open("a", encoding="utf-8") as stream:
        for key in sorted(keys & set(entries)):
            fields = dict(entries[key])
            kind = fields.pop("type")
            lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
            stream.write(f"\n@{kind}{{{key},\n{lines}}}\n")


def _rename(folder: Path, name: str) -> None:
    """Write the name of the case wherever the template's stands."""
    for path in [folder / "case.toml", *(folder / "scenarios").glob("*.toml")]:
        text = path.read_text(encoding="utf-8")
        key = "name" if path.name == "case.toml" else "case"
        text = text.replace(f'{key} = "{TEMPLATE}"', f'{key} = "{name}"', 1)
        path.write_text(text, encoding="utf-8")
