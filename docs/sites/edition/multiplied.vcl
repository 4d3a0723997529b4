# Addresses that set three and more texts side by side (two plus signs in one part of the path): 429 with the dump, instead
# of a page that is dear and that nobody reads. Two texts pass. Included after the notices.vcl that Spillway writes, which
# chooses the notice for the path and answers.
sub vcl_recv {
    if (req.restarts == 0 && !req.http.X-Spillway-Status
            && req.url ~ "^/texts/[^?]*(?:\+|%2[Bb])[^/?]*(?:\+|%2[Bb])") {
        set req.http.X-Spillway-Status = "429";
        # A day: this address is not answered any sooner.
        set req.http.X-Spillway-Retry-After = "86400";
        return (restart);
    }
}
