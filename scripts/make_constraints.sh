#!/bin/sh
# Write constraints.txt: exact versions of every package that the project, its tests and its docs need.
# Run it with the oldest Python at hand, down to the patch release (Debian 12 has 3.11.2), so that the pins hold for
# every 3.11 to 3.13; some packages ask for a later patch release than others:
#     scripts/make_constraints.sh [PYTHON]
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh
python=${1:-python3.11}
supported_python "$python" || fail "$python is not a Python 3.11 to 3.13; name one: $0 /path/to/python3.11"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet ".[dev]"
"$work/venv/bin/python" -m pip freeze --exclude contraflow --exclude pip --exclude setuptools >"$work/frozen"

# A pin is NAME==VERSION and nothing else: a line with an address or a path would tie the file to a machine.
if grep -v -E '^[A-Za-z0-9._-]+==[^ ]+$' "$work/frozen"; then
    fail "the lines above are not plain NAME==VERSION pins; constraints.txt is left as it was"
fi
{
    echo "# Exact versions of the whole tree: core, tests, docs. Written by scripts/make_constraints.sh."
    echo "# Made with Python $("$python" -c 'import platform; print(platform.python_version())'); good for it and later, up to 3.13."
    LC_ALL=C sort -f "$work/frozen"
} >constraints.txt
echo "constraints.txt: $(grep -c == constraints.txt) packages"
