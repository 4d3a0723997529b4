package io.spillway.daemon;

import io.spillway.fault.SpillwayException;
import io.spillway.notices.Negotiation;
import io.spillway.notices.NoticeFiles;
import io.spillway.notices.NoticeFolder;
import io.spillway.notices.NoticeFormat;
import io.spillway.notices.NoticeKind;
import io.spillway.notices.NoticeSettings;
import io.spillway.schedule.ScheduleFile;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * {@code /notice?path=/api/journals&status=429}: the complete response to a refused request, including status and
 * headers, so that a server or an application can pass it on unchanged. Built from the files written with the last dump
 * and the schedules in force; contacts no destination and no database. Thread-safe.
 */
final class NoticeEndpoint {
    /** Status of the endpoint itself for invalid parameters. */
    private static final int BAD_QUESTION = 422;

    /** A limiter that sends more digits probably uses another unit; every client can read nine digits. */
    private static final String SECONDS = "[0-9]{1,9}";

    private final Supplier<Collection<ScheduleFile>> schedules;
    private final Function<ScheduleFile, Path> homes;

    /**
     * Creates an endpoint for the schedules in force.
     *
     * @param homes returns the directory on this machine in which a schedule's dumps and notices are written
     */
    NoticeEndpoint(Supplier<Collection<ScheduleFile>> schedules, Function<ScheduleFile, Path> homes) {
        this.schedules = schedules;
        this.homes = homes;
    }

    /**
     * Answers regardless of the method, because some servers pass on that of the refused request. A browser's preflight
     * is allowed, because a script cannot read the notice otherwise.
     *
     * @param head receives the header fields that only a notice has
     */
    Answer answer(Request request, HttpFields.Mutable head) throws SpillwayException {
        HttpFields asked = request.getHeaders();
        if (request.getMethod().equals("OPTIONS") && asked.contains("Access-Control-Request-Method")) {
            head.put("Access-Control-Allow-Origin", "*");
            head.put("Access-Control-Allow-Methods", "*");
            head.put("Access-Control-Allow-Headers", "*");
            return Answer.text(200, "a preflight is not refused");
        }
        Map<String, String> question = parameters(request.getHttpURI().getQuery());
        Optional<NoticeKind> kind = kind(question.getOrDefault("status", "429"));
        if (kind.isEmpty()) {
            return Answer.text(BAD_QUESTION, "status must be 429, 403 or 400");
        }
        List<ScheduleFile> inForce = List.copyOf(schedules.get());
        Map<String, List<String>> covers = new HashMap<>();
        inForce.forEach(schedule -> covers.put(schedule.dataset(), schedule.covers()));
        String dataset =
                Negotiation.dataset(question.getOrDefault("path", ""), covers).orElse(null);
        NoticeSettings settings = settings(inForce, dataset);
        NoticeFormat format = Negotiation.format(joined(asked, "Accept"), asked.get(HttpHeader.USER_AGENT));
        String language = Negotiation.language(joined(asked, "Accept-Language"), settings.languages());
        NoticeFolder.Answer notice = folder(inForce, dataset, settings).read(dataset, kind.get(), language, format);
        String retryAfter = question.getOrDefault("retry-after", "");
        if (retryAfter.matches(SECONDS)) {
            head.put("Retry-After", retryAfter);
        } else if (kind.get() == NoticeKind.RATE_LIMITED) {
            head.put("Retry-After", String.valueOf(settings.retryAfterSeconds()));
        }
        head.put("Content-Language", notice.language());
        head.put("Vary", "Accept, Accept-Language, User-Agent");
        head.put("Access-Control-Allow-Origin", "*");
        head.put("Access-Control-Expose-Headers", "Retry-After, Link");
        String links = links(notice);
        if (!links.isEmpty()) {
            head.put("Link", links);
        }
        return new Answer(kind.get().status(), format.mediaType(), notice.body());
    }

    private static Optional<NoticeKind> kind(String status) {
        return status.matches("[0-9]{3}") ? NoticeKind.of(Integer.parseInt(status)) : Optional.empty();
    }

    /** The dataset's own settings, else the site's: those of the first schedule that has any. */
    private static NoticeSettings settings(List<ScheduleFile> inForce, @Nullable String dataset) {
        return inForce.stream()
                .filter(schedule -> schedule.dataset().equals(dataset) && schedule.notices() != null)
                .findFirst()
                .or(() -> inForce.stream()
                        .filter(schedule -> schedule.notices() != null)
                        .findFirst())
                .map(schedule -> Objects.requireNonNull(schedule.notices()).toSettings())
                .orElse(NoticeSettings.DEFAULT);
    }

    /** The folder with the dataset's notices; for the site, the first folder that has any. */
    private NoticeFolder folder(List<ScheduleFile> inForce, @Nullable String dataset, NoticeSettings settings) {
        NoticeFolder last = new NoticeFolder(null, settings);
        for (ScheduleFile schedule : inForce) {
            if (dataset == null || dataset.equals(schedule.dataset())) {
                last = new NoticeFolder(homes.apply(schedule).resolve(NoticeFiles.FOLDER), settings);
                if (last.isThere()) {
                    return last;
                }
            }
        }
        return last;
    }

    private static String links(NoticeFolder.Answer notice) {
        List<String> links = new ArrayList<>();
        if (notice.help() != null) {
            links.add("<" + notice.help() + ">; rel=\"help\"");
        }
        if (notice.links() != null) {
            links.add("<" + notice.links() + ">; rel=\"describedby\"; type=\"application/json\"");
        }
        return String.join(", ", links);
    }

    private static @Nullable String joined(HttpFields asked, String name) {
        List<String> values = asked.getValuesList(name);
        return values.isEmpty() ? null : String.join(", ", values);
    }

    /** The first value of each parameter; a value that cannot be decoded counts as missing. */
    private static Map<String, String> parameters(@Nullable String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query == null ? new String[0] : query.split("&", -1)) {
            int sign = pair.indexOf('=');
            if (sign > 0) {
                try {
                    parameters.putIfAbsent(
                            pair.substring(0, sign),
                            URLDecoder.decode(pair.substring(sign + 1), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    // An invalid percent escape; the site's notice fits any path.
                }
            }
        }
        return parameters;
    }
}
