#!/usr/bin/env bash
# JMH benchmarks of the scanner, the encoders and the compressors, in one run:
#
#   src/bench/micro.sh [PATTERN] [JMH OPTION…]
#
# Without a pattern, all of them (about five minutes). Results in the column "megabytes" are MB of input a second. The JDK
# is that of JAVA_HOME; gzip goes through libdeflate where the JDK (22 or newer) and the system have it.
set -euo pipefail
cd "$(dirname "$0")/../.."
mvn -q -Pmicro test-compile dependency:build-classpath -Dmdep.outputFile=target/micro-classpath.txt -Dmdep.includeScope=test
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "target/test-classes:target/classes:$(cat target/micro-classpath.txt)" \
    org.openjdk.jmh.Main -jvmArgs "-Xmx256m" "$@"
