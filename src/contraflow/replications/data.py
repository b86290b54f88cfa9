"""Tables that a replication needs and that may not be passed on: found, or fetched and checked.

The place is, in this order: the folder in `CONTRAFLOW_REPLICATION_DATA` (an empty value: nowhere);
`shared/data/replications` beside a checkout; the cache, filled from the authors' own repository at a pinned
commit. Every file must have the pinned SHA-256, wherever it is from: other tables would give other numbers.
The sum is that of the text, in UTF-8 with plain line ends, so that a copy that git has touched still fits.
"""

from __future__ import annotations

import hashlib
import os
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from contraflow.ensemble.run import cache_folder
from contraflow.errors import OutputError
from contraflow.files import whole

VARIABLE = "CONTRAFLOW_REPLICATION_DATA"
TIMEOUT = 10.0
"""Seconds to wait for the authors' repository."""


class DataMissingError(Exception):
    """The tables cannot be had here and now; the message says why, and what to do."""


def tables(name: str, files: Mapping[str, str], address: str) -> Path:
    """Folder with the tables of a replication.

    Parameters
    ----------
    name : str
        Replication; its tables lie in a folder of that name.
    files : mapping of str to str
        SHA-256 of each file.
    address : str
        Where the files can be fetched, without the file's name.

    Raises
    ------
    DataMissingError
        If they are not there and cannot be fetched, or are not the pinned ones.
    """
    named = os.environ.get(VARIABLE)
    if named == "":
        raise DataMissingError(f"{VARIABLE} is empty, which turns the tables of {name} off")
    if named is not None:
        for folder in (Path(named).expanduser() / name, Path(named).expanduser()):
            if all((folder / file).is_file() for file in files):
                return _checked(folder, files)
        raise DataMissingError(f"{VARIABLE} names {named}, which does not hold {', '.join(files)}")
    root = Path(__file__).resolve().parents[3]
    beside = root.parent / "shared" / "data" / "replications" / name
    if (root / "pyproject.toml").is_file() and all((beside / file).is_file() for file in files):
        return _checked(beside, files)
    return _fetched(name, files, address)


def digest(content: bytes) -> str:
    """SHA-256 of a text, whatever its line ends and byte order mark."""
    text = content.decode("utf-8-sig").replace("\r\n", "\n")
    return hashlib.sha256(text.encode()).hexdigest()


def _checked(folder: Path, files: Mapping[str, str]) -> Path:
    """Compare each file with its pinned checksum."""
    for file, wanted in files.items():
        if digest((folder / file).read_bytes()) != wanted:
            raise DataMissingError(f"{folder / file} is not the table with SHA-256 {wanted}")
    return folder


def _fetched(name: str, files: Mapping[str, str], address: str) -> Path:
    """Fetch what the cache does not hold yet."""
    cache = cache_folder()
    if cache is None:
        raise DataMissingError(f"no cache folder to fetch the tables of {name} into; name one in {VARIABLE}")
    folder = cache / "replications" / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, wanted in files.items():
            if not (folder / file).is_file():
                _fetch(f"{address}/{file}", folder / file, wanted)
    except (OSError, OutputError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise DataMissingError(
            f"the tables of {name} cannot be fetched from {address} ({reason}); "
            f"put them into a folder and name it in {VARIABLE}"
        ) from None
    return _checked(folder, files)


def _fetch(address: str, path: Path, wanted: str) -> None:
    """Fetch one file; it only gets its name when its checksum is right."""
    with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:
        content = answer.read()
    if digest(content) != wanted:
        raise DataMissingError(f"{address} is not the table with SHA-256 {wanted}")
    with whole(path) as temporary:
        temporary.write_bytes(content)
