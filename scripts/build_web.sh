#!/usr/bin/env bash
# Build the report's script and the page (web/) into the package, where they are committed.
#     scripts/build_web.sh           types from the server, check, test, build into src/contraflow/{report,web}/static/
#     scripts/build_web.sh --check   the same into a temporary folder, and compare with what is committed
# Needs Node 20.19 or later and npm, and .venv with the extra `serve`; nobody needs Node to use contraflow.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
report=src/contraflow/report/static
page=src/contraflow/web/static
types=web/src/page/lib/schema.ts

case "${1:-}" in
    "" | --check) ;;
    *) echo "usage: scripts/build_web.sh [--check]" >&2; exit 2 ;;
esac

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

same() { # same FRESH COMMITTED: complain unless they are equal
    if ! diff -rq "$1" "$2"; then
        echo "$2 is not what this source gives; run scripts/build_web.sh and commit the result" >&2
        exit 1
    fi
    echo "$2 is what this source gives"
}

(cd web && npm ci --no-audit --no-fund --loglevel=error)
.venv/bin/python -m contraflow.web.openapi >"$fresh/openapi.json"
(cd web && npm exec -- openapi-typescript "$fresh/openapi.json" --output "$fresh/schema.ts" >/dev/null)
if [ "${1:-}" = --check ]; then
    same "$fresh/schema.ts" "$types"
else
    cp "$fresh/schema.ts" "$types"
fi
(cd web && npm run --silent check && npm test --silent)
if [ "${1:-}" = --check ]; then
    (cd web && CONTRAFLOW_WEB_OUT="$fresh/report" npm exec -- vite build --logLevel warn)
    (cd web && CONTRAFLOW_WEB_OUT="$fresh/page" npm exec -- vite build --config vite.page.config.ts --logLevel warn)
    same "$fresh/report" "$report"
    same "$fresh/page" "$page"
else
    (cd web && npm exec -- vite build --logLevel warn)
    (cd web && npm exec -- vite build --config vite.page.config.ts --logLevel warn)
    ls -l "$report" "$page"
fi
