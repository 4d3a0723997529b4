package io.spillway.destination.local;

import io.spillway.destination.ObjectKey;
import io.spillway.fault.SpillwayException;
import io.spillway.files.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Removes left-overs of killed processes from a dataset's folder; see {@link LocalDirectory#sweep}. */
final class Sweep {
    /** Far longer than writing one small file takes on any disk. */
    private static final Duration SITE_FILE_TAKES = Duration.ofHours(1);

    private static final Pattern HIDDEN =
            Pattern.compile("\\.(.+)\\.[0-9a-f]{16}" + Pattern.quote(FileTree.INCOMPLETE));

    private final FileTree tree;

    Sweep(FileTree tree) {
        this.tree = tree;
    }

    List<String> run(String dataset) throws SpillwayException {
        Path folder = tree.path(new ObjectKey(dataset));
        List<String> removed = new ArrayList<>();
        try {
            if (!tree.standsInFolders(folder)) {
                return List.of();
            }
            for (Path entry : LocalDirectory.entries(folder)) {
                String name = FileTree.name(entry);
                if (!name.startsWith(".") || !name.endsWith(FileTree.INCOMPLETE) || mayBeUnderWay(entry)) {
                    continue;
                }
                Matcher unfinished = HIDDEN.matcher(name);
                if (unfinished.matches() && Placing.removeIfEmpty(folder.resolve(unfinished.group(1)))) {
                    removed.add(unfinished.group(1));
                }
                if (remove(entry)) {
                    removed.add(name);
                }
            }
            tree.sync(folder);
            for (Path entry : LocalDirectory.entries(folder)) {
                if (FileTree.attributes(entry)
                        .map(BasicFileAttributes::isDirectory)
                        .orElse(false)) {
                    removed.addAll(filesOf(entry, FileTree.name(entry) + "/"));
                }
            }
            removed.addAll(filesOf(tree.root(), "../"));
        } catch (IOException e) {
            throw IoFaults.translate(tree.root(), "sweep " + dataset, e);
        }
        Collections.sort(removed);
        return removed;
    }

    /**
     * Removes unfinished files directly in a folder with finished content: a notice or mark in a dump's folder, a file
     * of the site at the root.
     */
    private List<String> filesOf(Path folder, String start) throws IOException {
        List<String> removed = new ArrayList<>();
        for (Path entry : LocalDirectory.entries(folder)) {
            String name = FileTree.name(entry);
            boolean file = FileTree.attributes(entry)
                    .map(BasicFileAttributes::isRegularFile)
                    .orElse(false);
            if (file && HIDDEN.matcher(name).matches() && !mayBeUnderWay(entry) && remove(entry)) {
                removed.add(start + name);
            }
        }
        if (!removed.isEmpty()) {
            tree.sync(folder);
        }
        return removed;
    }

    /**
     * Renames the entry first: if it were emptied in place, a process that is still alive could place it half emptied.
     * Of the two renames, one fails.
     */
    private static boolean remove(Path entry) throws IOException {
        Path renamed = FileTree.hiddenBeside(entry);
        try {
            Files.move(entry, renamed, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return false;
        }
        Folders.remove(renamed);
        return true;
    }

    private static boolean mayBeUnderWay(Path hidden) throws IOException {
        return FileTree.attributes(hidden)
                .map(found -> !found.isDirectory()
                        && found.lastModifiedTime()
                                .toInstant()
                                .isAfter(Instant.now().minus(SITE_FILE_TAKES)))
                .orElse(true);
    }
}
