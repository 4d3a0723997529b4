#!/usr/bin/env bash
# Measures what a document costs among few and among many documents, from the server and from a snapshot, JSON Lines, none and zstd:
#
#   src/bench/growth.sh [--counts 400000,10000000] [--rounds 3,1] [--java HOME] [--make-only] [--report NAME]
#
# Prints a report and writes it to docs/benchmarks/. Needs the built jar and python3. 10 million documents need about 30 GB of
# disk below target/bench and in the folder for temporary files: the documents (12.6 GB, removed when they are indexed), the
# index, its snapshot, and one uncompressed dump at a time.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -f target/spillway.jar ] || mvn -q package -DskipTests
exec python3 src/bench/growth.py "$@"
