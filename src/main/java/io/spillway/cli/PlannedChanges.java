package io.spillway.cli;

import io.spillway.changes.ChangeMaker;
import io.spillway.pipeline.ChangeRoom;
import io.spillway.pipeline.SizeEstimate;
import io.spillway.progress.Amounts;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.SourceSurvey;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/** What {@code plan} states about the room that changes need. */
final class PlannedChanges {
    private PlannedChanges() {}

    /** Prints it for people. {@code sizes} is empty while fields are undecided. */
    static void print(PrintWriter out, SourceSurvey survey, List<SizeEstimate> sizes) {
        ChangeRoom room = ifAllDiffer(survey, sizes);
        out.printf(
                "changes       about %s stay on this disk (%d bytes and the key for each document), and about twice as much"
                        + " is needed during an export%n",
                Amounts.bytes(room.kept()), ChangeMaker.keptBytes());
        if (!sizes.isEmpty()) {
            out.printf(
                    "              files with changes: as large as the documents that differ, at most %s; while they are"
                            + " written, at most %s more%n",
                    Amounts.bytes(room.files()), Amounts.bytes(room.unpacked()));
        }
    }

    /** Bytes of digests during an export; 0 without changes. */
    static long digestBytes(ScheduleFile schedule, SourceSurvey survey) {
        return schedule.changes() == null ? 0 : ifAllDiffer(survey, List.of()).digests();
    }

    /** Adds it for programs. */
    static void put(Map<String, Object> line, SourceSurvey survey, List<SizeEstimate> sizes) {
        ChangeRoom room = ifAllDiffer(survey, sizes);
        line.put("changes_bytes_per_document", ChangeMaker.keptBytes());
        line.put("changes_bytes_at_most", room.files());
        line.put("changes_scratch_bytes", room.digests() + room.unpacked());
    }

    private static ChangeRoom ifAllDiffer(SourceSurvey survey, List<SizeEstimate> sizes) {
        return ChangeRoom.ifAllDiffer(survey.documents(), sizes, survey.slices(), survey.lanes());
    }
}
