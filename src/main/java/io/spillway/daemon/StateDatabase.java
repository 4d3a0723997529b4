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
 * What the daemon remembers: Quartz's tables and ours, all beginning with {@code SPILLWAY_}, in H2 or in PostgreSQL. Made
 * at the first start; refused where a newer version of Spillway has made them.
 */
final class StateDatabase implements AutoCloseable {
    /** What Quartz's tables begin with, so that another program's Quartz may share the database. */
    static final String TABLE_PREFIX = "SPILLWAY_QRTZ_";

    /** Quartz asks for a connection for each thread that runs jobs, and some; more are opened as they are needed. */
    private static final int CONNECTIONS = 16;

    /** Any number: all daemons that make tables at the same time wait for each other by it. */
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
     * What each version has more than the one before, from version 2 on. H2 commits each statement by itself, so that one
     * may be there already when the next start begins again.
     */
    private static final List<List<String>> UPGRADES = List.of(List.of(
            "ALTER TABLE SPILLWAY_DATASETS ADD COLUMN IF NOT EXISTS MISSING INTEGER DEFAULT 0 NOT NULL",
            "CREATE TABLE IF NOT EXISTS SPILLWAY_FULL_FOLDERS (FOLDER VARCHAR(1000) NOT NULL PRIMARY KEY)"));

    /** Of our tables and of Quartz's; one more for each change of either. */
    private static final int VERSION = 1 + UPGRADES.size();

    private static final Logger LOG = LoggerFactory.getLogger(StateDatabase.class);

    /** One host or several, with their ports. Without any, the driver takes localhost. */
    private static final Pattern HOSTS = Pattern.compile("jdbc:postgresql:(?://([^/?]*))?.*");

    /** H2's code of a file that it cannot read. */
    private static final int DAMAGED = 90_030;

    private final HikariDataSource pool;
    private final boolean shared;

    private StateDatabase(HikariDataSource pool, boolean shared) {
        this.pool = pool;
        this.shared = shared;
    }

    /** The database in a folder that is locked for this daemon. */
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
                throw new IOException("it is no regular file");
            }
            Folders.makePrivate(stored);
        } catch (IOException e) {
            throw unusable("the state database " + stored, e);
        }
        HikariConfig config = new HikariConfig();
        // Async: else the file would be closed when a thread that uses it is interrupted, as Quartz does with its own
        // at the end. Committed is on disk: the default waits half a second, in which a killed process would forget
        // what it ran.
        // Closed by us, not by a shutdown hook that runs beside ours. Trace level 4 goes to our log.
        config.setJdbcUrl("jdbc:h2:async:" + file + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=4");
        config.setExceptionOverride(new ClosedByItself());
        return open(config, false, "the state database " + file + ".mv.db");
    }

    /**
     * H2 closes itself where it cannot write, as on a full disk. Its connections are of no use from then on, and only a new
     * one opens it again.
     */
    private static final class ClosedByItself implements SQLExceptionOverride {
        /** H2's code for it. */
        private static final int CLOSED = 90_098;

        @java.lang.Override
        public SQLExceptionOverride.Override adjudicate(SQLException e) {
            return e.getErrorCode() == CLOSED
                    ? SQLExceptionOverride.Override.MUST_EVICT
                    : SQLExceptionOverride.Override.CONTINUE_EVICT;
        }
    }

    /** A database that several daemons share. */
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
                    "{} is not proved by a certificate: add sslmode=verify-full to its address, or who is between may read"
                            + " the password and write the state",
                    name);
        }
        return open(config, true, name);
    }

    /** Whether the server has to prove who it is, or is on this machine. */
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

    /** Its connections, which the caller closes, one by one. */
    DataSource connections() {
        return pool;
    }

    /** Whether other daemons may use it. */
    boolean isShared() {
        return shared;
    }

    /** The class by which Quartz speaks to it. */
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
                            "%s was made by a newer Spillway: its version is %d, this one knows %d"
                                    .formatted(name, found, VERSION),
                            "run the newer Spillway, or restore the state from before the upgrade");
                }
                upgrade(statement, Math.toIntExact(found));
            }
            connection.commit();
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

    /** From Quartz's own script, without what would remove tables that are there. */
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

    /** Behind a question mark there may be a password. */
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
                "see docs/operations.md for what the state is and how it is restored",
                cause);
    }
}
