package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.dataset.Dataset;
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
 * One dataset: its source, published fields, formats and destinations. The components are the keys of the file; {@code
 * docs/configuration.md} documents their descriptions, defaults and limits.
 */
@JsonClassDescription("One dataset that Spillway publishes: source, fields, formats and destinations")
public record ScheduleFile(
        @JsonPropertyDescription("Name of the dataset; part of every path")
        @Pattern(
                regexp = Dataset.NAME_PATTERN,
                message = "must be 1 to 64 of a-z, 0-9 and -, starting and ending with a letter or digit")
        String dataset,

        @JsonPropertyDescription("Title of the dataset; its name when absent")
        @Pattern(regexp = NOT_BLANK, message = NOT_BLANK_MESSAGE)
        @Nullable
        String title,

        @JsonPropertyDescription("Description of the dataset")
        @Pattern(regexp = NOT_BLANK, message = NOT_BLANK_MESSAGE)
        @Nullable
        String description,

        @JsonPropertyDescription(
                "Licence of the data: an SPDX identifier such as CC0-1.0, an expression such as MIT OR CC0-1.0, or a"
                        + " section with the name and URL of a licence that SPDX does not list")
        @Pattern(regexp = LicenseSection.SPDX_PATTERN, message = LicenseSection.SPDX_MESSAGE)
        @Nullable
        LicenseSection license,

        @JsonPropertyDescription("URL of a page about the dataset") @Nullable
        URI homepage,

        @JsonPropertyDescription("Publisher of the data, named in each dump's CITATION.cff")
        @Pattern(regexp = NOT_BLANK, message = NOT_BLANK_MESSAGE)
        @Nullable
        String publisher,

        @JsonPropertyDescription(
                "Routes of the site that a dump of this dataset replaces: /search covers itself and everything"
                        + " below it, /search* everything that starts with it")
        @JsonProperty(defaultValue = "[]")
        List<@Pattern(regexp = "^/\\S*$", message = "must begin with / and have no spaces") String> covers,

        @JsonPropertyDescription("Source of the documents") SourceSection source,

        @JsonPropertyDescription("Fields of each document to publish; all when absent")
        @JsonProperty(defaultValue = "{}")
        FieldsSection fields,

        @JsonPropertyDescription("File formats of a dump") @JsonProperty(defaultValue = "[{jsonl: {}}]") @Size(min = 1)
        List<FormatSection> formats,

        @JsonPropertyDescription("Files with the changes since the dump before; none when absent") @Nullable
        ChangesSection changes,

        @JsonPropertyDescription("Limits of a file, after which the next one starts") @JsonProperty(defaultValue = "{}")
        PartsSection parts,

        @JsonPropertyDescription("Destinations of dumps; at most one directory") @Size(min = 1)
        List<DestinationSection> destinations,

        @JsonPropertyDescription(
                "Folder for state between runs; dumps are written there first if no destination is a directory")
        @Nullable
        Path state,

        @JsonPropertyDescription("Conditions under which a dump is not published") @JsonProperty(defaultValue = "{}")
        GateSection gate,

        @JsonPropertyDescription("Retention of dumps after a new one; all are kept when absent") @Nullable
        KeepSection keep,

        @JsonPropertyDescription("Notices for refused clients, for the whole site; unchanged when absent") @Nullable
        NoticesSection notices,

        @JsonPropertyDescription("When the daemon exports; only on request when absent") @Nullable
        TimesSection schedule) {

    static final String NOT_BLANK = "^\\s*\\S[\\s\\S]*$";
    static final String NOT_BLANK_MESSAGE = "must not be blank";

    /**
     * Throws {@link IllegalArgumentException} if two formats would write files of the same
     * names, several destinations are directories, a bucket is the home beside others or changes, or the dataset's folder would be that of the notices.
     */
    public ScheduleFile {
        covers = List.copyOf(covers);
        formats = List.copyOf(formats);
        destinations = List.copyOf(destinations);
        requireOneDirectory(destinations);
        requireHomeAlone(destinations, changes);
        if (dataset.equals(NoticeFiles.FOLDER)) {
            throw new IllegalArgumentException("dataset must not be \"" + dataset + "\": that folder name is reserved");
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
            throw new IllegalArgumentException("destinations must contain at most one directory");
        }
    }

    private static void requireHomeAlone(List<DestinationSection> destinations, @Nullable ChangesSection changes) {
        if (destinations.stream().noneMatch(ScheduleFile::isHome)) {
            return;
        }
        if (destinations.size() > 1) {
            throw new IllegalArgumentException(
                    "destinations must contain nothing beside a bucket with home: true, in which dumps are made");
        }
        if (changes != null) {
            throw new IllegalArgumentException(
                    "changes cannot be made where the home is a bucket: they are compared with the files of the dump before");
        }
    }

    private static boolean isHome(@Nullable DestinationSection each) {
        return each != null && each.s3() != null && each.s3().home();
    }

    /** The bucket in which dumps are made, or null if they are made on a disk. */
    public @Nullable S3Section bucketHome() {
        return destinations.stream()
                .filter(ScheduleFile::isHome)
                .map(DestinationSection::s3)
                .findFirst()
                .orElse(null);
    }

    /** The description of the dataset; the title defaults to the name. */
    public Dataset toDataset() {
        String page = homepage == null ? null : homepage.toString();
        return new Dataset(
                dataset,
                title == null ? dataset : title,
                description,
                license == null ? null : license.spdx(),
                page,
                covers,
                publisher,
                license == null ? null : license.custom());
    }
}
