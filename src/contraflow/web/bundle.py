"""The built page: a fixed list of files, read once; no path of a request is ever looked for on the disk."""

from __future__ import annotations

from pathlib import Path

from contraflow.errors import ContraflowError

FOLDER = Path(__file__).parent / "static"
FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/licenses.txt": ("THIRD_PARTY_LICENSES.txt", "text/plain; charset=utf-8"),
}
"""Address -> file of the bundle, and its type."""


def read_bundle() -> dict[str, tuple[bytes, str]]:
    """Return the content and type of every file by address.

    Raises
    ------
    ContraflowError
        If the package lacks one.
    """
    try:
        return {path: ((FOLDER / name).read_bytes(), kind) for path, (name, kind) in FILES.items()}
    except OSError as error:
        raise ContraflowError(
            str(FOLDER), f"the built page is not complete ({error.strerror})", "install contraflow again"
        ) from None
