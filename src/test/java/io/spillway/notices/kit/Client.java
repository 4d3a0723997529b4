package io.spillway.notices.kit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.http.Header;
import org.apache.http.HeaderElement;
import org.apache.http.HttpResponse;
import org.apache.http.NameValuePair;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.entity.StringEntity;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.util.EntityUtils;

/** A client with a loopback address of its own, so that its requests are not counted with those of others. */
final class Client {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String site;
    private final InetAddress address;

    /** A response. */
    record Answer(int status, HttpResponse response, String body) {
        /** A header's value, or an empty text. */
        String header(String name) {
            Header header = response.getFirstHeader(name);
            return header == null ? "" : header.getValue();
        }

        /** The media type without its parameters. */
        String type() {
            return header("Content-Type").replaceAll(";.*", "").strip();
        }

        /** URLs of the Link header by their relation, as an independent parser reads it. */
        Map<String, String> links() {
            Map<String, String> links = new LinkedHashMap<>();
            for (Header header : response.getHeaders("Link")) {
                for (HeaderElement element : header.getElements()) {
                    NameValuePair relation = element.getParameterByName("rel");
                    links.put(relation.getValue(), element.getName());
                }
            }
            return links;
        }
    }

    private Client(String site, InetAddress address) {
        this.site = site;
        this.address = address;
    }

    /** A client that no server has seen yet. */
    static Client of(int port) throws IOException {
        int number = COUNT.incrementAndGet();
        byte[] bytes = {127, 1, (byte) (number / 250), (byte) (number % 250 + 1)};
        return new Client("http://127.0.0.1:" + port, InetAddress.getByAddress(bytes));
    }

    /** Sends a request with these headers, by name and value, and no others. */
    Answer send(String method, String path, String... headers) throws IOException {
        RequestConfig config = RequestConfig.custom()
                .setLocalAddress(address)
                .setContentCompressionEnabled(false)
                .setRedirectsEnabled(false)
                .setNormalizeUri(false)
                .setSocketTimeout(20_000)
                .build();
        RequestBuilder builder =
                RequestBuilder.create(method).setUri(site + path).setConfig(config);
        for (int i = 0; i < headers.length; i += 2) {
            builder.addHeader(headers[i], headers[i + 1]);
        }
        if (method.equals("POST")) {
            builder.setEntity(new StringEntity("x=1", StandardCharsets.UTF_8));
        }
        HttpUriRequest request = builder.build();
        try (CloseableHttpClient client =
                        HttpClients.custom().disableDefaultUserAgent().build();
                CloseableHttpResponse response = client.execute(request)) {
            String body = response.getEntity() == null
                    ? ""
                    : EntityUtils.toString(response.getEntity(), StandardCharsets.UTF_8);
            return new Answer(response.getStatusLine().getStatusCode(), response, body);
        }
    }

    Answer get(String path, String... headers) throws IOException {
        return send("GET", path, headers);
    }

    /** The whole response for a path that is sent as it is, even if it is not valid in a URL. */
    String raw(String path) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(address, 0));
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), URI.create(site).getPort()));
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * Requests a path until it is rejected, at most so many times; the status of the last answer shows whether it was.
     */
    Client untilRefused(String path, int most) throws IOException {
        for (int i = 0; i < most; i++) {
            if (get(path).status() == 429) {
                return this;
            }
        }
        throw new AssertionError(most + " requests for " + path + " and none was refused");
    }
}
