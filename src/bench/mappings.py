#!/usr/bin/env python3
"""What an export and a plan cost with many fields and many indices: requests, bytes of answers, CPU and memory.

    mappings.py [--java HOME] [--fields 1000,3000,10000] [--indices 50,500] [--report NAME]

Starts the server, makes the indices with few documents each, and counts between Spillway and the server. Each command has
-Xmx256m. Prints a report and writes it to docs/benchmarks/. Standard library only; needs the built jar.
"""
import argparse
import http.client
import http.server
import json
import os
import sys
import threading
import urllib.parse

import bench

DOCUMENTS = 20


class Counting(http.server.BaseHTTPRequestHandler):
    """Passes requests on to the server, and counts them and the bytes of their answers."""
    protocol_version = "HTTP/1.1"
    backend = ""
    lock = threading.Lock()
    requests, received = {}, {}

    def pass_on(self):
        body = self.body()
        at = urllib.parse.urlsplit(self.backend)
        connection = http.client.HTTPConnection(at.hostname, at.port, timeout=600)
        headers = {key: value for key, value in self.headers.items() if key.lower() not in ("host", "content-length", "connection", "transfer-encoding")}
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        kind = self.command + " " + self.kind()
        with self.lock:
            self.requests[kind] = self.requests.get(kind, 0) + 1
            self.received[kind] = self.received.get(kind, 0) + len(text)
        self.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def kind(self):
        """The endpoint without the names of indices."""
        parts = [part for part in urllib.parse.urlsplit(self.path).path.split("/") if part.startswith("_")]
        return parts[0] if parts else "/"

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = pass_on

    def log_message(self, *_):
        pass


def properties(fields):
    """Fields in objects of ten, of the usual types; some have a multi-field."""
    kinds = [{"type": "keyword"}, {"type": "text", "fields": {"raw": {"type": "keyword"}}}, {"type": "date"}, {"type": "long"},
             {"type": "boolean"}]
    objects = {}
    for number in range(fields):
        objects.setdefault("group%05d" % (number // 10), {"properties": {}})["properties"]["field%d" % (number % 10)] = kinds[number % 5]
    return objects


def document(number, fields):
    """A document with ten objects of the mapping."""
    values = ["k", "text", "2026-11-30", 7, True, "k", "text", "2026-11-30", 7, True]
    groups = max(1, fields // 10)
    return {"group%05d" % (at % groups): {"field%d" % i: value for i, value in enumerate(values)} for at in range(number * 10, number * 10 + 10)}


def make(es, pattern, indices, fields):
    settings = {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "index.mapping.total_fields.limit": 2 * fields + 2000},
                "mappings": {"properties": properties(fields)}}
    for number in range(indices):
        name = pattern.replace("*", "%04d" % number)
        es("PUT", "/%s?wait_for_active_shards=0" % name, json.dumps(settings))
    names = [pattern.replace("*", "%04d" % number) for number in range(indices)]
    lines = []
    for number in range(max(DOCUMENTS, indices)):
        lines += [json.dumps({"index": {"_index": names[number % indices]}}), json.dumps(document(number, fields))]
    for at in range(0, len(lines), 200):
        es.bulk(names[0], ("\n".join(lines[at:at + 200]) + "\n").encode())
    es("POST", "/%s/_refresh" % pattern)


def schedule(java, url, pattern, command, *more):
    return [java, "-Xmx256m", "-jar", bench.JAR, command, "--elasticsearch", url, "--index", pattern, "--dataset", "bench",
            "--to", os.path.join(bench.WORK, "out"), *more]


def run(command):
    Counting.requests.clear()
    Counting.received.clear()
    bench.clean()
    wall, cpu, rss = bench.measured(command)
    return dict(Counting.requests), dict(Counting.received), cpu, rss


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--fields", default="1000,3000,10000", help="fields of one index, with commas")
    ap.add_argument("--indices", default="50,500", help="indices of ten fields behind one pattern, with commas")
    ap.add_argument("--both", default="", help="INDICESxFIELDS, with commas")
    ap.add_argument("--formats", default="jsonl,csv")
    ap.add_argument("--java", default=os.environ.get("JAVA_HOME"), help="JDK of the commands and of the server")
    ap.add_argument("--heap", type=int, default=2048, help="MiB of heap for the server")
    ap.add_argument("--report", default="", help="name of the report, without .md")
    a = ap.parse_args()
    bench.WORK = os.path.join(bench.WORK, "mappings")
    os.makedirs(bench.WORK, exist_ok=True)
    java = os.path.join(a.java, "bin", "java") if a.java else "java"
    cases = [(1, int(fields)) for fields in filter(None, a.fields.split(","))]
    cases += [(int(indices), 10) for indices in filter(None, a.indices.split(","))]
    cases += [tuple(map(int, both.split("x"))) for both in filter(None, a.both.split(","))]
    server = bench.start_server(java, a.heap, bench.empty_repository())
    try:
        es = bench.Es(bench.url_of(server))
        es("PUT", "/_cluster/settings", json.dumps({"persistent": {"cluster.max_shards_per_node": 5000, "action.destructive_requires_name": False}}))
        Counting.backend = es.url
        front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting)
        threading.Thread(target=front.serve_forever, daemon=True).start()
        url = "http://127.0.0.1:%d" % front.server_port
        rows = ["| indices | fields of each | command | requests | bytes of answers | of these, mappings | settings | CPU s | MiB |",
                "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
        kinds = []
        for number, (indices, fields) in enumerate(cases):
            pattern = "many%d-*" % number
            make(es, pattern, indices, fields)
            print("  made %d x %d" % (indices, fields), file=sys.stderr)
            for command in ("plan", "export"):
                requests, received, cpu, rss = run(schedule(java, url, pattern, command, "--format", a.formats))
                rows.append("| %s | %s | %s | %d | %s | %s | %s | %.1f | %.0f |" % (
                    format(indices, ","), format(fields, ","), command, sum(requests.values()), format(sum(received.values()), ","),
                    format(received.get("GET _mapping", 0), ","), format(received.get("GET _settings", 0), ","), cpu, rss))
                kinds.append("* %d × %s, %s: %s" % (indices, format(fields, ","), command, ", ".join(
                    "%d %s" % (count, kind) for kind, count in sorted(requests.items()))))
                print(rows[-1], file=sys.stderr)
            es("DELETE", "/" + pattern)
        report = bench.header(a.heap, java, command="mappings.py")
        bench.write_report(report + ["## What many fields and many indices cost", "", *rows, "", *kinds, ""], a.report or bench.report_name("mappings"))
        front.shutdown()
    finally:
        server.stdin.close()
        server.wait(60)


if __name__ == "__main__":
    main()
