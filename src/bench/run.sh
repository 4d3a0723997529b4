#!/usr/bin/env bash
# Measures exports against the raw drain and against peers, on the real server, in one run:
#
#   src/bench/run.sh [--documents 400000] [--rounds 5] [--java HOME] [--peers] [--scale 400000,2000000] [--withhold 3]
#
# Prints a report and writes it to docs/benchmarks/. Needs the built jar (mvn -q package -DskipTests) and python3; with
# --peers also node with npm, nginx, pigz and zstd, and says which of them it did not find.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -f target/spillway.jar ] || mvn -q package -DskipTests
exec python3 src/bench/bench.py "$@"
