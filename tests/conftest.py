"""Set-up of every test: 64-bit floats, shapes checked at run time, reproducible examples, no stray files."""

import os
import shutil
import tempfile
from pathlib import Path

# Everything here must happen before contraflow (and so JAX) is imported for the first time.
_run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
_scratch = Path(tempfile.gettempdir()) / f"contraflow-tests-{_run}"
os.environ["JAX_COMPILATION_CACHE_DIR"] = os.environ["CONTRAFLOW_CACHE"] = str(_scratch / "jax")
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(Path(__file__).parent.parent / ".hypothesis")

import hypothesis
import pytest
from jaxtyping import install_import_hook

# The shapes and types in the model's signatures are checked at every call, in tests only: users pay nothing.
install_import_hook(["contraflow.model"], "beartype.beartype")

hypothesis.settings.register_profile("dev", deadline=None, max_examples=20)
hypothesis.settings.register_profile(
    "ci", deadline=None, max_examples=40, derandomize=True, database=None, print_blob=True
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(autouse=True)
def _own_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that writes to a relative path writes into its own temporary folder."""
    monkeypatch.chdir(tmp_path)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the compilation cache; a worker of pytest-xdist leaves that to its controller."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(_scratch, ignore_errors=True)
