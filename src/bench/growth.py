#!/usr/bin/env python3
"""The benchmark behind growth.sh; standard library only. Takes its parts from bench.py."""
import argparse
import os
import shutil
import sys
import time

import bench



def table(rows):
    return ["| documents | what | rounds | seconds (min to max) | microseconds a document | CPU s | CPU microseconds a document | MiB |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *["| %s | %s | %d | %.2f (%.2f to %.2f) | %.2f | %.1f | %.2f | %.0f |" % (
                format(count, ","), case, rounds, wall, low, high, wall / count * 1e6, cpu, cpu / count * 1e6, rss)
              for count, rounds, case, (wall, cpu, rss, low, high) in rows]]


def growth(rows):
    """The cost of a document among the most over that among the fewest, and the cost of each further document."""
    least, most = rows[0][0], rows[-1][0]
    found = {(count, case): result for count, _, case, result in rows}
    lines = ["| what | wall time of a document, most over fewest | CPU time, most over fewest | CPU microseconds of each further document |",
             "| --- | --- | --- | --- |"]
    for case in dict.fromkeys(case for _, _, case, _ in rows):
        few, many = found[least, case], found[most, case]
        lines.append("| %s | %.2f | %.2f | %.2f |" % (
            case, many[0] / most / (few[0] / least), many[1] / most / (few[1] / least), (many[1] - few[1]) / (most - least) * 1e6))
    return lines


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--counts", default="400000,10000000", help="numbers of documents, with commas")
    ap.add_argument("--rounds", default="3,1", help="rounds for each number")
    ap.add_argument("--slices", type=int, default=4)
    ap.add_argument("--lanes", type=int, default=2)
    ap.add_argument("--java", default=os.environ.get("JAVA_HOME"), help="JDK of the exports; the server has it too")
    ap.add_argument("--heap", type=int, default=4096, help="MiB of heap for the server")
    ap.add_argument("--make-only", action="store_true", help="make the documents and end")
    ap.add_argument("--report", default="", help="name of the report, without .md")
    a = ap.parse_args()
    os.makedirs(bench.WORK, exist_ok=True)
    counts = sorted(map(int, a.counts.split(",")))
    if len(counts) < 2:
        sys.exit("--counts: give at least two numbers of documents")
    rounds = dict(zip(counts, map(int, a.rounds.split(","))))
    java = os.path.join(a.java, "bin", "java") if a.java else "java"
    if a.make_only:
        for count in counts:
            bench.make_documents(count)
        return
    repository = bench.empty_repository()
    server = bench.start_server(java, a.heap, repository)
    try:
        es = bench.Es(bench.url_of(server))
        report = bench.header(a.heap, java, command="growth.sh")
        rows, costs = [], []
        for count in counts:
            path, source = bench.make_documents(count)
            size, index, begin = os.path.getsize(path), "growth-%d" % count, time.monotonic()
            bench.load(es, path, index)
            loaded = time.monotonic() - begin
            if count == counts[-1]:
                os.remove(path)  # the largest one is in the way of the dumps
            stored = es("GET", "/%s/_stats/store" % index)["_all"]["primaries"]["store"]["size_in_bytes"]
            begin = time.monotonic()
            bench.take_snapshot(es, index, repository, "of-" + index)
            costs.append("* %s documents (%s), %d MB: indexed in %.0f s, %d MB in the index; snapshot in %.0f s" % (
                format(count, ","), source, size // 1_000_000, loaded, stored // 1_000_000, time.monotonic() - begin))
            cases = {}
            for compression in ("none", "zstd"):
                options = ["--format", "jsonl", "--compression", compression, "--lanes", str(a.lanes)]
                cases[compression] = bench.spillway(java, es.url, index, *options, "--slices", str(a.slices))
                cases[compression + ", from a snapshot"] = bench.from_snapshot(java, repository, index, *options)
            results = bench.in_turns(cases, rounds.get(count, 1))
            rows += [(count, rounds.get(count, 1), case, result) for case, result in results.items()]
            print("  free: %d GB" % (shutil.disk_usage(bench.WORK).free // 10**9), file=sys.stderr)
            bench.clean()
            es("DELETE", "/_snapshot/bench/of-" + index)
            es("DELETE", "/" + index)
        report += ["## What a document costs", "", *costs, "* 2 shards, JSON Lines, %d lanes" % a.lanes, "", *table(rows), "", *growth(rows), ""]
        report += ["```sh", *["%-24s %s" % (case + ":", bench.shown(command)) for case, command in cases.items()], "```", ""]
        bench.write_report(report, a.report or bench.report_name("growth"))
    finally:
        server.stdin.close()
        server.wait(60)


if __name__ == "__main__":
    main()
