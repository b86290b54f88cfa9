"""Published models, reproduced by configuring the core that runs the cases.

Each folder here is one replication: `REPLICATION` in its `__init__.py`, the numbers it is held to in
`targets.csv`, and a page of words. A folder is found by being here; nothing has to be registered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from contraflow.ensemble.run import use_double_precision_and_cache
from contraflow.errors import ContraflowError
from contraflow.replications.replication import Replication

__all__ = ["Registry", "Replication", "load", "registry"]


class Registry(Mapping[str, Replication]):
    """Replications by name; each is imported when it is asked for, with JAX in double precision."""

    def __init__(self) -> None:
        found = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
        self._modules = {name.replace("_", "-"): f"{__name__}.{name}" for name in found}

    def __getitem__(self, name: str) -> Replication:
        module = self._modules[name]
        use_double_precision_and_cache()
        return import_module(module).REPLICATION

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


def registry() -> Registry:
    """Every replication that ships."""
    return Registry()


def load(name: str) -> Replication:
    """Import one replication.

    Raises
    ------
    ContraflowError
        If there is none of that name.
    """
    known = registry()
    if name not in known:
        raise ContraflowError(name, "no replication of that name", f"use one of: {', '.join(known)}")
    return known[name]
