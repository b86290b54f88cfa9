"""``contraflow doctor``: whether this machine has what a run needs."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import typer

from contraflow.cli._console import CaseArgument, console, guarded, table

EXAMPLES = """[bold]Examples[/bold]

contraflow doctor

contraflow doctor my-case
"""

_LIBRARIES = (
    "contraflow",
    "jax",
    "jaxlib",
    "equinox",
    "numpy",
    "scipy",
    "pandas",
    "xarray",
    "h5netcdf",
    "h5py",
    "typer",
    "rich",
)


@guarded
def doctor(
    case: CaseArgument = "ecuador",
) -> None:
    """Say what this machine has: versions, cores, memory, JAX, the cache of compiled programs, the case.

    Put its output into a bug report. Exit code 1 if a run would fail.
    """
    rows: list[tuple[str, str, str]] = []
    for probe in (_versions, _machine, _jax, _cache, lambda: _case(case), _temporary):
        rows += probe()
    table(console(), "contraflow doctor", ("what", "found", "fine?"), rows)
    if any(row[2] not in ("", "yes") for row in rows):
        raise typer.Exit(1)


def _versions() -> list[tuple[str, str, str]]:
    """Versions of Python and of the libraries."""
    rows = [("python", f"{platform.python_version()} ({sys.executable})", "")]
    for name in _LIBRARIES:
        try:
            rows.append((name, metadata.version(name), ""))
        except metadata.PackageNotFoundError:
            rows.append((name, "not installed", "no: install contraflow with pip, which brings it"))
    return rows


def _machine() -> list[tuple[str, str, str]]:
    """System, cores and memory."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    rows = [("system", platform.platform(), ""), ("cores", f"{usable} usable of {os.cpu_count()}", "")]
    total, free = (_gibibytes(name) for name in ("SC_PHYS_PAGES", "SC_AVPHYS_PAGES"))
    if total:
        rows.append(("memory", f"{total:.1f} GiB" + (f", {free:.1f} GiB free" if free else ""), ""))
    return rows


def _gibibytes(name: str) -> float | None:
    """Return an amount of memory known to the system, None where it is not."""
    try:
        return os.sysconf(name) * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (AttributeError, ValueError, OSError):
        return None


def _jax() -> list[tuple[str, str, str]]:
    """Backend, devices and precision of JAX, as a run sets them."""
    try:
        import jax

        from contraflow.ensemble.run import use_double_precision_and_cache

        use_double_precision_and_cache()
        devices = ", ".join(str(device) for device in jax.devices())
        double = bool(jax.config.read("jax_enable_x64"))
        verdict = "yes" if double else "no: unset JAX_ENABLE_X64"
        return [
            ("jax backend", f"{jax.default_backend()} ({devices})", "yes"),
            ("jax float64", "on" if double else "off", verdict),
        ]
    except Exception as error:
        return [
            ("jax", f"{type(error).__name__}: {error}", "no: reinstall jax and jaxlib of the same version")
        ]


def _cache() -> list[tuple[str, str, str]]:
    """Folder of compiled programs and its size."""
    try:
        from contraflow.ensemble.run import cache_folder
    except Exception as error:
        return [("compile cache", f"{type(error).__name__}: {error}", "no: reinstall contraflow")]
    folder = cache_folder()
    if folder is None:
        return [("compile cache", "off, or its folder cannot be written: every run compiles anew", "")]
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 2**20
    return [("compile cache", f"{folder}: {len(files)} files, {size:.1f} MiB", "yes")]


def _case(case: str) -> list[tuple[str, str, str]]:
    """Number of findings on the case."""
    from contraflow.analysis.check import check_case
    from contraflow.case import case_path

    findings = check_case(case)
    errors = sum(finding.level == "error" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    verdict = "yes" if errors == 0 else f"no: see contraflow check {case}"
    return [("case", f"{case_path(case)}: {errors} errors, {warnings} warnings", verdict)]


def _temporary() -> list[tuple[str, str, str]]:
    """Whether a temporary file can be written, and the space left."""
    folder = Path(tempfile.gettempdir())
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        return [
            ("temporary folder", f"{folder}: {error.strerror}", "no: set TMPDIR to a folder you may write to")
        ]
    free = shutil.disk_usage(folder).free / 2**30
    return [("temporary folder", f"{folder}: {free:.1f} GiB free", "yes")]
