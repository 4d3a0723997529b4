#!/usr/bin/env python3
"""Writes made-up documents as NDJSON; the same arguments give the same bytes. Standard library only.

    make_documents.py small COUNT FILE     six flat fields, about 150 bytes
    make_documents.py large COUNT FILE     the same fields and a text, about 200 kB
"""
import json
import random
import sys

# The mapping of both kinds: each field is a column of CSV.
PROPERTIES = {"id": {"type": "keyword"}, "title": {"type": "keyword"}, "year": {"type": "integer"}, "open": {"type": "boolean"},
              "price": {"type": "double"}, "subjects": {"type": "keyword"}, "text": {"type": "text", "index": False}}
LARGE = 200_000


def words(rng, count):
    """Words of made-up syllables, of which the first ones are frequent, as in a language."""
    syllables = [a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "o", "u", "ar", "en", "is")]
    vocabulary = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(count)]
    return vocabulary, [1 / (rank + 3) for rank in range(count)]


def main():
    kind, count, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    rng = random.Random(20261130)
    vocabulary, weights = words(rng, 20_000)
    titles = [" ".join(rng.choices(vocabulary, weights, k=6)).title() for _ in range(5_000)]
    texts = [" ".join(rng.choices(vocabulary, weights, k=400)) for _ in range(4_000)] if kind == "large" else []
    with open(path, "w") as out:
        for number in range(count):
            document = {"id": "d%09d" % number, "title": titles[rng.randrange(len(titles))], "year": rng.randint(1950, 2026),
                        "open": rng.random() < 0.5, "price": round(rng.random() * 100, 2),
                        "subjects": [vocabulary[rng.randrange(900)] for _ in range(2)]}
            if texts:
                text, size = [], 0
                while size < LARGE:
                    text.append(texts[rng.randrange(len(texts))])
                    size += len(text[-1]) + 1
                document["text"] = "\n".join(text)[:LARGE]
            out.write(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
