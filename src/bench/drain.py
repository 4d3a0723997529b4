#!/usr/bin/env python3
"""The baseline of an export: every page of one point in time, in slices, fetched and thrown away. Shares no code with Spillway.

    drain.py sockets|http URL INDEX SLICES PAGE_DOCUMENTS

"sockets" reads plain sockets into one buffer for each slice and looks at the last bytes of an answer alone, for the sort
values that the next request needs. "http" does the same with http.client, whose code is not ours: where it is the faster of
the two, the other one has a fault. Standard library only; one thread for each slice, which waits outside of the interpreter.
"""
import http.client
import json
import re
import socket
import sys
import threading
import urllib.parse

SORT = re.compile(rb'"sort":(\[[-0-9,]+\])\}\]\}\}\s*$')
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.I)
END_OF_CHUNKS = b"\r\n0\r\n\r\n"
TAIL = 300


class Sockets:
    """One connection that sends a request and keeps the end of its answer."""

    def __init__(self, host, port):
        self.host = host
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray(1 << 20)
        self.view = memoryview(self.buffer)

    def tail(self, path, body):
        """Sends the request, reads the whole answer; returns its number of bytes and its end."""
        self.socket.sendall(b"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                            % (path.encode(), self.host.encode(), len(body), body))
        have = 0
        while (head := self.buffer.find(b"\r\n\r\n", 0, have)) < 0:
            have += self.read(have)
        headers = bytes(self.view[:head + 2])
        if b" 200 " not in headers[:20]:
            sys.exit("the server answered %r" % headers[:40])
        length = LENGTH.search(headers)
        rest = int(length.group(1)) - (have - head - 4) if length else None
        end = bytes(self.view[max(head + 4, have - TAIL):have])
        total = have - head - 4
        while rest is None and not end.endswith(END_OF_CHUNKS) or rest is not None and rest > 0:
            got = self.read(0)
            total += got
            rest = None if rest is None else rest - got
            end = (end + bytes(self.view[max(0, got - TAIL):got]))[-TAIL:]
        return total, end[:-len(END_OF_CHUNKS)] if rest is None else end

    def read(self, at):
        got = self.socket.recv_into(self.view[at:])
        return got or sys.exit("the server closed the connection")


class Http:
    """The same by http.client."""

    def __init__(self, host, port):
        self.connection = http.client.HTTPConnection(host, port)

    def tail(self, path, body):
        self.connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        if answer.status != 200:
            sys.exit("the server answered %d" % answer.status)
        total, end = 0, b""
        while block := answer.read(1 << 20):
            total += len(block)
            end = (end + block[-TAIL:])[-TAIL:]
        return total, end


def drain(client, pit, number, slices, size, counts):
    """Reads one slice to its end."""
    after = b""
    while True:
        body = (b'{"size":%d,"track_total_hits":false,"sort":["_doc"],"pit":{"id":"%s","keep_alive":"5m"}%s%s}' % (
            size, pit, b',"slice":{"id":%d,"max":%d}' % (number, slices) if slices > 1 else b"", after))
        total, end = client.tail("/_search?allow_partial_search_results=false", body)
        counts[number] += total
        sort = SORT.search(end)
        if not sort:
            return
        after = b',"search_after":' + sort.group(1)


def main():
    kind, url, index, slices, size = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    at = urllib.parse.urlsplit(url)
    admin = http.client.HTTPConnection(at.hostname, at.port)
    admin.request("POST", "/%s/_pit?keep_alive=5m" % index)
    pit = json.loads(admin.getresponse().read())["id"]
    make = {"sockets": Sockets, "http": Http}[kind]
    counts = [0] * slices
    failed = []

    def run(number):
        try:
            drain(make(at.hostname, at.port), pit.encode(), number, slices, size, counts)
        except BaseException as e:
            failed.append(e)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(slices)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    admin.request("DELETE", "/_pit", json.dumps({"id": pit}), {"Content-Type": "application/json"})
    admin.getresponse().read()
    if failed:
        sys.exit("a slice failed: %r" % failed[0])
    print("drained %d bytes" % sum(counts))


if __name__ == "__main__":
    main()
