package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Spelling;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.License;
import io.spillway.notices.NoticeFiles;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One dataset: what is published of which index, in which files, and where to. The components are the keys of the
 * file; their descriptions, defaults and limits stand in {@code docs/configuration.md}.
 */
@JsonClassDescription("One dataset that Spillway publishes: what, of which index, in which files, where to")
public record ScheduleFile(
        @JsonPropertyDescription("Name of the dataset; becomes part of every path")
        @Pattern(
                regexp = Dataset.NAME_PATTERN,
                message = "must be 1 to 64 of a-z, 0-9 and -, beginning and ending with a letter or digit")
        String dataset,

        @JsonPropertyDescription("Name for people; the dataset's name when absent")
        @Pattern(regexp = NOT_BLANK, message = NOT_BLANK_MESSAGE)
        @Nullable
        String title,

        @JsonPropertyDescription("What the dataset is, for people")
        @Pattern(regexp = NOT_BLANK, message = NOT_BLANK_MESSAGE)
        @Nullable
        String description,

        @JsonPropertyDescription(
                "Licence of the data: an SPDX identifier such as CC0-1.0, an expression such as MIT OR CC0-1.0, or"
                        + " LicenseRef-NAME for one's own")
        @Pattern(
                regexp = "^" + SPDX_ID + "(?: +(?:[Aa][Nn][Dd]|[Oo][Rr]|[Ww][Ii][Tt][Hh]) +" + SPDX_ID + ")* *$",
                message = "must be an SPDX identifier such as CC0-1.0, or an expression of several")
        @Nullable
        String license,

        @JsonPropertyDescription("Address of a page about the dataset") @Nullable
        URI homepage,

        @JsonPropertyDescription("Who publishes the data, by name; a dump's CITATION.cff names it")
        @Pattern(regexp = NOT_BLANK, message = NOT_BLANK_MESSAGE)
        @Nullable
        String publisher,

        @JsonPropertyDescription(
                "Routes of the site that a dump of this dataset replaces: /search is itself and what is below it,"
                        + " /search* is everything that begins with it")
        @JsonProperty(defaultValue = "[]")
        List<@Pattern(regexp = "^/\\S*$", message = "must begin with / and have no spaces") String> covers,

        @JsonPropertyDescription("Where the documents come from")
        SourceSection source,

        @JsonPropertyDescription("What is published of each document; everything when absent")
        @JsonProperty(defaultValue = "{}")
        FieldsSection fields,

        @JsonPropertyDescription("What kinds of files a dump has")
        @JsonProperty(defaultValue = "[{jsonl: {}}]")
        @Size(min = 1)
        List<FormatSection> formats,

        @JsonPropertyDescription("When a file is full and the next one begins") @JsonProperty(defaultValue = "{}")
        PartsSection parts,

        @JsonPropertyDescription("Where dumps are put; one directory at most") @Size(min = 1)
        List<DestinationSection> destinations,

        @JsonPropertyDescription(
                "Folder for what is kept between runs; without a directory among the destinations, dumps are written"
                        + " there first")
        @Nullable
        Path state,

        @JsonPropertyDescription("What keeps a dump from being published") @JsonProperty(defaultValue = "{}")
        GateSection gate,

        @JsonPropertyDescription("Which dumps stay after a new one; all of them when absent") @Nullable
        KeepSection keep,

        @JsonPropertyDescription("What refused clients are told, for the whole site; as it was when absent") @Nullable
        NoticesSection notices,

        @JsonPropertyDescription("When the daemon exports; never by itself when absent") @Nullable
        TimesSection schedule) {

    /** An identifier of an expression, with parentheses that close behind it and blanks around those before it. */
    private static final String SPDX_ID = "(?: *[(])* *[A-Za-z0-9][A-Za-z0-9.+:-]*(?: *[)])*";

    private static final String NOT_BLANK = "^\\s*\\S[\\s\\S]*$";
    private static final String NOT_BLANK_MESSAGE = "must not be blank";

    /**
     * Fails with {@link IllegalArgumentException} where the licence is unknown, where two formats would write files of the same names, and on several
     * directories; and on a dataset whose folder would be that of the notices.
     */
    public ScheduleFile {
        license = license == null ? null : License.normalized(license, Spelling::nearest);
        covers = List.copyOf(covers);
        formats = List.copyOf(formats);
        destinations = List.copyOf(destinations);
        requireOneDirectory(destinations);
        if (dataset.equals(NoticeFiles.FOLDER)) {
            throw new IllegalArgumentException("dataset must not be called " + dataset + ": that folder is taken");
        }
        Set<String> fileKinds = new HashSet<>();
        for (FormatSection format : formats) {
            if (!fileKinds.add(format.fileKind())) {
                throw new IllegalArgumentException("two formats would write files of the same names");
            }
        }
    }

    private static void requireOneDirectory(List<DestinationSection> destinations) {
        if (destinations.stream()
                        .filter(each -> each != null && each.directory() != null)
                        .count()
                > 1) {
            throw new IllegalArgumentException("destinations must name one directory at most");
        }
    }

    /** What the file says about the dataset itself; the title is the name where none is given. */
    public Dataset toDataset() {
        String page = homepage == null ? null : homepage.toString();
        return new Dataset(dataset, title == null ? dataset : title, description, license, page, covers, publisher);
    }
}
