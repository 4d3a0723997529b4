package io.spillway.run;

import io.spillway.destination.Digests;
import io.spillway.schedule.FieldsSection;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.SourceSection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;

/**
 * Digest of the settings that decide the content of a dump. A waiting dump is sent only if its digest equals the
 * current one.
 */
final class Configuration {
    private Configuration() {}

    /**
     * SHA-256 over dataset, source, fields, formats and disclosure of a schedule. Part sizes, destinations and read
     * rates are not included.
     */
    static String digest(ScheduleFile schedule) {
        SourceSection source = schedule.source();
        FieldsSection fields = schedule.fields();
        List<Object> all = List.of(
                schedule.dataset(),
                source.index(),
                source.query() + (source.where().isEmpty() ? "" : " where " + new TreeMap<>(source.where())),
                source.publishQuery(),
                String.valueOf(source.routing()),
                source.notUtf8(),
                fields.include().stream().sorted().toList(),
                fields.exclude().stream().sorted().toList(),
                fields.blur(),
                fields.toPolicy().unlisted(),
                fields.hashKey() == null ? "" : fields.hashKey().reveal(),
                new TreeMap<>(fields.descriptions()),
                fields.examples(),
                schedule.formats());
        return Digests.sha256(all.toString().getBytes(StandardCharsets.UTF_8));
    }
}
