#!/usr/bin/env bash
# Measures exports against the fastest drain and against peers, on the real server, in one run:
#
#   src/bench/run.sh [--documents 400000] [--rounds 5] [--java HOME] [--peers] [--shards 2] [--slices 4] [--lanes 2] \
#       [--formats "jsonl zstd,parquet zstd 3,csv zstd"] [--once "jsonl xz"] [--scale 400000,2000000] \
#       [--share 0.25,0.5] [--withhold 3] [--snapshot] [--archive] [--changes] \
#       [--peer-rounds 1] [--report NAME]
#
# Prints a report and writes it to docs/benchmarks/. Needs the built jar (mvn -q package -DskipTests) and python3; with
# --peers also node with npm, nginx, pigz and zstd, and says which of them it did not find.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -f target/spillway.jar ] || mvn -q package -DskipTests
exec python3 src/bench/bench.py "$@"
