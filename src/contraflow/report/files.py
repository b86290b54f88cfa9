"""Whole files or none: text is written beside its place and moved there in one step."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from contraflow.errors import OutputError


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Write text as UTF-8 so that no reader ever sees half of it.

    Parameters
    ----------
    path
        The file; its folder is made where it is missing.
    text
        The whole content, with newlines as they are.

    Returns
    -------
    pathlib.Path
        The path written.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written; the place then holds what it held before.
    """
    target = Path(path)
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
        temporary = None
    except OSError as error:
        raise OutputError(
            str(target),
            f"the file cannot be written ({error.strerror or error})",
            "choose a folder that you may write to, with enough space",
        ) from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
    return target


def _umask() -> int:
    """Return the process's umask; reading it means setting it for an instant."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
