"""Whole files or none: a file is written beside its place and moved there in one step."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contraflow.errors import OutputError


@contextmanager
def whole(path: str | os.PathLike[str], parents: bool = False) -> Iterator[Path]:
    """Write a file so that no reader ever sees half of it.

    Parameters
    ----------
    path
        The file.
    parents
        Make its folder where it is missing; otherwise a folder that is missing is an error.

    Yields
    ------
    pathlib.Path
        An empty file beside it to write into; it takes the file's place if the block ends without an error.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written; the place then holds what it held before.
    """
    target = Path(path)
    temporary = None
    try:
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        os.close(descriptor)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        raise OutputError(
            str(target),
            f"the file cannot be written ({error.strerror or error})",
            "choose a folder that you may write to, with enough space",
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Write text as UTF-8, with newlines as they are, `whole`; its folder is made where it is missing.

    Returns
    -------
    pathlib.Path
        The path written.
    """
    with whole(path, parents=True) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return Path(path)


def _umask() -> int:
    """Return the process's umask; reading it means setting it for an instant."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
