package io.spillway.notices.kit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A folder of notices that contain their own names. */
final class Notices {
    static final List<String> LANGUAGES = List.of("en", "de", "pt");

    private final Path folder;

    Notices(Path folder) {
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    /** Every notice of the site and of these datasets. */
    void write(List<String> datasets) throws IOException {
        write("");
        for (String dataset : datasets) {
            write(dataset + "/");
        }
    }

    private void write(String page) throws IOException {
        Files.createDirectories(folder.resolve(page));
        for (int status : List.of(429, 403, 400)) {
            for (String form : List.of("json", "html", "txt")) {
                put(page + status + "." + form, text(page, status, "en", form));
                for (String language : LANGUAGES) {
                    put(page + status + "." + language + "." + form, text(page, status, language, form));
                }
            }
        }
    }

    /** Replaces a file in one step, readable by everyone. */
    void put(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Path fresh = Files.writeString(file.resolveSibling("." + file.getFileName()), text);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Makes it unreadable. */
    void forbid(String name) throws IOException {
        Files.setPosixFilePermissions(folder.resolve(name), PosixFilePermissions.fromString("---------"));
    }

    /** Removes every notice of a page. */
    void removeAll(String page) throws IOException {
        try (var files = Files.newDirectoryStream(folder.resolve(page), "4*")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    /** The text of a notice. */
    static String text(String page, int status, String language, String form) {
        String who = page.isEmpty() ? "site" : page.replace("/", "");
        String words = who + " " + status + " " + language;
        return switch (form) {
            case "json" -> "{\"title\":\"" + words + "\",\"status\":" + status + "}\n";
            case "html" -> "<!doctype html><html lang=" + language + "><title>" + words + "</title></html>\n";
            default -> words + "\n";
        };
    }
}
