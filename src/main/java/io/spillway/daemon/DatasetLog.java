package io.spillway.daemon;

import io.spillway.deliver.DeliveryOutcome;
import io.spillway.manifest.Manifest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** One row for each dataset: its last export and outcome. Thread-safe. */
final class DatasetLog {
    private static final String RUNNING = "running";

    /** Rows for schedule files are stored in the table of folders; a folder's row never starts with this. */
    private static final String BROKEN_SCHEDULE = "schedule ";

    private static final int MAX_MESSAGE = 2_000;

    private final DataSource connections;
    private final String node;

    /** @param node name of this daemon in rows */
    DatasetLog(DataSource connections, String node) {
        this.connections = connections;
        this.node = node;
    }

    /** Records that a dataset has a schedule; does nothing if it is already recorded. */
    void known(String dataset, Instant now) throws SQLException {
        try (Connection connection = connections.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO SPILLWAY_DATASETS (DATASET, KNOWN_SINCE, FAILURES) SELECT ?, ?, 0 WHERE NOT EXISTS"
                                + " (SELECT 1 FROM SPILLWAY_DATASETS WHERE DATASET = ?)")) {
            insert.setString(1, dataset);
            insert.setLong(2, now.toEpochMilli());
            insert.setString(3, dataset);
            insert.executeUpdate();
        } catch (SQLException e) {
            // Another daemon may have inserted the row first: the key is unique.
            if (find(dataset).isEmpty()) {
                throw e;
            }
        }
    }

    /** Deletes everything about a dataset whose schedule was removed. */
    void forget(String dataset) throws SQLException {
        update("DELETE FROM SPILLWAY_DATASETS WHERE DATASET = ?", dataset);
    }

    /** Records the start of an attempt. */
    void began(String dataset, int attempt, Instant now) throws SQLException {
        known(dataset, now);
        update(
                "UPDATE SPILLWAY_DATASETS SET BEGAN = ?, ENDED = NULL, NODE = ?, ATTEMPT = ?, OUTCOME = ?, FAULT = NULL,"
                        + " MESSAGE = NULL WHERE DATASET = ?",
                now.toEpochMilli(),
                node,
                attempt,
                RUNNING,
                dataset);
    }

    /** Records the end of an attempt. */
    void ended(RunResult result) throws SQLException {
        update(
                "UPDATE SPILLWAY_DATASETS SET ENDED = ?, OUTCOME = ?, FAULT = ?, MESSAGE = ? WHERE DATASET = ?",
                result.ended().toEpochMilli(),
                result.outcome().name().toLowerCase(Locale.ROOT),
                result.failure() == null ? null : result.failure().fault(),
                result.failure() == null ? null : shortened(result.failure().message()),
                result.dataset());
        if (result.delivery() != null) {
            reached(result, result.delivery());
        }
        switch (result.outcome()) {
            case NOTHING_NEW ->
                // The source was asked at this time, so the next dump is late only after the next one.
                update(
                        "UPDATE SPILLWAY_DATASETS SET FAILURES = 0, SUCCESS_BEGAN = ? WHERE DATASET = ?",
                        result.began().toEpochMilli(),
                        result.dataset());
            case PUBLISHED, PARTIAL ->
                update("UPDATE SPILLWAY_DATASETS SET FAILURES = 0 WHERE DATASET = ?", result.dataset());
            case REFUSED, FAILED, RETRIES ->
                update("UPDATE SPILLWAY_DATASETS SET FAILURES = FAILURES + 1 WHERE DATASET = ?", result.dataset());
            case STOPPED -> {
                // Neither: it restarts.
            }
        }
    }

    /** Records a dump that became public, once: a later delivery does not change when it was made. */
    private void reached(RunResult result, DeliveryOutcome delivery) throws SQLException {
        update("UPDATE SPILLWAY_DATASETS SET MISSING = ? WHERE DATASET = ?", delivery.missing(), result.dataset());
        Manifest manifest = delivery.newest();
        if (manifest == null || delivery.nowhere()) {
            return;
        }
        Instant began = result.report() == null ? manifest.takenAt() : result.began();
        update(
                "UPDATE SPILLWAY_DATASETS SET SUCCESS_BEGAN = ?, SUCCESS_ENDED = ?, DUMP = ?, DOCUMENTS = ?, BYTES = ?"
                        + " WHERE DATASET = ? AND (DUMP IS NULL OR DUMP <> ?)",
                began.toEpochMilli(),
                result.ended().toEpochMilli(),
                manifest.dump(),
                manifest.documents(),
                manifest.bytes(),
                result.dataset(),
                manifest.dump());
    }

    /**
     * Records an open alert, or that it is resolved.
     *
     * @param alert the alert, or null if resolved
     * @return whether this changed; true for one of several daemons that call this concurrently
     */
    boolean alerted(String dataset, @Nullable String alert) throws SQLException {
        if (alert == null) {
            return update(
                            "UPDATE SPILLWAY_DATASETS SET ALERTED = NULL WHERE DATASET = ? AND ALERTED IS NOT NULL",
                            dataset)
                    > 0;
        }
        return update(
                        "UPDATE SPILLWAY_DATASETS SET ALERTED = ? WHERE DATASET = ? AND"
                                + " (ALERTED IS NULL OR ALERTED <> ?)",
                        alert,
                        dataset,
                        alert)
                > 0;
    }

    /**
     * Records that a folder lacks space, or has it again.
     *
     * @return whether this changed; true for one of several daemons that call this concurrently
     */
    boolean lacksRoom(String folder, boolean lacks) throws SQLException {
        if (!lacks) {
            return update("DELETE FROM SPILLWAY_FULL_FOLDERS WHERE FOLDER = ?", folder) > 0;
        }
        try {
            return update(
                            "INSERT INTO SPILLWAY_FULL_FOLDERS (FOLDER) SELECT ? WHERE NOT EXISTS"
                                    + " (SELECT 1 FROM SPILLWAY_FULL_FOLDERS WHERE FOLDER = ?)",
                            folder,
                            folder)
                    > 0;
        } catch (SQLException e) {
            // 23: another daemon inserted the row first, the key is unique.
            if (e.getSQLState() != null && e.getSQLState().startsWith("23")) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Records that a schedule file is broken, or valid again.
     *
     * @param file the host's name and the file's
     * @return whether this changed; true for one of several daemons that call this concurrently
     */
    boolean brokenSchedule(String file, boolean broken) throws SQLException {
        return lacksRoom(BROKEN_SCHEDULE + file, broken);
    }

    /** The files that {@link #brokenSchedule} recorded as broken. */
    List<String> brokenSchedules() throws SQLException {
        List<String> files = new ArrayList<>();
        try (Connection connection = connections.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT FOLDER FROM SPILLWAY_FULL_FOLDERS ORDER BY FOLDER");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                String name = rows.getString(1);
                if (name.startsWith(BROKEN_SCHEDULE)) {
                    files.add(name.substring(BROKEN_SCHEDULE.length()));
                }
            }
        }
        return files;
    }

    /** The stored state of a dataset. */
    Optional<DatasetState> find(String dataset) throws SQLException {
        return Optional.ofNullable(all().get(dataset));
    }

    /** The stored states, by dataset name. */
    SortedMap<String, DatasetState> all() throws SQLException {
        SortedMap<String, DatasetState> states = new TreeMap<>();
        try (Connection connection = connections.getConnection();
                PreparedStatement select = connection.prepareStatement("SELECT * FROM SPILLWAY_DATASETS");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                states.put(rows.getString("DATASET"), state(rows));
            }
        }
        return states;
    }

    private static DatasetState state(ResultSet row) throws SQLException {
        Instant began = instant(row, "BEGAN");
        Instant successBegan = instant(row, "SUCCESS_BEGAN");
        Instant successEnded = instant(row, "SUCCESS_ENDED");
        return new DatasetState(
                row.getString("DATASET"),
                Instant.ofEpochMilli(row.getLong("KNOWN_SINCE")),
                began == null
                        ? null
                        : new DatasetState.Attempt(
                                row.getInt("ATTEMPT"),
                                began,
                                instant(row, "ENDED"),
                                row.getString("NODE"),
                                row.getString("OUTCOME"),
                                text(row, "FAULT"),
                                text(row, "MESSAGE")),
                row.getInt("FAILURES"),
                row.getInt("MISSING"),
                successBegan == null || successEnded == null
                        ? null
                        : new DatasetState.Success(
                                successBegan,
                                successEnded,
                                row.getString("DUMP"),
                                row.getLong("DOCUMENTS"),
                                row.getLong("BYTES")),
                text(row, "ALERTED"));
    }

    private static @Nullable String text(ResultSet row, String column) throws SQLException {
        return row.getString(column);
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    private int update(String sql, @Nullable Object... values) throws SQLException {
        try (Connection connection = connections.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    private static @Nullable String shortened(@Nullable String message) {
        return message == null || message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE);
    }
}
