"""The description of the server's addresses, without a case: ``python -m contraflow.web.openapi``."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any


def description() -> dict[str, Any]:
    """Return the OpenAPI description; the page's types are generated from it."""
    from contraflow.web.app import addresses

    return addresses(SimpleNamespace(case=None), {}).openapi()  # type: ignore[arg-type]


if __name__ == "__main__":
    json.dump(description(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
