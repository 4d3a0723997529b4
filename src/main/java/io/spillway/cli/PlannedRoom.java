package io.spillway.cli;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.pipeline.DiskRoom;
import io.spillway.progress.Amounts;
import io.spillway.run.Destinations;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.SourceSurvey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The room on the disk that a dump is made on.
 *
 * @param directory in which files are written
 * @param free      bytes on its file system
 * @param needed    bytes that the export needs, estimated
 * @param inBucket  whether only parts in progress are written there, because a bucket is the home
 * @param lanes     number of slices that are read at the same time
 */
record PlannedRoom(Path directory, long free, long needed, boolean inBucket, int lanes) {

    /** @param bytes of the dump, estimated */
    static PlannedRoom of(ScheduleFile schedule, SourceSurvey survey, long bytes) throws SpillwayException {
        Path directory = Destinations.homePath(schedule);
        boolean inBucket = schedule.bucketHome() != null;
        long parts = DiskRoom.forParts(
                schedule.parts().bytes().bytes(), schedule.formats().size(), survey.lanes());
        long dump = bytes + PlannedChanges.digestBytes(schedule, survey);
        return new PlannedRoom(
                directory, free(directory), inBucket ? Math.min(bytes, parts) : dump, inBucket, survey.lanes());
    }

    /** {@code (12 GB free)}, with a warning where that is too little. */
    String text() {
        return "(%s free%s)"
                .formatted(
                        Amounts.bytes(free),
                        free >= needed
                                ? ""
                                : inBucket
                                        ? ", possibly too little for the parts"
                                        : ", possibly too little for the dump");
    }

    /** Prints what is written where, if a bucket is the home. */
    void printHome(PrintWriter out) {
        if (inBucket) {
            out.printf("home          the bucket: dumps are made there, without a torrent%n");
            out.printf(
                    "parts         %s, at most %s at once: two for each of %d lanes and each format %s%n",
                    directory, Amounts.bytes(needed), lanes, text());
        }
    }

    /** Adds it to a plan as JSON. */
    void put(Map<String, Object> line) {
        line.put("destination", directory.toString());
        line.put("destination_free_bytes", free);
        if (inBucket) {
            line.put("bucket_home", true);
            line.put("parts_bytes", needed);
        }
    }

    /** Free bytes on the file system that has the directory, or will have it. */
    private static long free(Path directory) throws SpillwayException {
        Path there = directory;
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        try {
            return Files.getFileStore(there).getUsableSpace();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot read the free space of " + there + ": " + e.getMessage(),
                    null,
                    e);
        }
    }
}
