#!/usr/bin/env python3
"""The benchmark behind sizes.sh; standard library only. Takes its parts from bench.py."""
import argparse
import os
import subprocess
import sys

import bench
import make_documents

FORMATS = (("jsonl", "none"), ("csv", "none"), ("jsonl,csv", "none"), ("jsonl", "gzip"))
JDK_GZIP = "-Dspillway.libdeflate=off"


def made(kind, count):
    path = os.path.join(bench.WORK, "documents-%s-%d.jsonl" % (kind, count))
    if not os.path.exists(path):
        subprocess.run([sys.executable, os.path.join(bench.ROOT, "src/bench/make_documents.py"), kind, str(count), path], check=True)
    return path


def mapping(shards, properties):
    return {"settings": dict(bench.INDEX["settings"], number_of_shards=shards),
            "mappings": {"dynamic": False, "properties": properties}}


def name(formats, compression, jdk):
    return "%s, %s%s" % (formats.replace(",", " and "), compression, " by the JDK" if jdk else "")


def with_property(command, jdk):
    return command[:1] + [JDK_GZIP] + command[1:] if jdk else command


def cases_of(a, java, url, index, repository, wanted, slices):
    """Each pair of formats and compression through the API and from the snapshot."""
    cases = {}
    for formats, compression, jdk in wanted:
        options = ["--format", formats, "--compression", compression, "--lanes", str(a.lanes)]
        case = name(formats, compression, jdk)
        cases[case] = with_property(bench.spillway(java, url, index, *options, *slices), jdk)
        cases[case + ", from a snapshot"] = with_property(bench.from_snapshot(java, repository, index, *options), jdk)
    return cases


def table(results, base, documents, size):
    rows = ["| what | seconds (min to max) | / D | documents/s | MB/s of documents | CPU s | CPU microseconds a document | MiB |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for case, (wall, cpu, rss, low, high) in results.items():
        rows.append("| %s | %.2f (%.2f to %.2f) | %.2f | %s | %.0f | %.1f | %.1f | %.0f |" % (
            case, wall, low, high, wall / results[base][0], format(round(documents / wall), ","), size / wall / 1e6, cpu,
            cpu / documents * 1e6, rss))
    return rows


def group(a, es, java, repository, title, index, path, settings, wanted, slices):
    """Loads the documents, measures every case in turns with the drain, removes the index; returns the part of the report."""
    count = bench.load(es, path, index, settings)
    size = os.path.getsize(path)
    bench.take_snapshot(es, index, repository, "of-" + index)
    base = "drain, plain sockets"
    page = bench.page_documents(size, count)
    cases = {base: bench.fastest_drain("sockets", es.url, page, index, 1)}
    cases |= cases_of(a, java, es.url, index, repository, wanted, slices)
    results = bench.in_turns(cases, a.rounds)
    es("DELETE", "/_snapshot/bench/of-" + index)
    es("DELETE", "/" + index)
    return ["## %s: %s documents, %d MB, %s" % (
                title, format(count, ","), size // 1_000_000, shards_of(settings)), "",
            *table(results, base, count, size), "",
            "```sh", *["%-34s %s" % (case + ":", bench.shown(command)) for case, command in cases.items()], "```", ""]


def shards_of(settings):
    shards = settings["settings"]["number_of_shards"]
    return "%d shard%s" % (shards, "" if shards == 1 else "s")


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--small", type=int, default=1_500_000, help="documents of about 150 bytes")
    ap.add_argument("--large", type=int, default=3_000, help="documents of about 200 kB")
    ap.add_argument("--nested", type=int, default=400_000, help="nested documents for the numbers of shards")
    ap.add_argument("--shards", default="1,5,40", help="numbers of shards, with commas")
    ap.add_argument("--rounds", type=int, default=2)
    ap.add_argument("--lanes", type=int, default=2)
    ap.add_argument("--slices", type=int, default=4, help="of small and large documents; with other shards, Spillway chooses")
    ap.add_argument("--java", default=os.environ.get("JAVA_HOME"), help="JDK of the exports; the server has it too")
    ap.add_argument("--heap", type=int, default=2048, help="MiB of heap for the server")
    ap.add_argument("--make-only", action="store_true", help="make the documents and end")
    ap.add_argument("--report", default="", help="name of the report, without .md")
    a = ap.parse_args()
    os.makedirs(bench.WORK, exist_ok=True)
    java = os.path.join(a.java, "bin", "java") if a.java else "java"
    sets = {"small": made("small", a.small), "large": made("large", a.large)}
    nested, source = bench.make_documents(a.nested)
    if a.make_only:
        return
    repository = bench.empty_repository()
    server = bench.start_server(java, a.heap, repository)
    try:
        es = bench.Es(bench.url_of(server))
        report = bench.header(a.heap, java, command="sizes.sh") + [
            "D is the drain on plain sockets of the same table. Medians of %d rounds, in turns; seconds are of the whole process."
            % a.rounds, "gzip is made by libdeflate, and by the JDK with `%s`." % JDK_GZIP, ""]
        for kind, path in sets.items():
            report += group(a, es, java, repository, kind.capitalize() + " documents", kind, path,
                            mapping(2, make_documents.PROPERTIES),
                            [(formats, compression, False) for formats, compression in FORMATS] + [("jsonl", "gzip", True)],
                            ["--slices", str(a.slices)])
        for shards in map(int, a.shards.split(",")):
            report += group(a, es, java, repository, "Nested documents (%s)" % source, "nested-%d" % shards, nested,
                            mapping(shards, bench.INDEX["mappings"]["properties"]),
                            [("jsonl", "none", False), ("jsonl", "zstd", False)], [])
        bench.write_report(report, a.report or bench.report_name("sizes"))
    finally:
        server.stdin.close()
        server.wait(60)


if __name__ == "__main__":
    main()
