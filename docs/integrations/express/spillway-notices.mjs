// Express with express-rate-limit: throttled clients are told which files hold what they asked for.
// Reads the links.json of a Spillway site, with what Node.js 18 and newer bring along. How to put it in: README.md in
// this folder; settings, answers and what happens without links.json: README.md one folder up.
import { readFile, stat } from 'node:fs/promises';

// What people read. A site replaces what it says otherwise, or all of it in another language.
export const TEXTS = {
  language: 'en',
  '429.title': 'Too Many Requests',
  '429.detail': 'You are sending requests faster than this site allows.',
  '403.title': 'Forbidden',
  '403.detail': 'This program may not read the site page by page.',
  '400.title': 'Bad Request',
  '400.detail': 'This page lies deeper than the site can look.',
  dataset:
    'Everything that you are asking for, and all the rest of {title}, is in the files below, as of {date}.' +
    ' Please download those instead: {documents} documents, {bytes} bytes.',
  site: 'Whole datasets are in files. Please download those instead.',
  nothing: 'How to get the data: {documentation}',
  more: 'and {count} more: {links}',
  documents: 'documents',
  bytes: 'bytes',
  page: 'Checksums, licence, history and how to fetch the files',
  documentation: 'Documentation',
  contact: 'Contact',
};

// More files than these are counted; all of them are in links.json.
const FILES = 10;
const DATASETS = 20;
const TITLE = 200;
const PATIENCE_MS = 10_000;

const KINDS = {
  'application/problem+json': 'json',
  'application/json': 'json',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/plain': 'text',
};
const CONTENT_TYPES = {
  json: 'application/problem+json',
  html: 'text/html; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};
const MEDIA_TYPES = {
  gzip: 'application/gzip',
  zstd: 'application/zstd',
  xz: 'application/x-xz',
  bzip2: 'application/x-bzip2',
  jsonl: 'application/jsonl',
  bulk: 'application/x-ndjson',
  csv: 'text/csv',
  tar: 'application/x-tar',
  parquet: 'application/vnd.apache.parquet',
};
const PROBLEMS = { 429: '#rate-limited', 403: '#blocked', 400: '#page-too-deep' };

/**
 * Answers for clients that are refused; one for a process is enough.
 *
 * links          path of links.json on this machine, or its address. A file is looked at once in `check` seconds at
 *                most, and read where it has changed; an address is fetched aside, so that no request waits for it
 * site           public address of the folder with the dumps; needed where links is a path
 * documentation  address of a page that says how the data may be had; the site's where it is not given
 * contact        address of a page, or mailto:
 * problems       what the problem types' addresses begin with, the page beside Spillway's own notices where it is not
 *                given; '#rate-limited' and so on follow
 * texts          replaces entries of TEXTS
 * check          seconds, 5 for a file and 60 for an address where it is not given
 */
export class Notices {
  #links;
  #site;
  #path;
  #documentation;
  #contact;
  #problems;
  #texts;
  #remote;
  #checkMs;
  #due = -Infinity;
  #seen = '';
  #fetching = false;
  #datasets = [];

  constructor({ links, site, documentation, contact, problems, texts, check }) {
    this.#remote = /^https?:\/\//.test(links);
    if (!this.#remote && !site) {
      throw new TypeError('site is missing: the public address of the folder in which links.json lies');
    }
    this.#site = new URL('./', site ?? links).href;
    this.#path = links;
    this.#links = this.#remote ? links : new URL('links.json', this.#site).href;
    this.#documentation = documentation ?? this.#site;
    this.#contact = contact;
    this.#problems = problems ?? new URL('notices/problems.html', this.#site).href;
    this.#texts = { ...TEXTS, ...texts };
    this.#checkMs = 1000 * Number(check ?? (this.#remote ? 60 : 5));
    this.#refresh();
  }

  /**
   * Answers a request with 429, 403 or 400.
   *
   * retryAfter  seconds, where the limiter has not set the header itself
   * detail      says instead of the standard text why the client is refused
   */
  async refuse(req, res, status, { retryAfter, detail } = {}) {
    await this.#refresh();
    // The whole path: inside app.use('/api', …) req.path has lost "/api".
    const problem = this.#problem(status, this.#dataset(path(req)), detail);
    const kind = negotiate(req);
    const body = kind === 'html' ? this.#html(problem) : kind === 'text' ? this.#text(problem) : json(problem);
    if (retryAfter !== undefined && !res.get('Retry-After')) {
      res.set('Retry-After', String(Math.max(1, Math.ceil(retryAfter))));
    }
    res.vary('Accept').vary('User-Agent');
    res.status(status).set({
      'Content-Type': CONTENT_TYPES[kind],
      'Cache-Control': 'no-store',
      Link: `<${problem.help}>; rel="help", <${this.#links}>; rel="describedby"; type="application/json"`,
    });
    // Not send(): it would add an ETag to what nobody may keep.
    res.end(body);
  }

  /** For express-rate-limit's option `handler`. */
  get handler() {
    return (req, res) => {
      const reset = req.rateLimit?.resetTime;
      return this.refuse(req, res, 429, { retryAfter: reset ? (reset.getTime() - Date.now()) / 1000 : undefined });
    };
  }

  // links.json

  async #refresh() {
    // One request in so many seconds looks; the others take what is known.
    if (performance.now() < this.#due) return;
    this.#due = performance.now() + this.#checkMs;
    if (this.#remote) {
      this.#fetchAside();
      return;
    }
    try {
      const { mtimeMs, size, ino } = await stat(this.#path);
      const seen = `${mtimeMs} ${size} ${ino}`;
      if (seen !== this.#seen) {
        this.#datasets = this.#parse(await readFile(this.#path, 'utf8'));
        this.#seen = seen;
      }
    } catch {
      // No file, or no such file: addresses that nobody vouches for are not given.
      this.#datasets = [];
      this.#seen = '';
    }
  }

  async #fetchAside() {
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      const answer = await fetch(this.#path, { signal: AbortSignal.timeout(PATIENCE_MS) });
      if (answer.ok) this.#datasets = this.#parse(await answer.text());
      else if (answer.status === 404 || answer.status === 410) this.#datasets = [];
    } catch {
      // A server that is away for a while takes nothing back: dumps stay where they are.
    } finally {
      this.#fetching = false;
    }
  }

  /** What is shown of each dataset; throws where it is no links.json of version 1. */
  #parse(document) {
    const links = JSON.parse(document);
    if (links.format_version !== 1) throw new TypeError('format_version is not 1');
    return links.datasets.map((each) => this.#listing(each));
  }

  #listing(each) {
    const page = this.#address(each.page) ?? this.#site;
    const files = each.files.map((file) => ({
      name: file.name,
      media_type: MEDIA_TYPES[file.compression] ?? MEDIA_TYPES[file.format] ?? 'application/octet-stream',
      bytes: file.bytes,
      documents: file.documents,
      sha256: file.sha256,
      urls: [
        this.#address(file.address),
        ...(each.mirrors ?? []).map((mirror) => this.#address(file.name, this.#address(mirror) ?? '')),
      ].filter(Boolean),
    }));
    const reachable = files.filter((file) => file.urls.length > 0);
    const named = { dataset: each.dataset, title: line(each.title) };
    // JSON.stringify leaves out what is undefined.
    const facts = {
      dump: each.dump,
      generated: each.taken_at,
      documents: each.documents,
      bytes: each.bytes,
      license: each.license,
      license_name: each.custom_license ? line(String(each.custom_license.name)) : undefined,
    };
    return {
      covers: (each.covers ?? []).map(String),
      page,
      brief: { ...named, page, ...facts },
      downloads: {
        availability: 'available',
        ...named,
        ...facts,
        next_due: each.next_due,
        describedby: this.#address(each.manifest),
        checksums: this.#address(each.checksums),
        links: this.#links,
        files_total: reachable.length,
        files: reachable.slice(0, FILES),
      },
    };
  }

  /** The whole address, or undefined where it is not one for a link. */
  #address(reference, beside = this.#site) {
    try {
      const whole = new URL(reference, beside);
      // What URL writes down has nothing that could end a header or a line.
      return /^https?:$/.test(whole.protocol) ? whole.href : undefined;
    } catch {
      return undefined;
    }
  }

  /** The dataset with the longest path among what it covers, of two of one length the one without a star. */
  #dataset(path) {
    let best;
    let length = 0;
    for (const each of this.#datasets) {
      for (const rule of each.covers) {
        // Twice the length, and one more without a star.
        const rank = rule.endsWith('*') ? 2 * rule.length - 2 : 2 * rule.length + 1;
        if (rank > length && covers(rule, path)) {
          best = each;
          length = rank;
        }
      }
    }
    return best;
  }

  // Bodies

  #problem(status, dataset, detail) {
    const texts = this.#texts;
    const problem = {
      type: this.#problems + PROBLEMS[status],
      title: texts[`${status}.title`],
      status,
      detail: `${detail ?? texts[`${status}.detail`]} `,
      help: this.#documentation,
      documentation: this.#documentation,
      contact: this.#contact,
    };
    if (dataset) {
      const { downloads, page } = dataset;
      problem.detail += fill(texts.dataset, { ...downloads, date: String(downloads.generated).slice(0, 10) });
      problem.help = page;
      problem.bulk_downloads = downloads;
    } else if (this.#datasets.length > 0) {
      problem.detail += texts.site;
      problem.help = this.#site;
      problem.bulk_downloads = {
        availability: 'available',
        links: this.#links,
        datasets_total: this.#datasets.length,
        datasets: this.#datasets.slice(0, DATASETS).map(({ brief }) => brief),
      };
    } else {
      problem.detail += fill(texts.nothing, problem);
      problem.bulk_downloads = { availability: 'none', datasets_total: 0, datasets: [] };
    }
    return problem;
  }

  #text(problem) {
    const texts = this.#texts;
    const available = problem.bulk_downloads.availability === 'available';
    const lines = [`${problem.status} ${problem.title}`, '', problem.detail, ...(available ? [''] : [])];
    for (const file of problem.bulk_downloads.files ?? []) {
      lines.push(...file.urls);
      lines.push(`  ${file.documents} ${texts.documents}, ${file.bytes} ${texts.bytes}`, `  sha256 ${file.sha256}`);
    }
    for (const each of problem.bulk_downloads.datasets ?? []) lines.push(`${each.title}: ${each.page}`);
    lines.push(...this.#more(problem));
    lines.push('', ...(available ? [`${texts.page}: ${problem.help}`] : []));
    lines.push(`${texts.documentation}: ${problem.documentation}`);
    if (problem.contact) lines.push(`${texts.contact}: ${problem.contact}`);
    return `${lines.join('\n')}\n`;
  }

  /** Stands alone: scripts, styles and pictures would be refused too. Well-formed as XML as well. */
  #html(problem) {
    const texts = this.#texts;
    const link = (url, text) => `<a href="${escape(url)}">${escape(text)}</a>`;
    const title = escape(`${problem.status} ${problem.title}`);
    const items = [];
    for (const file of problem.bulk_downloads.files ?? []) {
      const counts = `${file.documents} ${texts.documents}, ${file.bytes} ${texts.bytes}`;
      const urls = file.urls.map((url) => link(url, url)).join(' ');
      items.push(`${urls}<br/>${escape(`${counts}, SHA-256 ${file.sha256}`)}`);
    }
    for (const each of problem.bulk_downloads.datasets ?? []) {
      items.push(`<a href="${escape(each.page)}"><bdi>${escape(each.title)}</bdi></a>`);
    }
    for (const more of this.#more(problem)) items.push(link(this.#links, more));
    if (problem.bulk_downloads.availability === 'available') items.push(link(problem.help, texts.page));
    items.push(link(problem.documentation, texts.documentation));
    if (problem.contact) items.push(link(problem.contact, texts.contact));
    return `<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="${escape(texts.language)}">
<head><meta charset="utf-8"/><title>${title}</title>
<meta name="viewport" content="width=device-width"/><meta name="color-scheme" content="light dark"/></head>
<body><h1>${title}</h1><p>${escape(problem.detail)}</p><ul>
${items.map((item) => `<li>${item}</li>`).join('\n')}
</ul></body></html>
`;
  }

  #more({ bulk_downloads: downloads }) {
    const count = downloads.files
      ? downloads.files_total - downloads.files.length
      : downloads.datasets_total - downloads.datasets.length;
    return count > 0 ? [fill(this.#texts.more, { count, links: this.#links })] : [];
  }
}

/**
 * A path covers itself and what is below it; with a star at its end, everything that begins with it. The rule may be
 * percent-encoded. Parameters after a semicolon, doubled slashes and the case of ASCII letters do not count.
 */
function covers(rule, path) {
  const start = plain(decoded(rule.endsWith('*') ? rule.slice(0, -1) : rule));
  const asked = plain(path);
  return asked.startsWith(start) && (/[*/]$/.test(rule) || ['', '/'].includes(asked.charAt(start.length)));
}

/** A path as applications compare it. */
function plain(path) {
  return path
    .replace(/;[^/]*/g, '')
    .replace(/\/+/g, '/')
    .replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function path(req) {
  return decoded(req.originalUrl.split('?')[0]);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** JSON for what nobody can serve and for a star by itself, except from curl and Wget, behind which people sit. */
function negotiate(req) {
  const named = (req.get('Accept') ?? '').split(',').map((part) => part.split(';')[0].trim().toLowerCase());
  const chosen = req.accepts(Object.keys(KINDS));
  if (chosen && named.includes(chosen)) return KINDS[chosen];
  return /^(curl|wget)\//i.test(req.get('User-Agent') ?? '') ? 'text' : 'json';
}

function json(problem) {
  return `${JSON.stringify(problem, null, 2)}\n`;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** One line of what can be seen: no controls, line ends, or turns of the direction of the text that follows. */
function line(text) {
  const visible = text.replace(/[\u0000-\u0020\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ').trim();
  const points = [...visible];
  return points.length <= TITLE ? visible : `${points.slice(0, TITLE - 1).join('')}…`;
}

function escape(text) {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
