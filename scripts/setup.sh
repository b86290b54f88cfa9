# Sourced by ./run, ./test and scripts/: find a Python, make .venv, install the package with exact versions.
# Plain POSIX shell; the working directory is the root of the repository.

fail() {
    echo "contraflow: $*" >&2
    exit 1
}

# supported_python COMMAND: true where COMMAND is there, starts, and is Python 3.11 to 3.13.
supported_python() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

# find_python: print the first supported Python; $CONTRAFLOW_PYTHON, where set, is the only one tried.
find_python() {
    if [ -n "${CONTRAFLOW_PYTHON:-}" ]; then
        supported_python "$CONTRAFLOW_PYTHON" ||
            fail "CONTRAFLOW_PYTHON is '$CONTRAFLOW_PYTHON', which is not a working Python 3.11, 3.12 or 3.13; set it to one that is"
        echo "$CONTRAFLOW_PYTHON"
        return
    fi
    for python in python3.11 python3.12 python3.13 python3 python; do
        if supported_python "$python"; then
            echo "$python"
            return
        fi
    done
    fail "found no Python 3.11, 3.12 or 3.13 (python3 is $(python3 --version 2>&1 || echo missing)); install one, or set CONTRAFLOW_PYTHON to its path"
}

# setup_venv EXTRAS: .venv holds the package, editable, with EXTRAS ("" for none); quick where nothing changed.
setup_venv() {
    extras=$1
    if [ -e .venv ]; then
        supported_python .venv/bin/python ||
            fail "the folder .venv here does not hold a working Python 3.11 to 3.13; delete it (rm -rf .venv) and run this again"
    else
        python=$(find_python) || exit 1
        echo "contraflow: making .venv with $("$python" --version)"
        "$python" -m venv .venv || fail "could not make .venv with $python; on Debian and Ubuntu install the package python3-venv, delete .venv and run this again"
    fi
    stamp=".venv/contraflow-${extras:-core}.stamp"
    wanted=$(cat pyproject.toml constraints.txt | cksum)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    echo "contraflow: installing the package${extras:+ with the extras $extras} (a few minutes the first time)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --constraint constraints.txt --editable ".${extras:+[$extras]}" ||
        fail "the installation failed (see above); it needs a package index that pip can reach"
    echo "$wanted" >"$stamp"
}
