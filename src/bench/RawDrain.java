import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The floor that an export is measured against: every page of one point in time, in slices, fetched and thrown away. Of an
 * answer only its last 200 bytes are looked at, for the sort values that the next request needs. Shares no code with
 * Spillway; runs as one source file: {@code java RawDrain.java URL INDEX SLICES LANES PAGE_DOCUMENTS}.
 */
final class RawDrain {
    private static final Pattern SORT = Pattern.compile("\"sort\":(\\[[-0-9,]+\\])\\}\\]\\}\\}$");
    private static final int TAIL = 200;
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public static void main(String[] args) throws Exception {
        String url = args[0];
        int slices = Integer.parseInt(args[2]);
        int lanes = Integer.parseInt(args[3]);
        int size = Integer.parseInt(args[4]);
        String opened = text("POST", url + "/" + args[1] + "/_pit?keep_alive=5m", "");
        String pit = opened.replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
        AtomicLong bytes = new AtomicLong();
        AtomicLong requests = new AtomicLong();
        long begun = System.nanoTime();
        var threads = Executors.newFixedThreadPool(lanes);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < slices; i++) {
            int slice = i;
            tasks.add(() -> {
                drain(url, pit, slice, slices, size, bytes, requests);
                return null;
            });
        }
        for (var result : threads.invokeAll(tasks)) {
            result.get();
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        threads.shutdown();
        text("DELETE", url + "/_pit", "{\"id\":\"" + pit + "\"}");
        System.out.printf(
                Locale.ROOT, "drained %d bytes in %.3f s, %d requests%n", bytes.get(), seconds, requests.get());
    }

    private static void drain(
            String url, String pit, int slice, int slices, int size, AtomicLong bytes, AtomicLong requests)
            throws Exception {
        String after = "";
        byte[] buffer = new byte[1 << 20];
        while (true) {
            String body = "{\"size\":" + size + ",\"track_total_hits\":false,\"sort\":[\"_doc\"],\"pit\":{\"id\":\"" + pit
                    + "\",\"keep_alive\":\"5m\"}"
                    + (slices > 1 ? ",\"slice\":{\"id\":" + slice + ",\"max\":" + slices + "}" : "") + after + "}";
            HttpResponse<InputStream> answer = CLIENT.send(
                    request("POST", url + "/_search?allow_partial_search_results=false", body),
                    HttpResponse.BodyHandlers.ofInputStream());
            requests.incrementAndGet();
            byte[] tail = new byte[0];
            try (InputStream in = answer.body()) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    bytes.addAndGet(read);
                    tail = tail(tail, buffer, read);
                }
            }
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("status " + answer.statusCode());
            }
            Matcher sort = SORT.matcher(new String(tail, StandardCharsets.ISO_8859_1));
            if (!sort.find()) {
                return;
            }
            after = ",\"search_after\":" + sort.group(1);
        }
    }

    private static byte[] tail(byte[] before, byte[] buffer, int length) {
        int fromBuffer = Math.min(TAIL, length);
        int fromBefore = Math.min(TAIL - fromBuffer, before.length);
        byte[] tail = new byte[fromBefore + fromBuffer];
        System.arraycopy(before, before.length - fromBefore, tail, 0, fromBefore);
        System.arraycopy(buffer, length - fromBuffer, tail, fromBefore, fromBuffer);
        return tail;
    }

    private static String text(String method, String url, String body) throws Exception {
        return CLIENT.send(request(method, url, body), HttpResponse.BodyHandlers.ofString()).body();
    }

    private static HttpRequest request(String method, String url, String body) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
    }
}
