"""A run on disk: what it is of, where each chain stands, and the draws so far.

A block of draws is written first and the state that counts it afterwards, each beside its place and then
renamed. A kill between the two leaves a block that the state does not know of; the chain makes it again.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from contraflow.errors import ContraflowError

PROBLEM = "problem.json"


class Checkpoint:
    """The folder of a run.

    Parameters
    ----------
    folder
        Made where it is missing.
    problem
        Everything the draws depend on, as plain values.
    resume
        Take up a run that is there.

    Raises
    ------
    ContraflowError
        If the folder holds another problem's run, holds a run and is not to be resumed, or cannot be written.
    """

    def __init__(self, folder: Path, problem: Mapping[str, Any], resume: bool) -> None:
        self.folder = folder
        wanted = json.loads(json.dumps(problem))
        path = folder / PROBLEM
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if path.exists():
                self._compare(path, wanted, resume)
            else:
                self._write(PROBLEM, lambda stream: stream.write(json.dumps(wanted, indent=1).encode()))
        except OSError as error:
            raise ContraflowError(
                str(folder),
                f"the checkpoints cannot be written ({error.strerror or error})",
                "choose a folder that you may write to",
            ) from error

    def _compare(self, path: Path, wanted: dict[str, Any], resume: bool) -> None:
        """Refuse a run that is not this one."""
        if not resume:
            raise ContraflowError(
                str(self.folder), "holds a run already", "resume it, remove the folder, or choose another"
            )
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {}
        for name in [*wanted, *(name for name in found if name not in wanted)]:
            here, there = wanted.get(name), found.get(name)
            if here != there:
                raise ContraflowError(
                    str(self.folder),
                    f"is the run of another problem: {name} is {_short(there)} there and {_short(here)} here",
                    "use the settings and inputs it was begun with, or choose another folder",
                )

    def save(
        self, chain: int, done: int, first: int, state: list[np.ndarray], block: dict[str, np.ndarray] | None
    ) -> None:
        """Write where a chain stands.

        Parameters
        ----------
        chain
            Its number.
        done
            Its iterations.
        first
            Number of the first draw in the block.
        state
            Leaves of the sampler's state.
        block
            Draws made since the last time, if any.
        """
        try:
            if block is not None:
                self._write(f"chain-{chain}.draws-{first:06d}.npz", lambda stream: np.savez(stream, **block))
            leaves = {str(position): leaf for position, leaf in enumerate(state)}
            self._write(f"chain-{chain}.npz", lambda stream: np.savez(stream, done=np.int64(done), **leaves))
        except OSError as error:
            raise ContraflowError(
                str(self.folder),
                f"the checkpoint cannot be written ({error.strerror or error})",
                "free some space and resume",
            ) from error

    def load(
        self, chain: int, warmup: int
    ) -> tuple[int, list[np.ndarray], list[dict[str, np.ndarray]]] | None:
        """Read where a chain stands: iterations done, state, blocks of draws; None if it has not begun.

        Raises
        ------
        ContraflowError
            If a file is damaged or missing.
        """
        path = self.folder / f"chain-{chain}.npz"
        if not path.exists():
            return None
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                done = int(file["done"])
                state = [file[str(position)] for position in range(len(file.files) - 1)]
            blocks: list[dict[str, np.ndarray]] = []
            have = 0
            while have < done - warmup:
                path = self.folder / f"chain-{chain}.draws-{have:06d}.npz"
                with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                    block = {name: file[name] for name in file.files}
                blocks.append(block)
                have += len(next(iter(block.values())))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ContraflowError(
                str(path), f"is damaged or missing ({error})", "remove the folder and begin again"
            ) from error
        return done, state, blocks

    def _write(self, name: str, fill: Any) -> None:
        """Write a file whole: beside its place, under one name a file, so that kills leave no litter."""
        temporary = self.folder / f".{name}.tmp"
        with temporary.open("wb") as stream:
            fill(stream)
        os.replace(temporary, self.folder / name)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
