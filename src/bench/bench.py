#!/usr/bin/env python3
"""The benchmark behind run.sh; standard library only. Every figure of a report comes from one run of this file."""
import argparse
import datetime
import gzip
import http.client
import json
import os
import platform
import re
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
MAKER = os.environ.get("MAKER", os.path.join(ROOT, "..", "shared", "bench", "make_debian_packages.py"))
INDEX = {"settings": {"number_of_shards": 2, "number_of_replicas": 0, "refresh_interval": "-1"},
         "mappings": {"dynamic": False, "properties": {"id": {"type": "keyword"}, "name": {"type": "keyword"}}}}
NGINX = """worker_processes 1; daemon off; pid %(work)s/nginx.pid; error_log %(work)s/nginx.log;
events {} http { log_format times '$msec $request_time $uri'; access_log %(work)s/times.log times; client_body_temp_path %(work)s/nb; proxy_temp_path %(work)s/np; client_max_body_size 0;
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

    def bulk(self, index, body):
        """Indexes a batch, again and later while the server has no memory for it."""
        path = "/%s/_bulk?filter_path=errors" % index
        while True:
            self.conn.request("POST", path, body, {"Content-Type": "application/x-ndjson"})
            answer = self.conn.getresponse()
            text = answer.read()
            if answer.status != 429:
                break
            time.sleep(0.1)
        if answer.status >= 300 or json.loads(text).get("errors"):
            sys.exit("POST %s: %d %s" % (path, answer.status, text[:400]))

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


def load(es, path, index, settings=INDEX):
    es("PUT", "/" + index, json.dumps(settings))
    batch, size = [], 0
    with open(path, "rb") as f:
        for line in f:
            batch.append(b'{"index":{}}\n' + line)
            size += len(line)
            if size > 4_000_000:
                es.bulk(index, b"".join(batch))
                batch, size = [], 0
    if batch:
        es.bulk(index, b"".join(batch))
    print("  loaded %s into %s" % (path, index), file=sys.stderr)
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
            results[name].append(measured(command() if callable(command) else command))
            print("  round %d  %-32s %7.2f s" % (number + 1, name, results[name][-1][0]), file=sys.stderr)
    return {name: tuple(statistics.median(column) for column in zip(*rows)) +
            (min(row[0] for row in rows), max(row[0] for row in rows)) for name, rows in results.items()}


def after_edits(es, command):
    """Exports, and edits 1 % of the documents: what is measured afterwards has a dump before, and changes since."""
    def prepare():
        measured(command)
        count = es("GET", "/bench/_count")["count"]
        hits = es("POST", "/bench/_search", json.dumps({"size": min(10_000, count // 100), "_source": False}))["hits"]["hits"]
        at = json.dumps({"doc": {"edited": time.time()}})
        es.bulk("bench", "".join('{"update":{"_id":%s}}\n%s\n' % (json.dumps(hit["_id"]), at) for hit in hits).encode())
        es("POST", "/bench/_refresh")
        time.sleep(1)  # a dump is named by the second
        return command
    prepare.command = command
    return prepare


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


def written(kind, compression):
    """Parquet compresses inside its files."""
    return ["--format", kind] + ([] if kind == "parquet" else ["--compression", compression])


def empty_repository():
    """The folder of a snapshot repository, without the snapshots of earlier runs."""
    folder = os.path.join(WORK, "repository")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.chmod(folder, 0o777)  # the server may run as another user
    return folder


def start_server(java, heap, repository):
    home = os.path.join(ROOT, "target", "elasticsearch")
    return subprocess.Popen([java, "-cp", JAR, os.path.join(ROOT, "src/bench/Server.java"),
                             os.path.join(home, sorted(os.listdir(home))[-1]), str(heap), repository],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def url_of(server):
    return server.stdout.readline().strip() or sys.exit("the server did not start")


def take_snapshot(es, index, folder, name="one"):
    """A snapshot of the index in a repository of its own."""
    es("PUT", "/_snapshot/bench", json.dumps({"type": "fs", "settings": {"location": folder}}))
    state = es("PUT", "/_snapshot/bench/%s?wait_for_completion=true" % name, json.dumps({"indices": index}))["snapshot"]["state"]
    if state != "SUCCESS":
        sys.exit("the snapshot is %s" % state)


def classes(java):
    """The class path with the compiled reader of snapshots: compiling it belongs to no measurement."""
    folder = os.path.join(WORK, "classes")
    subprocess.run([java + "c", "-cp", JAR, "-d", folder, os.path.join(ROOT, "src/bench/ReadSnapshot.java")], check=True)
    return JAR + os.pathsep + folder


def from_snapshot(java, folder, index, *options):
    return [java, "-Xmx128m", "-jar", JAR, "export", "--snapshot-repository", folder, "--index", index, "--dataset", "bench",
            "--to", os.path.join(WORK, "out"), *options]


def with_archive(command):
    """The command with an archive of classes and profiles that the same command, run once, creates: needs Java 25."""
    archive, at = os.path.join(WORK, "classes.aot"), command.index("-jar")
    clean()
    measured([*command[:at], "-XX:AOTCacheOutput=" + archive, "-Xlog:disable", *command[at:]])
    return [*command[:at], "-XX:AOTCache=" + archive, *command[at:]]


def some_fields(path, number):
    """The names of some fields of the documents, spread over the first one, so that a filter has to cut in several places."""
    with open(path) as f:
        names = [name for name in json.loads(f.readline()) if name not in INDEX["mappings"]["properties"]]
    if number > len(names):
        sys.exit("--withhold %d: the documents have %d fields beside id" % (number, len(names)))
    # The mapping has none of them: without a star they would be taken for misspelt.
    return [names[i * len(names) // number] + "*" for i in range(number)]


def page_documents(size, count):
    """Documents of a page of about 4 MiB."""
    return max(1, min(10_000, (4 << 20) // (size // count + 100)))


def drain(kind, url, slices, page, index="bench"):
    return [sys.executable, os.path.join(ROOT, "src/bench/drain.py"), kind, url, index, str(slices), str(page)]


def fastest_drain(kind, url, page, index="bench", tries=2):
    """The drain with the number of slices that reads fastest, of two runs each; process start included."""
    runs = {slices: min(measured(drain(kind, url, slices, page, index))[0] for _ in range(tries)) for slices in (1, 2, 4, 8)}
    print("  drain %s: %s" % (kind, ", ".join("%d slices %.2f s" % run for run in runs.items())), file=sys.stderr)
    return drain(kind, url, min(runs, key=runs.get), page, index)


def compressor_alone(java, path, compression, level):
    """CPU seconds of compressing the documents in one thread, without anything else."""
    text = subprocess.run([java, "--enable-native-access=ALL-UNNAMED", "-cp", JAR, os.path.join(ROOT, "src/bench/Compressor.java"),
                           path, compression, *level], stdout=subprocess.PIPE, check=True, text=True).stdout.split()
    return float(text[0]), float(text[1])


def table(results, base, documents, compressors):
    """The floor F of a JSON Lines export: D + the CPU seconds of its compressor / cores."""
    rows = ["| what | seconds (min to max) | / D | floor F | / F | documents/s | CPU s | MiB |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    drained = results[base][0]
    for name, (wall, cpu, rss, low, high) in results.items():
        floor = drained + compressors[name][0] / os.cpu_count() if name in compressors else None
        rows.append("| %s | %.2f (%.2f to %.2f) | %.2f | %s | %s | %s | %.1f | %.0f |" % (
            name, wall, low, high, wall / drained, "%.2f" % floor if floor else "", "%.2f" % (wall / floor) if floor else "",
            format(round(documents / wall), ","), cpu, rss))
    return "\n".join(rows)


def against_elasticdump(results):
    """elasticdump's time over ours."""
    pairs = [("elasticdump, plain", "none"), ("elasticdump, gzip", "gzip"), ("elasticdump, gzip", "zstd")]
    rows = ["%s over spillway jsonl, %s: %.1f" % (theirs, ours, results[theirs][0] / results["spillway jsonl, " + ours][0])
            for theirs, ours in pairs if theirs in results and "spillway jsonl, " + ours in results]
    return ["* " + row for row in rows] + [""] if rows else []


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
    front, stop = in_front(url)
    options = "--input=%s/%s --type=data --limit=5000 --noRefresh --quiet" % (front, index)
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
    ap.add_argument("--formats", default="jsonl none,jsonl zstd,jsonl gzip", help="FORMAT COMPRESSION [LEVEL], with commas")
    ap.add_argument("--shards", type=int, default=2)
    ap.add_argument("--slices", type=int, default=4, help="of each export")
    ap.add_argument("--lanes", type=int, default=2, help="of each export")
    ap.add_argument("--once", default="", help="slow FORMAT COMPRESSION pairs, measured in the first round only")
    ap.add_argument("--share", default="", help="values of --max-share to hold the measured share against, with commas")
    ap.add_argument("--report", default="", help="name of the report, without .md; the date and the machine otherwise")
    ap.add_argument("--heap", type=int, default=2048, help="MiB of heap for the server; 10 million documents load better with 6144")
    ap.add_argument("--snapshot", action="store_true", help="beside each format, the same from a snapshot repository")
    ap.add_argument("--archive", action="store_true", help="beside each format, the same with an archive of an export; needs Java 25")
    ap.add_argument("--peer-rounds", type=int, help="rounds of the other tools; as many as the others have without it")
    ap.add_argument("--changes", action="store_true", help="also an export with the changes of 1 %% of the documents, beside one without")
    ap.add_argument("--withhold", type=int, default=0, help="beside each format, the same without so many fields")
    a = ap.parse_args()
    os.makedirs(WORK, exist_ok=True)
    INDEX["settings"]["number_of_shards"] = a.shards
    java = os.path.join(a.java, "bin", "java") if a.java else "java"
    repository = empty_repository()
    server = start_server(java, a.heap, repository)
    stop_peers = lambda: None
    try:
        url = url_of(server)
        es = Es(url)
        report = header(a.heap, java, a.peers)
        path, source = make_documents(a.documents)
        count = load(es, path, "bench")
        size = os.path.getsize(path)
        page = page_documents(size, count)
        drains = {"drain, plain sockets": fastest_drain("sockets", url, page), "drain, http.client": fastest_drain("http", url, page)}
        cases, compressors, archived = dict(drains), {}, None
        if a.snapshot:
            take_snapshot(es, "bench", repository)
            cases["a snapshot, bytes thrown away"] = [
                java, "-Xmx128m", "-cp", classes(java), "ReadSnapshot", repository, "bench", str(a.lanes)]
        for pair in a.formats.split(","):
            kind, compression, *level = pair.split()
            name = "spillway %s, %s" % (kind, " ".join([compression, *level]))
            cases[name] = spillway(java, url, "bench", *written(kind, compression), "--slices", str(a.slices),
                                   "--lanes", str(a.lanes), *(["--level", *level] if level else []))
            if a.snapshot:
                cases["%s, from a snapshot" % name] = from_snapshot(
                    java, repository, "bench", *written(kind, compression), "--lanes", str(a.lanes),
                    *(["--level", *level] if level else []))
            if a.archive:
                # One archive serves all formats, as one serves all schedules of a daemon.
                archived = archived or with_archive(cases[name])
                at = cases[name].index("-jar")
                cases["%s, with an archive" % name] = archived[:archived.index("-jar")] + cases[name][at:]
            if kind == "jsonl":
                compressors[name] = compressor_alone(java, path, compression, level)
            if a.withhold:
                cases["%s, %d fields withheld" % (name, a.withhold)] = spillway(
                    java, url, "bench", *written(kind, compression), "--slices", str(a.slices), "--lanes", str(a.lanes),
                    "--exclude", ",".join(some_fields(path, a.withhold)), "--unlisted", "publish")
        if a.changes:
            ids = spillway(java, url, "bench", *written("jsonl", "zstd"), "--with-id", "--slices", str(a.slices), "--lanes", str(a.lanes))
            cases["spillway jsonl with ids, zstd"] = ids
            cases["the same, 1 % changed, with changes"] = after_edits(es, ids + ["--changes", "_id"])
        once = {}
        for pair in filter(None, a.once.split(",")):
            kind, compression = pair.split()
            once["spillway %s, %s (once)" % (kind, compression)] = spillway(
                java, url, "bench", *written(kind, compression), "--slices", str(a.slices), "--lanes", str(a.lanes))
        missing, others, peer_rounds = [], {}, a.peer_rounds or a.rounds
        if a.peers:
            others, missing, stop_peers = peers(url, "bench", path)
        if peer_rounds == a.rounds:
            cases.update(others)
        results = in_turns(cases, a.rounds)
        if peer_rounds != a.rounds:
            results.update(in_turns(others, peer_rounds))
        results.update(in_turns(once, 1))
        base = min(drains, key=lambda name: results[name][0])
        report += ["## %s documents, %d MB (%s), %d shards" % (format(count, ","), size // 1_000_000, source, a.shards), "",
                   "D is the faster one of two independent drains: %s. F = D + the CPU seconds of the compressor alone / %d cores." % (
                       base, os.cpu_count()),
                   "Compressors alone: %s." % "; ".join("%s %.1f s, ratio %.2f" % ((name,) + found) for name, found in compressors.items()), "",
                   "Medians of %d rounds, in turns. Seconds are of the whole process, its JVM's start included." % a.rounds,
                   *(["Rounds of other tools, after the others: %d." % peer_rounds] if others and peer_rounds != a.rounds else []),
                   "Peers that compress do so from a file to nowhere: no server works beside them.",
                   "", table(results, base, count, compressors), "", *against_elasticdump(results)]
        report += ["Left out: %s." % "; ".join(missing), ""] if missing else []
        report += ["```sh"] + ["%-28s %s" % (n + ":", shown(getattr(c, "command", c))) for n, c in (cases | others | once).items()] + ["```", ""]
        if a.share:
            stop_peers()
            stop_peers = lambda: None
            report += shares(a, url, java)
        if a.scale:
            es("DELETE", "/bench")
            report += scale(a, es, url, java)
        write_report(report, a.report or report_name())
    finally:
        stop_peers()
        server.stdin.close()
        server.wait(60)


def shares(a, url, java):
    """How much of the time each lane kept the server busy, by the times of nginx in front of it."""
    rows = ["## Politeness", "", "Export of the same documents with `--max-share`, two slices and two lanes: the share of the time in which a",
            "lane had a request under way, as nginx in front of the server saw it.", "",
            "| max-share | measured | off by | seconds |", "| --- | --- | --- | --- |"]
    log = os.path.join(WORK, "times.log")
    for share in map(float, a.share.split(",")):
        clean()
        open(log, "w").close()
        front, stop = in_front(url)
        try:
            wall, _, _ = measured(spillway(java, front, "bench", "--slices", "2", "--lanes", "2", "--compression", "zstd",
                                           "--max-share", str(share)))
        finally:
            stop()
        pages = [(float(end) - float(took), float(end), float(took)) for end, took, path in
                 (line.split() for line in open(log)) if path == "/_search"]
        span = max(p[1] for p in pages) - min(p[0] for p in pages)
        busy = sum(p[2] for p in pages) / (2 * span)
        rows.append("| %.2f | %.3f | %+.1f %% | %.1f |" % (share, busy, (busy / share - 1) * 100, wall))
    return rows + [""]


def in_front(url):
    """nginx before the server: its address, and how to end it."""
    port = free_port()
    with open(os.path.join(WORK, "nginx.conf"), "w") as f:
        f.write(NGINX % {"work": WORK, "port": port, "url": url})
    front = subprocess.Popen(["nginx", "-c", os.path.join(WORK, "nginx.conf")], stderr=subprocess.DEVNULL)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            if front.poll() is not None:
                sys.exit("nginx did not start: " + open(os.path.join(WORK, "nginx.log")).read()[-500:])
            time.sleep(0.05)

    def stop():
        front.terminate()
        front.wait(30)
    return "http://127.0.0.1:%d" % port, stop


def scale(a, es, url, java):
    """The cost of a document, by how many there are. All are loaded first, so that the measured runs follow each other."""
    counts = sorted(map(int, a.scale.split(",")))
    for count in counts:
        path, _ = make_documents(count)
        load(es, path, "scale-%d" % count)
        os.remove(path)
    print("  measuring the cost of growth", file=sys.stderr)
    rows = ["## Cost of growth", "", "JSON Lines with gzip, %d slices, %d lanes; CPU of the export alone. Medians where there are rounds." % (a.slices, a.lanes), "",
            "| documents | rounds | seconds | microseconds a document | CPU microseconds a document | MiB |",
            "| --- | --- | --- | --- | --- | --- |"]
    for count in counts:
        rounds = max(1, min(5, counts[-1] // count))
        index = "scale-%d" % count
        wall, cpu, rss, _, _ = in_turns({index: spillway(java, url, index, "--slices", str(a.slices), "--lanes", str(a.lanes))}, rounds)[index]
        rows.append("| %s | %d | %.1f | %.2f | %.2f | %.0f |" % (
            format(count, ","), rounds, wall, wall / count * 1e6, cpu / count * 1e6, rss))
    return rows + [""]


def header(heap, java, peers=False, command="run.sh"):
    version = subprocess.run([java, "-version"], stderr=subprocess.PIPE, text=True).stderr.splitlines()
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True).stdout.strip()
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?") \
        if os.path.exists("/proc/cpuinfo") else platform.processor()
    return ["# Benchmark of %s" % datetime.date.today().isoformat(), "",
            "* commit %s, `src/bench/%s %s`" % (commit, command, re.sub(r"--java \S+", "--java JDK", " ".join(sys.argv[1:]))),
            "* %d cores (%s), server and client on the same machine" % (os.cpu_count(), cpu),
            "* %s" % version[-2 if len(version) > 1 else -1],
            "* Elasticsearch 8.19.21 with %d MiB of heap; exports with -Xmx256m, those from a snapshot with -Xmx128m" % heap,
            "* pages of the drains have about 4 MiB, as the exports' have; process start is included everywhere"] + ([
            "* the server has no `/` endpoint, which elasticdump asks for: nginx in front of it answers that one path",
            "* elasticdump 6.125.1 with --limit 5000"] if peers else []) + [""]


def report_name(what=""):
    return "-".join(filter(None, (datetime.date.today().isoformat(), platform.machine(), what)))


def write_report(lines, name):
    """Prints a report and writes it to docs/benchmarks/NAME.md."""
    text = "\n".join(lines)
    print(text)
    folder = os.path.join(ROOT, "docs", "benchmarks")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name + ".md"), "w") as f:
        f.write(text)


def shown(command):
    """A command as a reader can type it: without this machine's folders."""
    text = command if isinstance(command, str) else " ".join(command)
    return re.sub(r"(?:/[^/ ]+)*/bin/(java|python3)[.0-9]*(?= |$)", r"\1", text.replace(ROOT + "/", ""))


if __name__ == "__main__":
    main()
