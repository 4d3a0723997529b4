package io.spillway.support;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.Assumptions;

/** DuckDB as an independent reader of CSV, which accepts nothing that RFC 4180 does not allow. */
public final class DuckDb {
    private DuckDb() {}

    /**
     * Every row of a file, including the header, as text; null if a cell is empty without quotes. Fails on a row with
     * another number of cells. Skips the test if DuckDB has no library for this machine. The end of a name determines
     * the compression: none, {@code .gz} or {@code .zst}.
     */
    public static List<List<String>> rows(Path file, int columns) throws SQLException {
        String types = IntStream.range(0, columns)
                .mapToObj(i -> "'c" + i + "': 'VARCHAR'")
                .collect(Collectors.joining(", ", "{", "}"));
        String query = """
                SELECT * FROM read_csv('%s', auto_detect = false, header = false, columns = %s, delim = ',', quote = '"',
                    escape = '"', nullstr = '', allow_quoted_nulls = false, strict_mode = true,
                    null_padding = false, ignore_errors = false, parallel = false)
                """.formatted(file.toString().replace("'", "''"), types);
        List<List<String>> rows = new ArrayList<>();
        try (Connection connection = open();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(query)) {
            while (results.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    row.add(results.getString(column));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    /** The first column of a query that names files in {@code folder}; skips the test as {@link #rows} does. */
    public static List<String> texts(Path folder, String query) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET file_search_path = '" + folder.toString().replace("'", "''") + "'");
            try (ResultSet results = statement.executeQuery(query)) {
                while (results.next()) {
                    texts.add(results.getString(1));
                }
            }
        }
        return texts;
    }

    /** The number of rows of a query that names files in {@code folder}; skips the test as {@link #rows} does. */
    public static long count(Path folder, String query) throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET file_search_path = '" + folder.toString().replace("'", "''") + "'");
            try (ResultSet results = statement.executeQuery("SELECT count(*) FROM (" + query + ")")) {
                results.next();
                return results.getLong(1);
            }
        }
    }

    /** Runs statements that end with a semicolon and a line end; skips the test as {@link #rows} does. */
    public static void run(String script) throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            for (String each : script.split(";\n", -1)) {
                if (!each.isBlank()) {
                    statement.execute(each);
                }
            }
        }
    }

    private static Connection open() throws SQLException {
        try {
            return new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
        } catch (LinkageError e) {
            return Assumptions.abort("DuckDB's native library does not load here: " + e);
        }
    }
}
