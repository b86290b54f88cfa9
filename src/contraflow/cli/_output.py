"""A folder of results: found writable before the work starts, filled all at once when it is done."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contraflow.errors import OutputError


class OutputFolder:
    """A folder that gets its files together or not at all.

    Used as a context: files are made in `staging`, inside the folder, and `publish` moves them to their
    places.
    Whatever happens before leaves the folder as it was; a folder made for the purpose is removed again.

    Parameters
    ----------
    folder
        Where the results go.
    names
        Names of the files; those of an earlier run are replaced, all others are left alone.

    Raises
    ------
    OutputError
        On entry, if the folder cannot be made or written.
    """

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self.folder = folder.expanduser()
        self.names = names
        self.staging = self.folder
        self._made: list[Path] = []

    def __enter__(self) -> OutputFolder:
        folder = self.folder
        remedy = "choose a folder that you may write to, with --out DIR"
        if folder.exists() and not folder.is_dir():
            raise OutputError(
                str(folder), "there is a file of that name", "choose another folder, with --out DIR"
            )
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        try:
            for path in reversed(missing):
                path.mkdir()
                self._made.append(path)
            self.staging = Path(tempfile.mkdtemp(dir=folder, prefix=".contraflow-"))
        except OSError as error:
            self._remove_made()
            value = f"the folder cannot be written ({error.strerror or error})"
            raise OutputError(str(folder), value, remedy) from None
        for name in self.names:
            if (folder / name).is_dir():
                self.__exit__(None, None, None)
                raise OutputError(str(folder / name), "a folder has the name of a result file", remedy)
        return self

    def __exit__(self, *_: object) -> None:
        if self.staging != self.folder:
            shutil.rmtree(self.staging, ignore_errors=True)
        self._remove_made()

    def publish(self) -> list[Path]:
        """Move the files to their places; Ctrl-C waits until all are there.

        Returns
        -------
        list of Path
            The files, in order.
        """
        written = []
        with _uninterrupted():
            for name in self.names:
                if (self.staging / name).exists():
                    os.replace(self.staging / name, self.folder / name)
                    written.append(self.folder / name)
        return written

    def _remove_made(self) -> None:
        """Remove the folders made on entry that are still empty."""
        for path in reversed(self._made):
            try:
                path.rmdir()
            except OSError:
                return


@contextmanager
def writing(staging: Path) -> Iterator[None]:
    """Name the place of the results, not the folder inside it where they are made, if they cannot be written.

    Raises
    ------
    OutputError
    """
    try:
        yield
    except (OSError, OutputError) as error:
        cause = error.__cause__ if isinstance(error, OutputError) else error
        value = f"the results cannot be written ({getattr(cause, 'strerror', None) or cause})"
        raise OutputError(str(staging.parent), value, "free some space, or choose another folder") from error


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold back Ctrl-C for the moment it takes to rename a few files."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
