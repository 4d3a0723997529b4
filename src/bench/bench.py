#!/usr/bin/env python3
"""The benchmark behind run.sh; standard library only. Every figure of a report comes from one run of this file."""
import argparse
import datetime
import gzip
import http.client
import json
import os
import platform
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORK = os.path.join(ROOT, "target", "bench")
JAR = os.path.join(ROOT, "target", "spillway.jar")
MAKER = os.path.join(ROOT, "..", "shared", "bench", "make_debian_packages.py")
INDEX = {"settings": {"number_of_shards": 3, "number_of_replicas": 0, "refresh_interval": "-1"},
         "mappings": {"dynamic": False, "properties": {"id": {"type": "keyword"}, "name": {"type": "keyword"}}}}
NGINX = """worker_processes 1; daemon off; pid %(work)s/nginx.pid; error_log %(work)s/nginx.log;
events {} http { access_log off; client_body_temp_path %(work)s/nb; proxy_temp_path %(work)s/np; client_max_body_size 0;
fastcgi_temp_path %(work)s/nf; uwsgi_temp_path %(work)s/nu; scgi_temp_path %(work)s/ns;
server { listen 127.0.0.1:%(port)d; proxy_buffering off; proxy_http_version 1.1;
location = / { default_type application/json; return 200 '{"version":{"number":"8.19.21","distribution":"elasticsearch"}}'; }
location / { proxy_pass %(url)s; } } }
"""


class Es:
    def __init__(self, url):
        self.url = url
        u = urllib.parse.urlsplit(url)
        self.conn = http.client.HTTPConnection(u.hostname, u.port, timeout=900)

    def __call__(self, method, path, body=None, ctype="application/json"):
        self.conn.request(method, path, body, {"Content-Type": ctype} if body else {})
        answer = self.conn.getresponse()
        text = answer.read()
        if answer.status >= 300:
            sys.exit("%s %s: %d %s" % (method, path, answer.status, text[:400]))
        return json.loads(text)


def make_documents(count):
    """NDJSON of `count` documents: nested Debian package records, or the demo's records repeated."""
    path = os.path.join(WORK, "documents-%d.jsonl" % count)
    if os.path.exists(path):
        return path, open(path + ".source").read()
    if os.path.exists(MAKER):
        subprocess.run([sys.executable, MAKER, "--records", str(count), "-o", path], check=True)
        source = "nested documents made from the Debian package index"
    else:
        with gzip.open(os.path.join(ROOT, "src/main/resources/io/spillway/demo/countries.jsonl.gz"), "rt") as f:
            lines = f.read().splitlines()
        with open(path, "w") as out:
            for i in range(count):
                out.write('{"id":"%d",%s\n' % (i, lines[i % len(lines)][1:]))
        source = "the demo's countries, repeated"
    with open(path + ".source", "w") as f:
        f.write(source)
    return path, source


def load(es, path, index):
    es("PUT", "/" + index, json.dumps(INDEX))
    batch, size = [], 0
    with open(path, "rb") as f:
        for line in f:
            batch.append(b'{"index":{}}\n' + line)
            size += len(line)
            if size > 8_000_000:
                es("POST", "/%s/_bulk?filter_path=errors" % index, b"".join(batch), "application/x-ndjson")
                batch, size = [], 0
    if batch:
        es("POST", "/%s/_bulk?filter_path=errors" % index, b"".join(batch), "application/x-ndjson")
    es("POST", "/%s/_refresh" % index)
    es("POST", "/%s/_forcemerge?max_num_segments=4" % index)
    return es("GET", "/%s/_count" % index)["count"]


def measured(command, expect=0):
    """Runs a command; wall seconds, CPU seconds and peak resident MiB of it and its children."""
    begun = time.monotonic()
    with open(os.path.join(WORK, "last.log"), "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, shell=isinstance(command, str))
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    code = os.waitstatus_to_exitcode(status)
    if code != expect:
        sys.exit("%s ended with %d:\n%s" % (command, code, open(os.path.join(WORK, "last.log")).read()[-2000:]))
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def in_turns(cases, rounds):
    """Each case once a round, so that a slow minute of the machine hits all of them."""
    results = {name: [] for name in cases}
    for number in range(rounds):
        for name, command in cases.items():
            clean()
            results[name].append(measured(command))
            print("  round %d  %-32s %7.2f s" % (number + 1, name, results[name][-1][0]), file=sys.stderr)
    return {name: tuple(statistics.median(column) for column in zip(*rows)) +
            (min(row[0] for row in rows), max(row[0] for row in rows)) for name, rows in results.items()}


def clean():
    shutil.rmtree(os.path.join(WORK, "out"), ignore_errors=True)
    os.makedirs(os.path.join(WORK, "out"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def spillway(java, url, index, *options):
    return [java, "-Xmx256m", "-jar", JAR, "export", "--elasticsearch", url, "--index", index, "--dataset", "bench",
            "--to", os.path.join(WORK, "out"), *options]


def some_fields(path, number):
    """The names of some fields of the documents, spread over the first one, so that a filter has to cut in several places."""
    with open(path) as f:
        names = [name for name in json.loads(f.readline()) if name not in INDEX["mappings"]["properties"]]
    if number > len(names):
        sys.exit("--withhold %d: the documents have %d fields beside id" % (number, len(names)))
    # The mapping has none of them: without a star they would be taken for misspelt.
    return [names[i * len(names) // number] + "*" for i in range(number)]


def table(results, base, documents):
    rows = ["| what | seconds (min to max) | against the drain | documents/s | CPU s | MiB |", "| --- | --- | --- | --- | --- | --- |"]
    for name, (wall, cpu, rss, low, high) in results.items():
        rows.append("| %s | %.2f (%.2f to %.2f) | %.2f | %s | %.1f | %.0f |" % (
            name, wall, low, high, wall / results[base][0], format(round(documents / wall), ","), cpu, rss))
    return "\n".join(rows)


def peers(url, index, path):
    """Other tools' best configuration, as commands; with the reason for each that is left out."""
    cases, missing, stop = {}, [], lambda: None
    for tool, command in (("gzip -6 of the same NDJSON", "gzip -6 -c %s > /dev/null"),
                          ("pigz -6 of the same NDJSON", "pigz -6 -c %s > /dev/null"),
                          ("zstd -3 of the same NDJSON", "zstd -3 -q -c %s > /dev/null")):
        if shutil.which(tool.split()[0]):
            cases[tool] = command % path
        else:
            missing.append(tool.split()[0] + " is not installed")
    dump = os.path.join(WORK, "node_modules", "elasticdump", "bin", "elasticdump")
    if not shutil.which("npm") or not shutil.which("nginx"):
        missing.append("elasticdump: npm and nginx are needed")
        return cases, missing, stop
    if not os.path.exists(dump):
        subprocess.run(["npm", "install", "--silent", "--prefix", WORK, "elasticdump@6.125.1"], check=True)
    port = free_port()
    with open(os.path.join(WORK, "nginx.conf"), "w") as f:
        f.write(NGINX % {"work": WORK, "port": port, "url": url})
    front = subprocess.Popen(["nginx", "-c", os.path.join(WORK, "nginx.conf")], stderr=subprocess.DEVNULL)
    stop = front.terminate
    options = "--input=http://127.0.0.1:%d/%s --type=data --limit=5000 --noRefresh --quiet" % (port, index)
    cases["elasticdump, plain"] = "node %s %s --output=%s/out/e.json" % (dump, options, WORK)
    cases["elasticdump, gzip"] = "node %s %s --output=%s/out/e.json.gz --fsCompress" % (dump, options, WORK)
    return cases, missing, stop


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--documents", type=int, default=400_000)
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--java", default=os.environ.get("JAVA_HOME"), help="JDK of the exports; the server has it too")
    ap.add_argument("--peers", action="store_true", help="also other tools")
    ap.add_argument("--scale", default="", help="numbers of documents for the cost of growth, with commas")
    ap.add_argument("--formats", default="jsonl none,jsonl gzip", help="FORMAT COMPRESSION pairs, with commas")
    ap.add_argument("--withhold", type=int, default=0, help="beside each format, the same without so many fields")
    a = ap.parse_args()
    os.makedirs(WORK, exist_ok=True)
    java = os.path.join(a.java, "bin", "java") if a.java else "java"
    home = os.path.join(ROOT, "target", "elasticsearch")
    server = subprocess.Popen([java, "-cp", JAR, os.path.join(ROOT, "src/bench/Server.java"),
                               os.path.join(home, sorted(os.listdir(home))[-1]), "2048"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    stop_peers = lambda: None
    try:
        url = server.stdout.readline().strip() or sys.exit("the server did not start")
        es = Es(url)
        report = header(a, java)
        path, source = make_documents(a.documents)
        count = load(es, path, "bench")
        size = os.path.getsize(path)
        page = max(1, min(10_000, (4 << 20) // (size // count + 100)))
        drain = [java, "-Xmx256m", os.path.join(ROOT, "src/bench/RawDrain.java"), url, "bench", "3", "2", str(page)]
        cases = {"raw drain": drain}
        for pair in a.formats.split(","):
            kind, compression = pair.split()
            cases["spillway %s, %s" % (kind, compression)] = spillway(
                java, url, "bench", "--format", kind, "--compression", compression, "--slices", "3", "--lanes", "2")
            if a.withhold:
                cases["spillway %s, %s, %d fields withheld" % (kind, compression, a.withhold)] = spillway(
                    java, url, "bench", "--format", kind, "--compression", compression, "--slices", "3", "--lanes", "2",
                    "--exclude", ",".join(some_fields(path, a.withhold)), "--unlisted", "publish")
        missing = []
        if a.peers:
            more, missing, stop_peers = peers(url, "bench", path)
            cases.update(more)
        results = in_turns(cases, a.rounds)
        report += ["## %s documents, %d MB (%s), 3 shards" % (format(count, ","), size // 1_000_000, source), "",
                   "Medians of %d rounds, in turns. Seconds are of the whole process, its JVM's start included." % a.rounds,
                   "", table(results, "raw drain", count), ""]
        report += ["Left out: %s." % "; ".join(missing), ""] if missing else []
        report += ["```sh"] + ["%-28s %s" % (n + ":", shown(c)) for n, c in cases.items()] + ["```", ""]
        if a.scale:
            es("DELETE", "/bench")
            report += scale(a, es, url, java)
        text = "\n".join(report)
        print(text)
        name = "%s-%s.md" % (datetime.date.today().isoformat(), platform.machine())
        os.makedirs(os.path.join(ROOT, "docs", "benchmarks"), exist_ok=True)
        with open(os.path.join(ROOT, "docs", "benchmarks", name), "w") as f:
            f.write(text)
    finally:
        stop_peers()
        server.stdin.close()
        server.wait(60)


def scale(a, es, url, java):
    rows = ["## Cost of growth", "", "JSON Lines with gzip; CPU of the export alone.", "",
            "| documents | seconds | microseconds a document | CPU microseconds a document | MiB |", "| --- | --- | --- | --- | --- |"]
    for count in map(int, a.scale.split(",")):
        path, _ = make_documents(count)
        load(es, path, "scale")
        clean()
        wall, cpu, rss = measured(spillway(java, url, "scale", "--slices", "3", "--lanes", "2"))
        rows.append("| %s | %.1f | %.2f | %.2f | %.0f |" % (format(count, ","), wall, wall / count * 1e6, cpu / count * 1e6, rss))
        es("DELETE", "/scale")
        os.remove(path)
    return rows + [""]


def header(a, java):
    version = subprocess.run([java, "-version"], stderr=subprocess.PIPE, text=True).stderr.splitlines()
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True).stdout.strip()
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?") \
        if os.path.exists("/proc/cpuinfo") else platform.processor()
    return ["# Benchmark of %s" % datetime.date.today().isoformat(), "",
            "* commit %s, `src/bench/run.sh %s`" % (commit, " ".join(sys.argv[1:])),
            "* %d cores (%s), server and client on the same machine" % (os.cpu_count(), cpu),
            "* %s" % version[-2 if len(version) > 1 else -1],
            "* Elasticsearch 8.19.21 with 2 GiB of heap; exports with -Xmx256m",
            "* pages of the raw drain have about 4 MiB, as the exports' have"] + ([
            "* the server has no `/` endpoint, which elasticdump asks for: nginx in front of it answers that one path",
            "* elasticdump 6.125.1 with --limit 5000"] if a.peers else []) + [""]


def shown(command):
    text = command if isinstance(command, str) else " ".join(command)
    return text.replace(ROOT + "/", "")


if __name__ == "__main__":
    main()
