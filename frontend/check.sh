#!/usr/bin/env bash
# Rebuilds the assets from the lock file and fails when the shipped ones differ.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --silent --ignore-scripts
npm run --silent typecheck
npm test --silent
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
node scripts/build.mjs "$fresh/out"
if ! diff -r "$fresh/out" ../src/wishloop/website/static/wishloop; then
  echo "shipped assets differ from their sources: run 'npm run build' in frontend/ and commit the result" >&2
  exit 1
fi
echo "frontend: shipped assets match their sources"
