#!/usr/bin/env bash
# What `npm run demo` and `npm test` begin with: the packages that package-lock.json names, where they aren't
# there yet. A fresh clone needs nothing before.
set -euo pipefail
cd "$(dirname "$0")/.."
stamp=node_modules/.piecewise-lock
if ! cmp -s package-lock.json "$stamp"; then
    echo 'installing npm packages …'
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json "$stamp"
fi
