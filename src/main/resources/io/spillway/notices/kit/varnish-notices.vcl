# Notices for refused clients. After "vcl 4.1;" and your own backends, before your own subs:
#   include "{{kit}}/notices.vcl";
# (the first backend is the default). Written by "spillway notices --server varnish": change its options, not
# this file, and reload Varnish afterwards. Needs the modules vsthrottle and accept (Debian: varnish-modules).
import std;
import vsthrottle;
import accept;

# A web server serves the notices. std.fileread would cache the first content of a file until Varnish exits.
backend spillway_files {
    .host = "{{host}}";
    .port = "{{port}}";
    .connect_timeout = 2s;
    .first_byte_timeout = 5s;
    .between_bytes_timeout = 5s;
}

sub vcl_init {
    # The argument is the default language.
    new spillway_languages = accept.rule("{{language}}");
    {{languages}}
}

sub vcl_recv {
    # A client may send headers with these names.
    unset req.http.X-Spillway-Page;
    unset req.http.X-Spillway-Form;
    unset req.http.X-Spillway-Language;
    if (req.restarts == 0) {
        unset req.http.X-Spillway-Status;
        unset req.http.X-Spillway-Retry-After;
        call spillway_refuse;
    }
    if (req.http.X-Spillway-Status) {
        call spillway_choose;
        set req.backend_hint = spillway_files;
        set req.method = "GET";
        set req.http.Host = "{{server}}";
        unset req.http.Range;
        unset req.http.If-None-Match;
        unset req.http.If-Modified-Since;
        unset req.http.If-Match;
        unset req.http.If-Unmodified-Since;
        unset req.http.If-Range;
        unset req.http.Cookie;
        unset req.http.Authorization;
        unset req.http.Expect;
        unset req.http.Content-Length;
        unset req.http.Transfer-Encoding;
        set req.url = "{{path}}" + req.http.X-Spillway-Page + req.http.X-Spillway-Status + "." + req.http.X-Spillway-Language
            + "." + req.http.X-Spillway-Form;
        return (hash);
    }
}

# Sets X-Spillway-Status if a request is refused.
sub spillway_refuse {
    # A browser's preflight is neither counted nor refused: without it a script cannot read the notice.
    if (req.method == "OPTIONS" && req.http.Access-Control-Request-Method) {
        return;
    }
    # Percent-encoded letters and digits, doubled slashes, dots, backslashes and NUL may hide a covered path: counted everywhere.
    if (req.url ~ "^[^?]*(?://|/\.\.?(?:[/?]|$)|[;\x5C]|%(?:00|2[DdEeFf]|3[0-9Bb]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[CcFf]|7[Ee]))") {
        set req.http.X-Spillway-Page = "odd";
    } elsif (regsub(req.url, "\?.*", "") ~ "{{free}}") {
        return;
    }
    {{blocked}}
    if (req.http.X-Spillway-Page == "odd" || req.url ~ "{{limited}}") {
        {{deep}}
        # The limit, a bucket of requests that refills in this many seconds: adjust it here. A client over it is refused for {{retry_after}} seconds.
        if (vsthrottle.is_denied("spillway:" + client.identity, {{requests}}, {{window}}s, {{retry_after}}s)) {
            set req.http.X-Spillway-Status = "429";
            set req.http.X-Spillway-Retry-After = std.integer(duration =
                vsthrottle.blocked("spillway:" + client.identity, {{requests}}, {{window}}s, {{retry_after}}s), fallback = 0) + 1;
        }
    }
}

# The dataset that covers the path, the format, the language.
sub spillway_choose {
    set req.http.X-Spillway-Page = "";
    {{covers}}
    set req.http.X-Spillway-Form = "json";
    if (!req.http.Accept || req.http.Accept == "") {
        set req.http.X-Spillway-Form = "any";
    }
    {{forms}}
    if (req.http.X-Spillway-Form ~ "(?i)html") {
        set req.http.X-Spillway-Form = "html";
    } elsif (req.http.X-Spillway-Form ~ "(?i)plain" || (req.http.X-Spillway-Form == "any" && req.http.User-Agent ~ "(?i)^(?:curl|wget)/")) {
        set req.http.X-Spillway-Form = "txt";
    } else {
        set req.http.X-Spillway-Form = "json";
    }
    # By the weight of each language; the module matches languages without their regions.
    set req.http.X-Spillway-Language = spillway_languages.filter(regsuball(req.http.Accept-Language, "(?i)([a-z]{2,3})-[a-z0-9-]+", "\1"));
}

# Notices have cache keys that no ordinary request can have: only this file sets X-Spillway-Status.
sub vcl_hash {
    if (req.http.X-Spillway-Status) {
        hash_data("a notice of Spillway");
    }
}

sub vcl_backend_fetch {
    # No such file: try the one without a language, then the site's.
    if (bereq.http.X-Spillway-Status && bereq.retries == 1) {
        set bereq.url = "{{path}}" + bereq.http.X-Spillway-Page + bereq.http.X-Spillway-Status + "." + bereq.http.X-Spillway-Form;
    } elsif (bereq.http.X-Spillway-Status && bereq.retries > 1) {
        set bereq.url = "{{path}}" + bereq.http.X-Spillway-Status + "." + bereq.http.X-Spillway-Form;
    }
}

sub vcl_backend_response {
    if (bereq.http.X-Spillway-Status) {
        if (beresp.status != 200) {
            if (bereq.retries < 2) {
                return (retry);
            }
            return (fail);
        }
        # A new notice takes effect after this time; the last one is used for an hour while the web server is down.
        set beresp.ttl = 2s;
        set beresp.grace = 1h;
        set beresp.uncacheable = false;
        unset beresp.http.Set-Cookie;
        unset beresp.http.Vary;
        unset beresp.http.Last-Modified;
        unset beresp.http.ETag;
        return (deliver);
    }
}

sub vcl_backend_error {
    if (bereq.http.X-Spillway-Status) {
        set beresp.http.X-Spillway-Last = "1";
        set beresp.ttl = 1s;
        set beresp.grace = 0s;
        call spillway_backend_body;
        return (deliver);
    }
}

sub spillway_backend_body {
    {{backend_bodies}}
}

sub vcl_deliver {
    # Replaces the application's own 429 by the notice.
    if (resp.status == 429 && !req.http.X-Spillway-Status && req.restarts == 0) {
        set req.http.X-Spillway-Status = "429";
        set req.http.X-Spillway-Retry-After = resp.http.Retry-After;
        if (req.http.X-Spillway-Retry-After == "") {
            set req.http.X-Spillway-Retry-After = "{{retry_after}}";
        }
        return (restart);
    }
    if (req.http.X-Spillway-Status) {
        call spillway_head;
    }
}

# Something failed before there was a response.
sub vcl_synth {
    if (req.http.X-Spillway-Status) {
        set resp.http.X-Spillway-Last = "1";
        call spillway_head;
        call spillway_body;
        return (deliver);
    }
}

sub spillway_head {
    {{statuses}}
    if (req.http.X-Spillway-Status == "429") {
        set resp.http.Retry-After = req.http.X-Spillway-Retry-After;
    }
    if (resp.http.X-Spillway-Last || req.http.X-Spillway-Form == "json") {
        set resp.http.Content-Type = "application/problem+json";
    } elsif (req.http.X-Spillway-Form == "html") {
        set resp.http.Content-Type = "text/html; charset=utf-8";
    } else {
        set resp.http.Content-Type = "text/plain; charset=utf-8";
    }
    set resp.http.Link = {"<{{address}}"} + req.http.X-Spillway-Page + {">; {{link}}"};
    {{headers}}
    unset resp.http.X-Spillway-Last;
    unset resp.http.Accept-Ranges;
    unset resp.http.Age;
}

sub spillway_body {
    {{bodies}}
}
