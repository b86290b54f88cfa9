#!/bin/sh
# Take a picture of a report with a Chromium that is installed:
#     scripts/screenshot.sh results/report.html docs/_static/report.png [WIDTH [HEIGHT]]
# CONTRAFLOW_CHROMIUM names another browser of that family.
set -eu
report=${1:?usage: scripts/screenshot.sh REPORT.html PICTURE.png [WIDTH [HEIGHT]]}
picture=${2:?usage: scripts/screenshot.sh REPORT.html PICTURE.png [WIDTH [HEIGHT]]}
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT INT TERM
"${CONTRAFLOW_CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
    --user-data-dir="$profile" --virtual-time-budget=4000 --window-size="${3:-1400},${4:-3000}" \
    --screenshot="$picture" "file://$(realpath "$report")" 2>/dev/null
test -s "$picture"
