package io.spillway.source.elasticsearch;

import io.spillway.source.RequestSigner;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import org.apache.http.HttpEntity;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.HttpException;
import org.apache.http.HttpRequest;
import org.apache.http.HttpRequestInterceptor;
import org.apache.http.protocol.HttpContext;
import org.apache.http.util.EntityUtils;

/** Signs each request immediately before it is sent, including retries. */
final class Signing implements HttpRequestInterceptor {
    private final RequestSigner signer;
    private final URI cluster;

    Signing(RequestSigner signer, URI cluster) {
        this.signer = signer;
        this.cluster = cluster;
    }

    @Override
    public void process(HttpRequest request, HttpContext context) throws HttpException, IOException {
        HttpEntity entity = request instanceof HttpEntityEnclosingRequest enclosing ? enclosing.getEntity() : null;
        byte[] body = entity == null ? new byte[0] : EntityUtils.toByteArray(entity);
        signer.sign(
                        request.getRequestLine().getMethod(),
                        url(request.getRequestLine().getUri()),
                        body)
                .forEach(request::setHeader);
    }

    /** The URL with path and query as sent; through a proxy the target already is a whole URL. */
    private URI url(String target) throws HttpException {
        try {
            URI sent = new URI(target);
            return sent.isAbsolute() ? sent : new URI(cluster.getScheme() + "://" + cluster.getRawAuthority() + target);
        } catch (URISyntaxException e) {
            throw new HttpException("cannot sign the request to " + target, e);
        }
    }
}
