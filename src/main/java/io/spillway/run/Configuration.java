package io.spillway.run;

import io.spillway.destination.Digests;
import io.spillway.schedule.FieldsSection;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.SourceSection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;

/** What decides on the content of a dump, as a digest: a dump that waits is sent only where that is the same. */
final class Configuration {
    private Configuration() {}

    /**
     * The SHA-256 of what a schedule says of dataset, source, fields, formats and disclosure. Where files are cut, where they
     * go and how gently the source is read does not count.
     */
    static String digest(ScheduleFile schedule) {
        SourceSection source = schedule.source();
        FieldsSection fields = schedule.fields();
        List<Object> all = List.of(
                schedule.dataset(),
                source.index(),
                String.valueOf(source.query()),
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
