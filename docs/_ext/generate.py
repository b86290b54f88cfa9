"""Before Sphinx reads the pages: write the parts that follow from the code and from the case's tables.

They go to `docs/_generated/` (not kept in the repository) and are included by the pages. A file is only
written when it changes, so that an unchanged page is not built again.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx


def write_all(app: Sphinx) -> None:
    """Write every generated part."""
    import backtestpages
    import calibrationpages
    import casepages
    import codepages
    import replicationpages
    from contraflow import load_case

    case = load_case("ecuador")
    parts = {
        name: make(case)
        for name, make in (casepages.PAGES | backtestpages.PAGES | calibrationpages.PAGES).items()
    }
    parts |= {name: make() for name, make in (codepages.PAGES | replicationpages.pages()).items()}
    folder = Path(app.srcdir) / "_generated"
    folder.mkdir(exist_ok=True)
    for name, content in parts.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")


def setup(app: Sphinx) -> dict:
    """Register the hook."""
    app.connect("builder-inited", write_all)
    return {"parallel_read_safe": True}
