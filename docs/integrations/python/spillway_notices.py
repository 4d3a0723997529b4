"""What a refused client is told: which files hold what it asked for.

Reads the links.json of a Spillway site, with the standard library alone, for Python 3.8 and newer. Copy this file
beside the one for your framework. Settings, answers and what happens without links.json: README.md one folder up.
"""
import html
import json
import math
import os
import re
import threading
import time
import urllib.error
import urllib.request
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple
from urllib.parse import unquote, urljoin

# What people read. A site replaces what it says otherwise, or all of it in another language.
TEXTS = {
    "language": "en",
    "429.title": "Too Many Requests",
    "429.detail": "You are sending requests faster than this site allows.",
    "403.title": "Forbidden",
    "403.detail": "This program may not read the site page by page.",
    "400.title": "Bad Request",
    "400.detail": "This page lies deeper than the site can look.",
    "dataset": "Everything that you are asking for, and all the rest of {title}, is in the files below,"
    " as of {date}. Please download those instead: {documents} documents, {bytes} bytes.",
    "site": "Whole datasets are in files. Please download those instead.",
    "nothing": "How to get the data: {documentation}",
    "more": "and {count} more: {links}",
    "documents": "documents",
    "bytes": "bytes",
    "page": "Checksums, licence, history and how to fetch the files",
    "documentation": "Documentation",
    "contact": "Contact",
}

# More files than these are counted; all of them are in links.json.
_FILES = 10
_DATASETS = 20
_TITLE = 200
_PATIENCE = 10

_TYPES = {
    "application/problem+json": "json",
    "application/json": "json",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
}
_CONTENT_TYPES = {
    "json": "application/problem+json",
    "html": "text/html; charset=utf-8",
    "text": "text/plain; charset=utf-8",
}
_MEDIA_TYPES = {
    "gzip": "application/gzip",
    "zstd": "application/zstd",
    "xz": "application/x-xz",
    "bzip2": "application/x-bzip2",
    "jsonl": "application/jsonl",
    "bulk": "application/x-ndjson",
    "csv": "text/csv",
    "tar": "application/x-tar",
    "parquet": "application/vnd.apache.parquet",
}
# Nothing that could end an attribute, a header or a line.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\[][!#-;=?-\[\]_a-z~%]*\Z")
# Controls, line ends, and what turns the direction of the text that follows.
_UNSHOWN = re.compile("[\x00-\x20\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


class Answer(NamedTuple):
    """An answer as every framework can send it: as it stands, whatever the request's method."""

    status: int
    headers: Dict[str, str]
    body: bytes


class Notices:
    """Answers for clients that are refused. Safe for use by many threads; one for a process is enough.

    links: path of links.json on this machine, or its address. A file is looked at once in `check` seconds at most, and
        read where it has changed; an address is fetched on a thread of its own, so that no request waits for it.
    site: public address of the folder with the dumps; needed where links is a path.
    documentation: address of a page that says how the data may be had; the site's where it is not given.
    contact: address of a page, or mailto:, or None.
    problems: what the problem types' addresses begin with, the page beside Spillway's own notices where it is not
        given; "#rate-limited" and so on follow.
    texts: replaces entries of TEXTS.
    check: seconds, 5 for a file and 60 for an address where it is not given.
    """

    def __init__(
        self,
        links: str,
        site: Optional[str] = None,
        documentation: Optional[str] = None,
        contact: Optional[str] = None,
        problems: Optional[str] = None,
        texts: Optional[Dict[str, str]] = None,
        check: Optional[float] = None,
    ) -> None:
        remote = links.startswith(("http://", "https://"))
        if not remote and not site:
            raise ValueError("site is missing: the public address of the folder in which links.json lies")
        self._site = urljoin(site, "./") if site else urljoin(links, "./")
        self._links = links if remote else urljoin(self._site, "links.json")
        self._documentation = documentation or self._site
        self._contact = contact
        self._problems = problems or urljoin(self._site, "notices/problems.html")
        self._texts = {**TEXTS, **(texts or {})}
        self._read: Callable[[], None] = self._fetch_aside if remote else self._read_file
        self._path = links
        self._check = (60.0 if remote else 5.0) if check is None else float(check)
        self._due = -math.inf
        self._seen: Optional[Tuple[int, ...]] = None
        self._fetching_until = -math.inf
        self._turn = threading.Lock()
        self._datasets: List[Dict[str, Any]] = []
        self._refresh()

    def answer(
        self,
        status: int,
        path: str,
        accept: Optional[str] = None,
        user_agent: Optional[str] = None,
        retry_after: Optional[float] = None,
        detail: Optional[str] = None,
    ) -> Answer:
        """The answer to one request.

        status: 429, 403 or 400.
        path: what was asked for, decoded, without the query.
        accept, user_agent: the request's headers.
        retry_after: seconds, from the limiter; rounded up.
        detail: says instead of the standard text why the client is refused.
        """
        self._refresh()
        kind = _negotiate(accept, user_agent)
        problem = self._problem(status, self._dataset(path), detail)
        body = {"json": _json, "html": self._html, "text": self._text}[kind](problem)
        links = [f'<{problem["help"]}>; rel="help"', f'<{self._links}>; rel="describedby"; type="application/json"']
        headers = {
            "Content-Type": _CONTENT_TYPES[kind],
            "Cache-Control": "no-store",
            "Vary": "Accept, User-Agent",
            "Link": ", ".join(links),
        }
        if retry_after is not None:
            headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
        return Answer(status, headers, body.encode("utf-8", "replace"))

    # links.json

    def _refresh(self) -> None:
        """One request in `check` seconds looks; the others take what is known."""
        if time.monotonic() < self._due or not self._turn.acquire(blocking=False):
            return
        try:
            self._due = time.monotonic() + self._check
            self._read()
        finally:
            self._turn.release()

    def _read_file(self) -> None:
        try:
            now = os.stat(self._path)
            seen = (now.st_mtime_ns, now.st_size, now.st_ino)
            if seen != self._seen:
                with open(self._path, "rb") as file:
                    self._datasets = self._parse(file.read())
                self._seen = seen
        except (OSError, ValueError):
            # No file, or no such file: addresses that nobody vouches for are not given.
            self._datasets, self._seen = [], None

    def _fetch_aside(self) -> None:
        """One fetch at a time; one of a process that has forked since, which never ends here, is given up."""
        if time.monotonic() >= self._fetching_until:
            self._fetching_until = time.monotonic() + 10 * _PATIENCE
            threading.Thread(target=self._fetch, name="spillway-links", daemon=True).start()

    def _fetch(self) -> None:
        try:
            with urllib.request.urlopen(self._path, timeout=_PATIENCE) as answer:
                self._datasets = self._parse(answer.read())
        except urllib.error.HTTPError as e:
            if e.code in (404, 410):
                self._datasets = []
        except (OSError, ValueError):
            # A server that is away for a while takes nothing back: dumps stay where they are.
            pass
        finally:
            self._fetching_until = -math.inf

    def _parse(self, document: bytes) -> List[Dict[str, Any]]:
        """What is shown of each dataset. Fails with ValueError where it is no links.json of version 1."""
        try:
            links = json.loads(document)
            if links["format_version"] != 1:
                raise ValueError("format_version is not 1")
            return [self._listing(each) for each in links["datasets"]]
        except (LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as e:
            raise ValueError(f"not a links.json: {e!r}") from e

    def _listing(self, each: Dict[str, Any]) -> Dict[str, Any]:
        page = self._address(each["page"]) or self._site
        files = []
        for file in each["files"]:
            urls = [self._address(file["address"])]
            urls += [self._beside(mirror, file["name"]) for mirror in each.get("mirrors") or []]
            files.append(
                {
                    "name": file["name"],
                    "media_type": _MEDIA_TYPES.get(file["compression"])
                    or _MEDIA_TYPES.get(file["format"], "application/octet-stream"),
                    "bytes": int(file["bytes"]),
                    "documents": int(file["documents"]),
                    "sha256": file["sha256"],
                    "urls": [url for url in urls if url],
                }
            )
        files = [file for file in files if file["urls"]]
        custom = each.get("custom_license")
        facts = _present(
            dump=each["dump"],
            generated=each["taken_at"],
            documents=int(each["documents"]),
            bytes=int(each["bytes"]),
            license=each.get("license"),
            license_name=_line(str(custom["name"])) if custom else None,
        )
        named = {"dataset": each["dataset"], "title": _line(each["title"])}
        return {
            "covers": [str(prefix) for prefix in each.get("covers") or []],
            "page": page,
            "brief": {**named, "page": page, **facts},
            "downloads": _present(
                availability="available",
                **named,
                **facts,
                next_due=each.get("next_due"),
                describedby=self._address(each["manifest"]),
                checksums=self._address(each["checksums"]),
                links=self._links,
                files_total=len(files),
                files=files[:_FILES],
            ),
        }

    def _address(self, reference: str) -> Optional[str]:
        """The whole address, or None where it is not one for a link."""
        whole = urljoin(self._site, reference)
        return whole if _ADDRESS.match(whole) else None

    def _beside(self, reference: str, name: str) -> Optional[str]:
        """The whole address of a file that is beside another one, or None where it is not one for a link."""
        whole = self._address(reference)
        return self._address(urljoin(whole, name)) if whole else None

    def _dataset(self, path: str) -> Optional[Dict[str, Any]]:
        """The one with the longest path among what it covers; of two of one length the one without a star."""
        best, rank = None, (0, False)
        for each in self._datasets:
            for rule in each["covers"]:
                this = (len(rule.rstrip("*")), not rule.endswith("*"))
                if this > rank and _covers(rule, path):
                    best, rank = each, this
        return best

    # Bodies

    def _problem(self, status: int, dataset: Optional[Dict[str, Any]], detail: Optional[str]) -> Dict[str, Any]:
        texts = self._texts
        problem = {
            "type": self._problems + {429: "#rate-limited", 403: "#blocked", 400: "#page-too-deep"}[status],
            "title": texts[f"{status}.title"],
            "status": status,
            "detail": (detail or texts[f"{status}.detail"]) + " ",
            "help": self._documentation,
            "documentation": self._documentation,
        }
        if self._contact:
            problem["contact"] = self._contact
        if dataset:
            downloads = dataset["downloads"]
            problem["detail"] += texts["dataset"].format(date=str(downloads["generated"])[:10], **downloads)
            problem["help"] = dataset["page"]
            problem["bulk_downloads"] = downloads
        elif self._datasets:
            problem["detail"] += texts["site"]
            problem["help"] = self._site
            problem["bulk_downloads"] = {
                "availability": "available",
                "links": self._links,
                "datasets_total": len(self._datasets),
                "datasets": [each["brief"] for each in self._datasets[:_DATASETS]],
            }
        else:
            problem["detail"] += texts["nothing"].format(documentation=self._documentation)
            problem["bulk_downloads"] = {"availability": "none", "datasets_total": 0, "datasets": []}
        return problem

    def _text(self, problem: Dict[str, Any]) -> str:
        texts = self._texts
        lines = [f'{problem["status"]} {problem["title"]}', "", problem["detail"]]
        downloads = problem["bulk_downloads"]
        if downloads["availability"] == "available":
            lines.append("")
        for file in downloads.get("files", []):
            for url in file["urls"]:
                lines.append(url)
            lines.append(f'  {file["documents"]} {texts["documents"]}, {file["bytes"]} {texts["bytes"]}')
            lines.append(f'  sha256 {file["sha256"]}')
        for each in downloads.get("datasets", []):
            lines.append(f'{each["title"]}: {each["page"]}')
        lines += [text for text, _ in self._more(downloads)]
        lines.append("")
        if downloads["availability"] == "available":
            lines.append(f'{texts["page"]}: {problem["help"]}')
        lines.append(f'{texts["documentation"]}: {problem["documentation"]}')
        if "contact" in problem:
            lines.append(f'{texts["contact"]}: {problem["contact"]}')
        return "\n".join(lines) + "\n"

    def _html(self, problem: Dict[str, Any]) -> str:
        """Stands alone: scripts, styles and pictures would be refused too. Well-formed as XML as well."""
        texts = self._texts
        e = html.escape
        title = e(f'{problem["status"]} {problem["title"]}')
        lines = [
            "<!DOCTYPE html>",
            f'<html xmlns="http://www.w3.org/1999/xhtml" lang="{e(texts["language"])}">',
            f'<head><meta charset="utf-8"/><title>{title}</title>',
            '<meta name="viewport" content="width=device-width"/>',
            '<meta name="color-scheme" content="light dark"/></head>',
            f'<body><h1>{title}</h1><p>{e(problem["detail"])}</p><ul>',
        ]
        downloads = problem["bulk_downloads"]
        for file in downloads.get("files", []):
            link = " ".join(f'<a href="{e(url)}">{e(url)}</a>' for url in file["urls"])
            counts = f'{file["documents"]} {texts["documents"]}, {file["bytes"]} {texts["bytes"]}'
            lines.append(f'<li>{link}<br/>{e(counts)}, SHA-256 {e(file["sha256"])}</li>')
        for each in downloads.get("datasets", []):
            lines.append(f'<li><a href="{e(each["page"])}"><bdi>{e(each["title"])}</bdi></a></li>')
        for text, url in self._more(downloads):
            lines.append(f'<li><a href="{e(url)}">{e(text)}</a></li>')
        if downloads["availability"] == "available":
            lines.append(f'<li><a href="{e(problem["help"])}">{e(texts["page"])}</a></li>')
        lines.append(f'<li><a href="{e(problem["documentation"])}">{e(texts["documentation"])}</a></li>')
        if "contact" in problem:
            lines.append(f'<li><a href="{e(problem["contact"])}">{e(texts["contact"])}</a></li>')
        lines.append("</ul></body></html>")
        return "\n".join(lines) + "\n"

    def _more(self, downloads: Dict[str, Any]) -> List[Tuple[str, str]]:
        for member in ("files", "datasets"):
            count = downloads.get(f"{member}_total", 0) - len(downloads.get(member, []))
            if count > 0:
                return [(self._texts["more"].format(count=count, links=self._links), self._links)]
        return []


def _json(problem: Dict[str, Any]) -> str:
    # Not indented, which Python does without its C encoder.
    return json.dumps(problem, ensure_ascii=False) + "\n"


def _present(**members: Any) -> Dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _line(text: str) -> str:
    """One line of what can be seen."""
    line = _UNSHOWN.sub(" ", text).strip()
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


def _covers(rule: str, path: str) -> bool:
    """A path covers itself and what is below it; with a star at its end, everything that begins with it.

    The rule may be percent-encoded. Parameters after a semicolon, doubled slashes and the case of ASCII letters do not
    count.
    """
    start, asked = _plain(unquote(rule[:-1] if rule.endswith("*") else rule)), _plain(path)
    return asked.startswith(start) and (rule.endswith(("*", "/")) or asked[len(start) : len(start) + 1] in ("", "/"))


def _plain(path: str) -> str:
    """A path as applications compare it."""
    plain = re.sub("/+", "/", re.sub(";[^/]*", "", path))
    return re.sub("[A-Z]+", lambda letters: letters.group().lower(), plain)


def _negotiate(accept: Optional[str], user_agent: Optional[str]) -> str:
    """Highest quality first, then what is named before what a star means, then the client's order.

    What nobody can serve gets JSON, and so does */* by itself, except from curl and Wget, behind which people sit.
    """
    best: Tuple[float, bool, int] = (0.0, False, 0)
    chosen: Optional[str] = None
    for position, part in enumerate((accept or "").split(",")):
        name, *parameters = [piece.strip().lower() for piece in part.split(";")]
        kind = _TYPES.get(name)
        if kind is None and name != "*/*":
            continue
        quality = _quality(parameters)
        rank = (quality, kind is not None, -position)
        if quality > 0 and rank > best:
            best, chosen = rank, kind
    if chosen:
        return chosen
    return "text" if re.match(r"(?i)(curl|wget)/", user_agent or "") else "json"


def _quality(parameters: List[str]) -> float:
    for each in parameters:
        if each.startswith("q="):
            try:
                return float(each[2:])
            except ValueError:
                return 0.0
    return 1.0
