package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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

    @Test
    void aCalendarInTheDatabaseRunsNoCode() throws Exception {
        try (StateDatabase database = StateDatabase.inFolder(folder.toRealPath())) {
            try (Timetable timetable = Timetable.open(database, "test", 1, Duration.ofSeconds(5), Clock.systemUTC())) {
                String prefix = StateDatabase.TABLE_PREFIX;
                byte[] gadget = written(new Gadget());
                insert(database, "INSERT INTO " + prefix + "CALENDARS VALUES ('spillway', 'holidays', ?)", gadget);
                RUN.set(0);
                StdJDBCDelegate delegate = (StdJDBCDelegate)
                        database.dialect().getDeclaredConstructor().newInstance();
                delegate.initialize(
                        LoggerFactory.getLogger(StateObjectsTest.class),
                        prefix,
                        "spillway",
                        "test",
                        new CascadingClassLoadHelper(),
                        true,
                        "");
                try (Connection connection = database.connections().getConnection()) {
                    Throwable refusal = catchThrowable(() -> delegate.selectCalendar(connection, "holidays"));
                    assertThat(refusal).isInstanceOf(InvalidClassException.class);
                }
                assertThat(RUN).hasValue(0);
                assertThat(timetable.waiting()).isZero();
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
