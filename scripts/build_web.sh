#!/usr/bin/env bash
# Build the page of the report (web/) into the package, where its script and style are committed.
#     scripts/build_web.sh           check types, test, build into src/contraflow/report/static/
#     scripts/build_web.sh --check   the same into a temporary folder, and compare with what is committed
# Needs Node 20.19 or later and npm; nobody needs either to use contraflow.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
built=src/contraflow/report/static

case "${1:-}" in
    "" | --check) ;;
    *) echo "usage: scripts/build_web.sh [--check]" >&2; exit 2 ;;
esac

(cd web && npm ci --no-audit --no-fund --loglevel=error && npm run --silent check && npm test --silent)
if [ "${1:-}" = --check ]; then
    fresh=$(mktemp -d)
    trap 'rm -rf "$fresh"' EXIT
    (cd web && CONTRAFLOW_WEB_OUT="$fresh" npm exec -- vite build --logLevel warn)
    if ! diff -rq "$fresh" "$built"; then
        echo "$built is not what web/ builds; run scripts/build_web.sh and commit the result" >&2
        exit 1
    fi
    echo "$built is what web/ builds"
else
    (cd web && npm exec -- vite build --logLevel warn)
    ls -l "$built"
fi
