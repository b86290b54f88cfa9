"""Sphinx configuration. Build with warnings as errors: `python -m sphinx -W docs docs/_build/html`."""

import os
import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

project = "contraflow"
author = "The contraflow developers"
copyright = "The contraflow developers. Text and tables CC-BY-4.0, code Apache-2.0"
release = installed("contraflow")
version = ".".join(release.split(".")[:2])

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "myst_parser",
    "formulas",
    "generate",
    "held",
    "mathml",
    "run",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "_generated", "_ext"]
templates_path = []

# A short type name in a docstring may belong to two modules; a link that goes nowhere is still an error.
suppress_warnings = ["ref.python"]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_type_aliases = {"Scalar": "Scalar", "Numbers": "Numbers"}
napoleon_google_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_math_renderer = "mathml"
html_title = f"contraflow {release}"
html_static_path = ["_static"]
html_css_files = ["contraflow.css"]
html_show_sphinx = False
