package io.spillway.destination.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file's content. If the connection breaks, stalls or ends before the announced length, requests the rest, a bounded
 * number of times; only from a server without ranges is everything read again. Fails with {@link IOException} if that
 * does not help, or if the file was replaced meanwhile. Not thread-safe.
 */
final class ResumedBody extends InputStream {
    private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");
    private static final int SKIP_BUFFER = 64 << 10;

    private final WebClient client;
    private final URI address;
    private final String etag;
    private final long length;
    private InputStream body;
    private long position;
    private int failures;
    private int resumes;

    /** @param first the response to a request for the whole file */
    ResumedBody(WebClient client, URI address, HttpResponse<InputStream> first) {
        this.client = client;
        this.address = address;
        this.etag = etag(first);
        this.length = first.headers().firstValueAsLong("Content-Length").orElse(-1);
        this.body = first.body();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int wanted) throws IOException {
        Objects.checkFromIndexSize(offset, wanted, target.length);
        while (true) {
            try {
                int got = body.read(target, offset, wanted);
                if (got >= 0) {
                    position += got;
                    failures = got > 0 ? 0 : failures;
                    return got;
                } else if (length < 0 || position >= length) {
                    return -1;
                }
                resume(new IOException("the connection was closed"));
            } catch (InterruptedIOException | GivenUpException e) {
                throw e;
            } catch (IOException e) {
                resume(e);
            }
        }
    }

    /** Retries until a response continues at the position. */
    private void resume(IOException reason) throws IOException {
        IOException last = reason;
        HttpResponse<?> before = null;
        while (true) {
            close();
            failures++;
            resumes++;
            if (failures >= client.patience().attempts()
                    || resumes > client.patience().resumes()) {
                throw givenUp("failed " + resumes + " times, the last time because " + last.getMessage(), last);
            }
            try {
                client.pause(failures, before);
                HttpResponse<InputStream> answer = client.get(address, position, etag.startsWith("\"") ? etag : null);
                if (!WebClient.mayPass(answer.statusCode())) {
                    goOn(answer);
                    return;
                }
                answer.body().close();
                before = answer;
                last = new IOException("the server responded with status " + answer.statusCode());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted before reading on");
            } catch (InterruptedIOException | GivenUpException e) {
                throw e;
            } catch (IOException e) {
                before = null;
                last = e;
            }
        }
    }

    private void goOn(HttpResponse<InputStream> answer) throws IOException {
        body = answer.body();
        int status = answer.statusCode();
        if (status != 200 && status != 206) {
            throw givenUp(
                    "ended early, and the server responded with status " + status + " to a request for the rest", null);
        } else if (!etag.isEmpty() && !etag(answer).isEmpty() && !etag.equals(etag(answer))) {
            throw givenUp("was replaced while it was being read", null);
        } else if (status == 206) {
            requireRest(answer.headers().firstValue("Content-Range").orElse(""));
        } else {
            long now = answer.headers().firstValueAsLong("Content-Length").orElse(length);
            if (now != length && length >= 0) {
                throw givenUp("has " + now + " bytes now, before " + length, null);
            }
            skip();
        }
    }

    private void requireRest(String range) throws IOException {
        Matcher matcher = RANGE.matcher(range);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) != position) {
            throw givenUp("ended early, and the server sent \"" + range + "\" for the rest", null);
        } else if (length >= 0 && !matcher.group(3).equals("*") && Long.parseLong(matcher.group(3)) != length) {
            throw givenUp("has " + matcher.group(3) + " bytes now, before " + length, null);
        }
    }

    /** The server does not support ranges: skips what was already read. */
    private void skip() throws IOException {
        byte[] passed = new byte[SKIP_BUFFER];
        long left = position;
        while (left > 0) {
            int got = body.read(passed, 0, (int) Math.min(passed.length, left));
            if (got < 0) {
                throw new IOException("the connection was closed");
            }
            left -= got;
        }
    }

    private IOException givenUp(String what, @Nullable Throwable cause) {
        String of = length < 0 ? "" : " of " + length;
        return new GivenUpException(address + " " + what + "; received " + position + of + " bytes", cause);
    }

    private static String etag(HttpResponse<?> answer) {
        return answer.headers().firstValue("ETag").orElse("");
    }

    @Override
    public void close() throws IOException {
        body.close();
    }

    /** Another attempt would not help, or was the last. */
    private static final class GivenUpException extends IOException {
        private static final long serialVersionUID = 1L;

        GivenUpException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
