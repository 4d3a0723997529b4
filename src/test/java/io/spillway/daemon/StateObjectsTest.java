package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.TimesSection.Missed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.URL;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.quartz.CronScheduleBuilder;
import org.quartz.TriggerBuilder;
import org.quartz.impl.calendar.BaseCalendar;
import org.quartz.impl.calendar.CronCalendar;
import org.quartz.impl.calendar.HolidayCalendar;
import org.quartz.impl.calendar.WeeklyCalendar;
import org.quartz.impl.jdbcjobstore.StdJDBCDelegate;
import org.quartz.simpl.CascadingClassLoadHelper;
import org.slf4j.LoggerFactory;

/** Which Java objects are read from the state database. */
@Timeout(60)
@SuppressWarnings({"JavaUtilDate", "URLEqualsHashCode"}) // what Quartz stores, and what an attacker would
@Tag("slow")
class StateObjectsTest {
    private static final AtomicInteger RUN = new AtomicInteger();

    @TempDir
    private Path folder;

    /** Represents any class of the class path that acts when it is deserialized. */
    private static final class Gadget implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            RUN.incrementAndGet();
        }
    }

    static Stream<Object> ofQuartz() throws Exception {
        HolidayCalendar holidays = new HolidayCalendar(new BaseCalendar(TimeZone.getTimeZone("Europe/Berlin")));
        holidays.addExcludedDate(new Date(0));
        return Stream.of(
                holidays,
                new WeeklyCalendar(),
                new CronCalendar("0 0 3 * * ?"),
                TriggerBuilder.newTrigger()
                        .withIdentity("d", "times")
                        .forJob("d", "exports")
                        .usingJobData("attempt", "1")
                        .withSchedule(CronScheduleBuilder.cronSchedule("0 0 3 * * ?"))
                        .build());
    }

    @ParameterizedTest
    @MethodSource("ofQuartz")
    void calendarsAndTriggersOfQuartzAreRead(Object object) throws Exception {
        assertThat(StateObjects.read(written(object))).isInstanceOf(object.getClass());
    }

    static Stream<Object> others() throws Exception {
        HashMap<Object, Object> map = new HashMap<>(Map.of("key", new Gadget()));
        return Stream.of(
                new Gadget(),
                map,
                new ArrayList<>(List.of(new Gadget())),
                new HashMap<>(Map.of(new URL("http://127.0.0.1:1/"), 1)),
                new ArrayList<>(List.of(new HolidayCalendar(), new Object[] {new Gadget()})));
    }

    @ParameterizedTest
    @MethodSource("others")
    void anyOtherClassIsRefusedBeforeItRuns(Object object) throws Exception {
        byte[] bytes = written(object);
        RUN.set(0);
        assertThatThrownBy(() -> StateObjects.read(bytes)).isInstanceOf(InvalidClassException.class);
        assertThat(RUN).hasValue(0);
    }

    @Test
    void anObjectWithTooManyReferencesIsRefused() throws Exception {
        List<Object> many = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            many.add(new Date(i));
        }
        byte[] bytes = written(many);
        assertThatThrownBy(() -> StateObjects.read(bytes)).isInstanceOf(InvalidClassException.class);
    }

    /** What a person who may write to the database can plant, as rows. */
    private enum Planted {
        A_CALENDAR("CALENDARS", "INSERT INTO %sCALENDARS VALUES ('spillway', 'holidays', ?)"),
        A_TRIGGER("BLOB_TRIGGERS", """
                INSERT INTO %sBLOB_TRIGGERS (SCHED_NAME, TRIGGER_NAME, TRIGGER_GROUP, BLOB_DATA)
                VALUES ('spillway', 'd', 'times', ?)""");

        private final String table;
        private final String insert;

        Planted(String table, String insert) {
            this.table = table;
            this.insert = insert.formatted(StateDatabase.TABLE_PREFIX);
        }
    }

    @ParameterizedTest
    @EnumSource(Planted.class)
    void anObjectInAFolderIsRefusedWithoutBeingRead(Planted planted) throws Exception {
        Path state = folder.toRealPath();
        refuses(() -> StateDatabase.inFolder(state), planted);
    }

    @ParameterizedTest
    @EnumSource(Planted.class)
    void anObjectInPostgresIsRefusedWithoutBeingRead(Planted planted) throws Exception {
        try (PostgresServer postgres = PostgresServer.start()) {
            refuses(() -> StateDatabase.shared(new DaemonOptions.SharedDatabase(postgres.url(), null, null)), planted);
        }
    }

    private interface Opening {
        StateDatabase open() throws Exception;
    }

    /** Plants an object while Quartz has the database, asks Quartz for it, and opens the database again. */
    private static void refuses(Opening opening, Planted planted) throws Exception {
        RUN.set(0);
        try (StateDatabase database = opening.open();
                Timetable timetable = Timetable.open(database, "test", 1, Duration.ofSeconds(5), Clock.systemUTC())) {
            ScheduleFile schedule = Schedules.of("d", Schedules.times(Schedules.FAR_AWAY, Missed.RUN_ONCE));
            timetable.apply(Map.of("d", schedule));
            insert(database, planted);

            assertThatThrownBy(() -> readObject(database, planted)).isInstanceOf(InvalidClassException.class);
            if (planted == Planted.A_TRIGGER) {
                assertThatThrownBy(() -> timetable.apply(Map.of("d", schedule))).isInstanceOf(SpillwayException.class);
            }
            assertThat(RUN).hasValue(0);
        }

        assertThatThrownBy(() -> opening.open().close())
                .isInstanceOfSatisfying(
                        SpillwayException.class,
                        refused -> assertThat(refused.fault()).isEqualTo(Fault.CONFIG))
                .hasMessageContaining("has 1 Java objects in " + StateDatabase.TABLE_PREFIX + planted.table);
        assertThat(RUN).hasValue(0);
    }

    /** Reads the object as Quartz does, by the delegate that it uses on this database. */
    private static void readObject(StateDatabase database, Planted planted) throws Exception {
        StdJDBCDelegate delegate =
                (StdJDBCDelegate) database.dialect().getDeclaredConstructor().newInstance();
        delegate.initialize(
                LoggerFactory.getLogger(StateObjectsTest.class),
                StateDatabase.TABLE_PREFIX,
                "spillway",
                "test",
                new CascadingClassLoadHelper(),
                true,
                "");
        try (Connection connection = database.connections().getConnection()) {
            if (planted == Planted.A_CALENDAR) {
                delegate.selectCalendar(connection, "holidays");
                return;
            }
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT BLOB_DATA FROM " + StateDatabase.TABLE_PREFIX + "BLOB_TRIGGERS")) {
                assertThat(row.next()).isTrue();
                if (delegate instanceof StateObjects.OnPostgres postgres) {
                    postgres.getObjectFromBlob(row, "BLOB_DATA");
                } else {
                    ((StateObjects.OnH2) delegate).getObjectFromBlob(row, "BLOB_DATA");
                }
            }
        }
    }

    private static void insert(StateDatabase database, Planted planted) throws Exception {
        insert(database, planted.insert, written(new Gadget()));
        if (planted == Planted.A_TRIGGER) {
            try (Connection connection = database.connections().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("UPDATE " + StateDatabase.TABLE_PREFIX + "TRIGGERS SET TRIGGER_TYPE = 'BLOB'");
            }
        }
    }

    private static void insert(StateDatabase database, String sql, byte[] bytes) throws Exception {
        try (Connection connection = database.connections().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setBytes(1, bytes);
            statement.executeUpdate();
        }
    }

    private static byte[] written(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }
}
