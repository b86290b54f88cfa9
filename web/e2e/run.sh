#!/usr/bin/env bash
# Serve the page on a free port and try it in Chromium; from the repository's root: web/e2e/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
log=$(mktemp)
.venv/bin/contraflow serve --port 0 --no-browser 2>"$log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$log"' EXIT
address=""
for _ in $(seq 120); do
    address=$(grep -o 'http://127[^ ]*' "$log" || true)
    [ -n "$address" ] && break
    kill -0 "$server" || { cat "$log" >&2; exit 1; }
    sleep 1
done
(cd web && node e2e/page.mjs "$address")
