package io.spillway.daemon;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.quartz.impl.jdbcjobstore.PostgreSQLDelegate;
import org.quartz.impl.jdbcjobstore.StdJDBCDelegate;

/**
 * Restricts the Java objects that Quartz deserializes from the state database to calendars and Quartz's own triggers.
 * Without this limit, anyone with write access to the database could have any class on the class path deserialized.
 * Spillway itself stores no Java objects.
 */
final class StateObjects {
    private static final ObjectInputFilter FILTER = ObjectInputFilter.Config.createFilter(String.join(
            ";",
            "maxdepth=20;maxrefs=5000;maxarray=5000;maxbytes=1000000",
            "org.quartz.impl.calendar.*;org.quartz.impl.triggers.*",
            "org.quartz.CronExpression;org.quartz.TimeOfDay;org.quartz.DateBuilder$IntervalUnit;org.quartz.JobDataMap",
            "org.quartz.utils.DirtyFlagMap;org.quartz.utils.StringKeyDirtyFlagMap",
            "java.util.Date;java.util.Calendar;java.util.GregorianCalendar;java.util.TimeZone;sun.util.calendar.ZoneInfo",
            "java.util.ArrayList;java.util.TreeSet;java.util.TreeMap;java.util.HashSet;java.util.HashMap",
            "java.util.Map$Entry;java.lang.Object;java.lang.String;java.lang.Enum",
            "java.lang.Number;java.lang.Integer;java.lang.Long;java.lang.Boolean",
            "!*"));

    private StateObjects() {}

    /**
     * Reads one object, or null if there is none.
     *
     * @throws java.io.InvalidClassException the object is, or contains, anything that Quartz does not need
     */
    static @Nullable Object read(byte @Nullable [] bytes) throws IOException, ClassNotFoundException {
        if (bytes == null || bytes.length == 0) {
            return null;
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(FILTER);
            return in.readObject();
        }
    }

    /** Quartz's SQL for H2. Public because Quartz creates it by name. */
    public static final class OnH2 extends StdJDBCDelegate {
        @Override
        protected @Nullable Object getObjectFromBlob(ResultSet row, String column)
                throws ClassNotFoundException, IOException, SQLException {
            return read(row.getBytes(column));
        }
    }

    /** Quartz's SQL for PostgreSQL. Public because Quartz creates it by name. */
    public static final class OnPostgres extends PostgreSQLDelegate {
        @Override
        protected @Nullable Object getObjectFromBlob(ResultSet row, String column)
                throws ClassNotFoundException, IOException, SQLException {
            return read(row.getBytes(column));
        }
    }
}
