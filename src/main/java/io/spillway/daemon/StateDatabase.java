package io.spillway.daemon;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.pool.HikariPool;
import io.spillway.config.ClearText;
import io.spillway.daemon.DaemonOptions.SharedDatabase;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.quartz.impl.jdbcjobstore.JobStoreSupport;
import org.quartz.impl.jdbcjobstore.StdJDBCDelegate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's persistent state: tables of Quartz and of Spillway, all with the prefix {@code SPILLWAY_}, in H2 or
 * PostgreSQL. Created at the first start; refused if a newer version of Spillway created them.
 */
final class StateDatabase implements AutoCloseable {
    /** Prefix of Quartz's tables, so that another program's Quartz can share the database. */
    static final String TABLE_PREFIX = "SPILLWAY_QRTZ_";

    /** Quartz needs one connection for each job thread, and some more; connections are opened on demand. */
    private static final int CONNECTIONS = 16;

    /** An arbitrary number: daemons that create tables concurrently wait for each other on this lock. */
    private static final long SETUP_LOCK = 7_745_529_401L;

    private static final List<String> TABLES = List.of(
            "CREATE TABLE SPILLWAY_STATE (VERSION INTEGER NOT NULL)",
            """
            CREATE TABLE SPILLWAY_DATASETS (
              DATASET VARCHAR(64) NOT NULL PRIMARY KEY,
              KNOWN_SINCE BIGINT NOT NULL,
              BEGAN BIGINT, ENDED BIGINT, NODE VARCHAR(200), ATTEMPT INTEGER,
              OUTCOME VARCHAR(20), FAULT VARCHAR(40), MESSAGE VARCHAR(2000), FAILURES INTEGER NOT NULL,
              SUCCESS_BEGAN BIGINT, SUCCESS_ENDED BIGINT, DUMP VARCHAR(200), DOCUMENTS BIGINT, BYTES BIGINT,
              ALERTED VARCHAR(20))""",
            "INSERT INTO SPILLWAY_STATE (VERSION) VALUES (1)");

    /**
     * The changes of each version since version 2. H2 commits each statement separately, so a change may already exist
     * after an interrupted start.
     */
    private static final List<List<String>> UPGRADES = List.of(List.of(
            "ALTER TABLE SPILLWAY_DATASETS ADD COLUMN IF NOT EXISTS MISSING INTEGER DEFAULT 0 NOT NULL",
            "CREATE TABLE IF NOT EXISTS SPILLWAY_FULL_FOLDERS (FOLDER VARCHAR(1000) NOT NULL PRIMARY KEY)"));

    /** Of Spillway's tables and Quartz's; incremented with each change of either. */
    private static final int VERSION = 1 + UPGRADES.size();

    private static final Logger LOG = LoggerFactory.getLogger(StateDatabase.class);

    /** One or several hosts, with their ports. Without any, the driver uses localhost. */
    private static final Pattern HOSTS = Pattern.compile("jdbc:postgresql:(?://([^/?]*))?.*");

    /** H2's code of a file that it cannot read. */
    private static final int DAMAGED = 90_030;

    private final HikariDataSource pool;
    private final boolean shared;

    private StateDatabase(HikariDataSource pool, boolean shared) {
        this.pool = pool;
        this.shared = shared;
    }

    /** Opens the database in a folder that is locked for this daemon. */
    static StateDatabase inFolder(Path folder) throws SpillwayException {
        Path file = folder.resolve("state");
        if (file.toString().contains(";")) {
            throw new SpillwayException(
                    Fault.CONFIG, "the state folder " + folder + " has a ; in its name", "name another with --state");
        }
        Path stored = folder.resolve("state.mv.db");
        try {
            if (!Files.exists(stored, LinkOption.NOFOLLOW_LINKS)) {
                Files.createFile(stored);
            } else if (!Files.isRegularFile(stored, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("it is not a regular file");
            }
            Folders.makePrivate(stored);
        } catch (IOException e) {
            throw unusable("the state database " + stored, e);
        }
        HikariConfig config = new HikariConfig();
        // async: otherwise the file would be closed when a thread that uses it is interrupted, as Quartz interrupts its
        // own at shutdown. WRITE_DELAY=0: by default a commit reaches the disk after half a second, and a killed
        // process would forget what it ran. DB_CLOSE_ON_EXIT=FALSE: Spillway closes the database, not a concurrent
        // shutdown hook. TRACE_LEVEL_FILE=4: logs through SLF4J.
        config.setJdbcUrl("jdbc:h2:async:" + file + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=4");
        config.setExceptionOverride(new ClosedByItself());
        return open(config, false, "the state database " + file + ".mv.db");
    }

    /**
     * H2 closes itself if it cannot write, for example on a full disk. Existing connections then fail, and only a new
     * one reopens it.
     */
    private static final class ClosedByItself implements SQLExceptionOverride {
        /** H2's error code for a closed database. */
        private static final int CLOSED = 90_098;

        @java.lang.Override
        public SQLExceptionOverride.Override adjudicate(SQLException e) {
            return e.getErrorCode() == CLOSED
                    ? SQLExceptionOverride.Override.MUST_EVICT
                    : SQLExceptionOverride.Override.CONTINUE_EVICT;
        }
    }

    /** Opens a database that several daemons share. */
    static StateDatabase shared(SharedDatabase database) throws SpillwayException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        if (database.user() != null) {
            config.setUsername(database.user());
        }
        if (database.password() != null) {
            config.setPassword(database.password().reveal());
        }
        String name = "the database " + withoutParameters(database.url());
        if (!isVerified(database.url())) {
            LOG.warn(
                    "{} is not authenticated: add sslmode=verify-full to its URL to protect the password and the"
                            + " state in transit",
                    name);
        }
        return open(config, true, name);
    }

    /** Whether the server is authenticated, or is on this machine. */
    static boolean isVerified(String url) {
        Matcher hosts = HOSTS.matcher(url);
        return url.matches(".*[?&]sslmode=verify-full(&.*)?")
                || (hosts.matches()
                        && (hosts.group(1) == null
                                || Stream.of(hosts.group(1).split(",", -1))
                                        .map(host -> host.replaceFirst(":\\d+$", ""))
                                        .allMatch(host -> host.isEmpty() || ClearText.isLocal(host))));
    }

    private static StateDatabase open(HikariConfig config, boolean shared, String name) throws SpillwayException {
        config.setPoolName("spillway-state");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        HikariDataSource pool;
        try {
            pool = new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException | IllegalArgumentException e) {
            throw unusable(name, e.getCause() == null ? e : e.getCause());
        }
        StateDatabase database = new StateDatabase(pool, shared);
        try {
            database.prepare(name);
            return database;
        } catch (SQLException | IOException e) {
            database.close();
            throw unusable(name, e);
        } catch (SpillwayException e) {
            database.close();
            throw e;
        }
    }

    /** Connections, each closed by the caller. */
    DataSource connections() {
        return pool;
    }

    /** Whether other daemons may use it. */
    boolean isShared() {
        return shared;
    }

    /** Quartz's delegate class for this database. */
    Class<? extends StdJDBCDelegate> dialect() {
        return shared ? StateObjects.OnPostgres.class : StateObjects.OnH2.class;
    }

    @Override
    public void close() {
        pool.close();
    }

    private void prepare(String name) throws SQLException, IOException, SpillwayException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                if (shared) {
                    statement.execute("SELECT pg_advisory_xact_lock(" + SETUP_LOCK + ")");
                }
                if (number(
                                statement,
                                "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE"
                                        + " LOWER(TABLE_NAME) = 'spillway_state' AND TABLE_SCHEMA = CURRENT_SCHEMA")
                        == 0) {
                    for (String table : quartzTables()) {
                        statement.execute(table);
                    }
                    for (String table : TABLES) {
                        statement.execute(table);
                    }
                }
                long found = number(statement, "SELECT MAX(VERSION) FROM SPILLWAY_STATE");
                if (found > VERSION) {
                    throw new SpillwayException(
                            Fault.CONFIG,
                            "%s was created by a newer Spillway: its version is %d, this one supports %d"
                                    .formatted(name, found, VERSION),
                            "run the newer Spillway, or restore the state from before the upgrade");
                }
                upgrade(statement, Math.toIntExact(found));
                refuseObjects(statement, name);
            }
            connection.commit();
        }
    }

    /**
     * Refuses a database with Java objects, which Spillway never stores: calendars and triggers of Quartz that are kept as
     * objects. Nothing of them is read.
     */
    private static void refuseObjects(Statement statement, String name) throws SQLException, SpillwayException {
        for (String table : List.of("CALENDARS", "BLOB_TRIGGERS")) {
            long rows = number(statement, "SELECT COUNT(*) FROM " + TABLE_PREFIX + table);
            if (rows > 0) {
                throw new SpillwayException(
                        Fault.CONFIG,
                        "%s has %d Java objects in %s%s, where Spillway stores none: another program has written to it"
                                .formatted(name, rows, TABLE_PREFIX, table),
                        "find out who may write to this database, and restore the state; if another scheduler uses its"
                                + " tables, give Spillway a database or a schema of its own");
            }
        }
    }

    private static void upgrade(Statement statement, int found) throws SQLException {
        for (int version = found + 1; version <= VERSION; version++) {
            for (String change : UPGRADES.get(version - 2)) {
                statement.execute(change);
            }
            statement.execute("UPDATE SPILLWAY_STATE SET VERSION = " + version);
        }
    }

    private static long number(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Quartz's own script, without statements that would drop existing tables. */
    private List<String> quartzTables() throws IOException {
        String script = shared ? "tables_postgres.sql" : "tables_h2.sql";
        try (InputStream in = JobStoreSupport.class.getResourceAsStream(script)) {
            if (in == null) {
                throw new IOException("Quartz has no " + script);
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.stripLeading().startsWith("--"))
                    .collect(Collectors.joining("\n"))
                    .replace("QRTZ_", TABLE_PREFIX);
            return List.of(text.split(";", -1)).stream()
                    .map(String::strip)
                    .filter(each -> !each.isEmpty() && !each.startsWith("DROP") && !each.startsWith("COMMIT"))
                    .toList();
        }
    }

    /** Parameters may contain a password. */
    static String withoutParameters(String url) {
        return url.split("[?;]", 2)[0];
    }

    /** Whether the same call may succeed later: no wrong password, missing database or damaged file is the cause. */
    private static boolean mayPass(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        // PostgreSQL: 28 is a rejected login, 3D a missing database, 42 a missing right. H2: 90030 is a damaged file.
        return !state.startsWith("28")
                && !state.startsWith("3D")
                && !state.startsWith("42")
                && e.getErrorCode() != DAMAGED;
    }

    private static SpillwayException unusable(String name, @Nullable Throwable cause) {
        return new SpillwayException(
                cause instanceof SQLException e && mayPass(e) ? Fault.STATE_UNAVAILABLE : Fault.CONFIG,
                "%s cannot be used (%s)".formatted(name, cause instanceof SQLException e ? e.getMessage() : cause),
                "see docs/operations.md for how to restore the state",
                cause);
    }
}
