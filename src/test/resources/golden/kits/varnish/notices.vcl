# Notices for refused clients. After "vcl 4.1;" and your own backends, before your own subs:
#   include "/var/lib/spillway/kits/varnish/notices.vcl";
# (the first backend is the default). Written by "spillway notices --server varnish": change its options, not
# this file, and reload Varnish afterwards. Needs the modules vsthrottle and accept (Debian: varnish-modules).
import std;
import vsthrottle;
import accept;

# A web server serves the notices. std.fileread would cache the first content of a file until Varnish exits.
backend spillway_files {
    .host = "127.0.0.1";
    .port = "8080";
    .connect_timeout = 2s;
    .first_byte_timeout = 5s;
    .between_bytes_timeout = 5s;
}

sub vcl_init {
    # The argument is the default language.
    new spillway_languages = accept.rule("en");
    spillway_languages.add("en");
    spillway_languages.add("de");
    spillway_languages.add("pt");
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
        set req.http.Host = "127.0.0.1:8080";
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
        set req.url = "/notices/" + req.http.X-Spillway-Page + req.http.X-Spillway-Status + "." + req.http.X-Spillway-Language
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
    } elsif (regsub(req.url, "\?.*", "") ~ "^/robots\.txt$|^/sitemap[A-Za-z0-9_.-]*\.xml(?:\.gz)?$|^/\.well-known/[^;\x5C\x00]*$|^/(?:index(?:\.[a-z]+)?\.html|links\.json|status\.json|feed\.atom)$|^/(?:articles|journals)/(?:index(?:\.[a-z]+)?\.html|feed\.atom|latest\.json|latest/[^;\x5C\x00]*$|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z/[^;\x5C\x00]*$)?$") {
        return;
    }
    if (req.http.User-Agent ~ "(?i)BadBot") {
        set req.http.X-Spillway-Status = "403";
        return;
    }
    if (req.http.X-Spillway-Page == "odd" || req.url ~ "(?i)^(?:[/\x5C]|%5[Cc])+api(?:;[^/?]*)?(?:[/\x5C]|%5[Cc])+search(?:;[^/?]*)?(?:[/\x5C]|%5[Cc])+journals(?:[?/;\x5C\x00]|%00|%5[Cc]|$)|(?i)^(?:[/\x5C]|%5[Cc])+query(?:;[^/?]*)?(?:[/\x5C]|%5[Cc])+journal(?:[?/;\x5C\x00]|%00|%5[Cc]|$)|(?i)^(?:[/\x5C]|%5[Cc])+api(?:;[^/?]*)?(?:[/\x5C]|%5[Cc])+search(?:[?/;\x5C\x00]|%00|%5[Cc]|$)") {
        if (regsub(req.url, "^[^?]*\?", "") ~ "(?:^|[&;])(?:[+]|%20)*+(?:[pP]|%70|%50)(?:[aA]|%61|%41)(?:[gG]|%67|%47)(?:[eE]|%65|%45)(?:(?:[^A-Za-z0-9_.%&;=-]|%5[bB])[^=&;]*)?=(?:(?:[+]|%2[0bB]|%0[9A-Da-d])*+(?:0|%30)(?:[xXbBoO]|%[57]8|%[46]2|%[46][fF])|(?:[+0_.]|%2[0bBeE]|%30|%5[fF]|%0[9A-Da-d])*+(?:(?:[1-9]|%3[1-9])(?:(?:(?:_|%5[fF])?(?:[0-9]|%3[0-9])){3}|(?:(?:_|%5[fF])?(?:[0-9]|%3[0-9]))*+(?:[.]|%2[eE])?(?:[0-9]|%3[0-9])*+(?:[eE]|%[46]5))|(?:[0-9]|%3[0-9])*+(?:%[89A-Fa-f][0-9A-Fa-f]|[^ -~])(?:(?:[0-9]|%3[0-9])|(?:%[89A-Fa-f][0-9A-Fa-f]|[^ -~]))*+(?:[&;]|$)))") {
            set req.http.X-Spillway-Status = "400";
            return;
        }
        # The limit, a bucket of requests that refills in this many seconds: adjust it here. A client over it is refused for 60 seconds.
        if (vsthrottle.is_denied("spillway:" + client.identity, 21, 4.200s, 60s)) {
            set req.http.X-Spillway-Status = "429";
            set req.http.X-Spillway-Retry-After = std.integer(duration =
                vsthrottle.blocked("spillway:" + client.identity, 21, 4.200s, 60s), fallback = 0) + 1;
        }
    }
}

# The dataset that covers the path, the format, the language.
sub spillway_choose {
    set req.http.X-Spillway-Page = "";
    # journals: Journals, all
    if (req.url ~ "(?i)^(?:[/\x5C]|%5[Cc])+api(?:;[^/?]*)?(?:[/\x5C]|%5[Cc])+search(?:;[^/?]*)?(?:[/\x5C]|%5[Cc])+journals(?:[?/;\x5C\x00]|%00|%5[Cc]|$)") {
        set req.http.X-Spillway-Page = "journals/";
    }
    # journals: Journals, all
    elsif (req.url ~ "(?i)^(?:[/\x5C]|%5[Cc])+query(?:;[^/?]*)?(?:[/\x5C]|%5[Cc])+journal(?:[?/;\x5C\x00]|%00|%5[Cc]|$)") {
        set req.http.X-Spillway-Page = "journals/";
    }
    # articles: Articles
    elsif (req.url ~ "(?i)^(?:[/\x5C]|%5[Cc])+api(?:;[^/?]*)?(?:[/\x5C]|%5[Cc])+search(?:[?/;\x5C\x00]|%00|%5[Cc]|$)") {
        set req.http.X-Spillway-Page = "articles/";
    }
    set req.http.X-Spillway-Form = "json";
    if (!req.http.Accept || req.http.Accept == "") {
        set req.http.X-Spillway-Form = "any";
    }
    if (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*(?:;\s*q=1[.0]*\s*(?:[,;]|$)|,|$)") {
        set req.http.X-Spillway-Form = regsub(req.http.Accept, "(?i)^.*?(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*(?:;\s*q=1[.0]*\s*(?:[,;]|$)|,|$).*$", "\1");
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application|\*)/\*\s*(?:;\s*[a-pr-z][^,;]*)*(?:;\s*q=1[.0]*\s*(?:[,;]|$)|,|$)") {
        set req.http.X-Spillway-Form = "any";
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.9[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = regsub(req.http.Accept, "(?i)^.*?(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.9[0-9]*\s*(?:[,;]|$).*$", "\1");
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application|\*)/\*\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.9[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = "any";
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.8[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = regsub(req.http.Accept, "(?i)^.*?(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.8[0-9]*\s*(?:[,;]|$).*$", "\1");
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application|\*)/\*\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.8[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = "any";
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.7[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = regsub(req.http.Accept, "(?i)^.*?(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.7[0-9]*\s*(?:[,;]|$).*$", "\1");
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application|\*)/\*\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.7[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = "any";
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.6[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = regsub(req.http.Accept, "(?i)^.*?(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.6[0-9]*\s*(?:[,;]|$).*$", "\1");
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application|\*)/\*\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.6[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = "any";
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.5[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = regsub(req.http.Accept, "(?i)^.*?(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.5[0-9]*\s*(?:[,;]|$).*$", "\1");
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application|\*)/\*\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.5[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = "any";
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.4[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = regsub(req.http.Accept, "(?i)^.*?(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.4[0-9]*\s*(?:[,;]|$).*$", "\1");
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application|\*)/\*\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.4[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = "any";
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.3[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = regsub(req.http.Accept, "(?i)^.*?(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.3[0-9]*\s*(?:[,;]|$).*$", "\1");
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application|\*)/\*\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.3[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = "any";
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.2[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = regsub(req.http.Accept, "(?i)^.*?(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.2[0-9]*\s*(?:[,;]|$).*$", "\1");
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application|\*)/\*\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.2[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = "any";
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.1[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = regsub(req.http.Accept, "(?i)^.*?(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.1[0-9]*\s*(?:[,;]|$).*$", "\1");
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application|\*)/\*\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.1[0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = "any";
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.0[0-9]*[1-9][0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = regsub(req.http.Accept, "(?i)^.*?(?:^|,)\s*(?:application/(?:[a-z0-9.-]+\+)*|text/)(json|x?html|plain)(?:\+xml)?\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.0[0-9]*[1-9][0-9]*\s*(?:[,;]|$).*$", "\1");
    }
    elsif (req.http.Accept ~ "(?i)(?:^|,)\s*(?:application|\*)/\*\s*(?:;\s*[a-pr-z][^,;]*)*;\s*q=0\.0[0-9]*[1-9][0-9]*\s*(?:[,;]|$)") {
        set req.http.X-Spillway-Form = "any";
    }
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
        set bereq.url = "/notices/" + bereq.http.X-Spillway-Page + bereq.http.X-Spillway-Status + "." + bereq.http.X-Spillway-Form;
    } elsif (bereq.http.X-Spillway-Status && bereq.retries > 1) {
        set bereq.url = "/notices/" + bereq.http.X-Spillway-Status + "." + bereq.http.X-Spillway-Form;
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
    if (bereq.http.X-Spillway-Status == "429") {
        synthetic({"{"type":"about:blank","title":"Too Many Requests","help":"https://data.example.org/","status":429}"});
    }
    if (bereq.http.X-Spillway-Status == "403") {
        synthetic({"{"type":"about:blank","title":"Forbidden","help":"https://data.example.org/","status":403}"});
    }
    if (bereq.http.X-Spillway-Status == "400") {
        synthetic({"{"type":"about:blank","title":"Bad Request","help":"https://data.example.org/","status":400}"});
    }
}

sub vcl_deliver {
    # Replaces the application's own 429 by the notice.
    if (resp.status == 429 && !req.http.X-Spillway-Status && req.restarts == 0) {
        set req.http.X-Spillway-Status = "429";
        set req.http.X-Spillway-Retry-After = resp.http.Retry-After;
        if (req.http.X-Spillway-Retry-After == "") {
            set req.http.X-Spillway-Retry-After = "60";
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
    if (req.http.X-Spillway-Status == "429") {
        set resp.status = 429;
        set resp.reason = "Too Many Requests";
    }
    if (req.http.X-Spillway-Status == "403") {
        set resp.status = 403;
        set resp.reason = "Forbidden";
    }
    if (req.http.X-Spillway-Status == "400") {
        set resp.status = 400;
        set resp.reason = "Bad Request";
    }
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
    set resp.http.Link = {"<https://data.example.org/"} + req.http.X-Spillway-Page + {">; rel="help", <https://data.example.org/links.json>; rel="describedby"; type="application/json""};
    set resp.http.Cache-Control = "no-store";
    set resp.http.Vary = "Accept, Accept-Language, User-Agent";
    set resp.http.Access-Control-Allow-Origin = "*";
    set resp.http.Access-Control-Expose-Headers = "Retry-After, Link";
    unset resp.http.X-Spillway-Last;
    unset resp.http.Accept-Ranges;
    unset resp.http.Age;
}

sub spillway_body {
    if (req.http.X-Spillway-Status == "429") {
        synthetic({"{"type":"about:blank","title":"Too Many Requests","help":"https://data.example.org/","status":429}"});
    }
    if (req.http.X-Spillway-Status == "403") {
        synthetic({"{"type":"about:blank","title":"Forbidden","help":"https://data.example.org/","status":403}"});
    }
    if (req.http.X-Spillway-Status == "400") {
        synthetic({"{"type":"about:blank","title":"Bad Request","help":"https://data.example.org/","status":400}"});
    }
}
