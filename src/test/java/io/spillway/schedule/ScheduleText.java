package io.spillway.schedule;

import io.spillway.config.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Texts of schedules for tests of their keys. */
final class ScheduleText {
    static final String FRENCH = "src/main/resources/io/spillway/page/texts_fr.properties";
    /** Every secret of a test has this value. */
    static final String HUNTER = "hunter2";

    static final String LONG_SECRET = "hunter2hunter2hunter2";

    static final Map<String, String> ENVIRONMENT = Map.of(
            "SECRET",
            HUNTER,
            "LONG_SECRET",
            LONG_SECRET,
            "ELASTICSEARCH_URL",
            "https://search.example.org:9200",
            "ELASTICSEARCH_API_KEY",
            HUNTER);

    static final String FINGERPRINT = "AB:".repeat(31) + "CD";

    static final String LEAST = """
            dataset: d
            source: {elasticsearch: "http://localhost:9200", index: i}
            destinations: [{directory: dumps}]
            """;

    /** A file with a line that replaces the one in {@link #LEAST}. */
    static final String WITHOUT_SOURCE = "dataset: d\ndestinations: [{directory: dumps}]\n";

    private ScheduleText() {}

    static String source(String keys) {
        return WITHOUT_SOURCE + "source: {" + keys + "}\n";
    }

    static String ok(String more) {
        return "elasticsearch: 'http://localhost:9200', index: i, " + more;
    }

    static String times(String cron) {
        return "schedule: {cron: '" + cron + "'}";
    }

    static String inRepository(String more) {
        return "snapshot-repository: {directory: backups}, index: i" + more;
    }

    /** Reads a file with this text, {@code s.yaml} in the folder, with the variables of {@link #ENVIRONMENT}. */
    static ScheduleFile read(Path folder, String text) throws Exception {
        return ConfigFile.read(Files.writeString(folder.resolve("s.yaml"), text), ScheduleFile.class, ENVIRONMENT::get);
    }
}
