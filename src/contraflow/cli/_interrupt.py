"""Work that Ctrl-C stops at once, wherever it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def interruptible(work: Callable[[], T]) -> T:
    """Do work in a thread of its own while this one waits for it, or for Ctrl-C.

    Python delivers Ctrl-C to the main thread between two instructions: in the middle of an import, or of a
    callback that swallows it. Here the main thread does nothing but wait, so that the interrupt is always
    seen, and the caller can clean up while the work is still under way.

    Parameters
    ----------
    work
        What to do.

    Returns
    -------
    object
        What `work` returns; what it raises is raised here.
    """
    values: list[T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def target() -> None:
        try:
            values.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=target, name="contraflow-work", daemon=True).start()
    while not done.wait(0.1):
        pass
    if errors:
        raise errors[0]
    return values[0]
