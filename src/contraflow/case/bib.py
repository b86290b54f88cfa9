"""A small reader of BibTeX: entries, fields in braces, quotes or bare, nothing more."""

from __future__ import annotations

import re
from pathlib import Path

from contraflow.case.finding import Finding
from contraflow.case.read import decode

_ENTRY = re.compile(r"@(\w+)\s*\{", re.MULTILINE)
_KEY = re.compile(r"\s*([^\s,{}]+)\s*,?")
_FIELD = re.compile(r"\s*,?\s*([A-Za-z][\w-]*)\s*=\s*")
_SKIPPED = ("comment", "preamble", "string")


def read_bib(path: Path) -> tuple[dict[str, dict[str, str]], list[Finding]]:
    """Read a ``sources.bib``.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    tuple
        Entries by key, each with its fields in lower case and ``type``, and what is wrong.
    """
    text, findings = decode(path, path.name)
    entries: dict[str, dict[str, str]] = {}
    position = 0
    while match := _ENTRY.search(text, position):
        line = text.count("\n", 0, match.start()) + 1
        place = f"{path.name} line {line}"
        end = _closing(text, match.end() - 1)
        if end < 0:
            findings.append(
                Finding(
                    "error", "sources", place, f"the entry @{match[1]} is never closed", "balance its braces"
                )
            )
            break
        position = end + 1
        if match[1].lower() in _SKIPPED:
            continue
        body = text[match.end() : end]
        key = _KEY.match(body)
        if key is None:
            findings.append(
                Finding(
                    "error", "sources", place, "the entry has no key", "write @misc{key, title = {...}, ...}"
                )
            )
        elif key[1] in entries:
            findings.append(
                Finding("error", "sources", place, f"duplicate key '{key[1]}'", "rename or remove one")
            )
        else:
            entries[key[1]] = {"type": match[1].lower()} | _fields(body[key.end() :])
    return entries, findings


def _closing(text: str, start: int) -> int:
    """Return the position of the brace that closes the one at `start`, or -1."""
    depth = 0
    for position in range(start, len(text)):
        if text[position] == "\\":
            continue
        if text[position] == "{":
            depth += 1
        elif text[position] == "}":
            depth -= 1
            if depth == 0:
                return position
    return -1


def _fields(body: str) -> dict[str, str]:
    """Read ``name = value`` pairs; what cannot be read ends the entry."""
    fields, position = {}, 0
    while match := _FIELD.match(body, position):
        position = match.end()
        opening = body[position : position + 1]
        if opening == "{":
            end = _closing(body, position)
        elif opening == '"':
            end = body.find('"', position + 1)
        else:
            comma = body.find(",", position)
            end = len(body) if comma < 0 else comma
        end = len(body) if end < 0 else end
        raw = body[position + 1 : end] if opening in ("{", '"') else body[position:end]
        fields[match[1].lower()] = " ".join(raw.replace("{", "").replace("}", "").split())
        position = end + 1 if opening in ("{", '"') else end
    return fields
