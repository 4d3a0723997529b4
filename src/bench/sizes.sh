#!/usr/bin/env bash
# Measures small documents, large ones and 1, 5 and 40 shards, each from the server and from a snapshot, beside the fastest drain:
#
#   src/bench/sizes.sh [--rounds 2] [--java HOME] [--small 1500000] [--large 3000] [--nested 400000] [--shards 1,5,40] \
#       [--make-only] [--report NAME]
#
# Small and large documents are written uncompressed as JSON Lines, as CSV and as both from one pass, and with gzip by libdeflate
# and by the JDK. Prints a report and writes it to docs/benchmarks/. Needs the built jar and python3. MAKER is the program that
# makes the nested documents, as for run.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -f target/spillway.jar ] || mvn -q package -DskipTests
exec python3 src/bench/sizes.py "$@"
