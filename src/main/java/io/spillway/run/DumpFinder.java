package io.spillway.run;

import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.web.WebFolder;
import io.spillway.destination.web.WebPatience;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.Manifest;
import io.spillway.verify.DumpPlace;
import io.spillway.verify.StepsCheck;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Resolves an argument to the dumps it names: a folder, {@code s3://BUCKET/PREFIX}, an http or https URL, {@code
 * ia://ITEM}, or a file that lists the latest dumps. Reads only what is needed to find them.
 */
public final class DumpFinder {
    /** Download URL of Internet Archive items; redirects to the node that stores the item. */
    static final URI ARCHIVE = URI.create("https://archive.org/download/");

    private static final Pattern ADDRESS = Pattern.compile("([a-z0-9]{2,}):/+(.*)");
    private static final Pattern ITEM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,100}");
    private static final String WHAT_TO_NAME =
            "name the folder of a dump, such as journals/2026-11-21T030000Z, or of a dataset";

    private final BucketAccess buckets;
    private final int readers;
    private final WebPatience patience;
    private final URI archive;

    /**
     * A finder with the default timeouts, which looks for items at the Internet Archive.
     *
     * @param buckets how buckets are reached
     * @param readers how many files are going to be read at the same time, 1 to 64
     */
    public DumpFinder(BucketAccess buckets, int readers) {
        this(buckets, readers, WebPatience.DEFAULT, ARCHIVE);
    }

    /**
     * A finder.
     *
     * @param readers  number of files that will be read concurrently
     * @param archive  base URL of item downloads, ending in a slash
     */
    DumpFinder(BucketAccess buckets, int readers, WebPatience patience, URI archive) {
        this.buckets = buckets;
        this.readers = readers;
        this.patience = patience;
        this.archive = archive;
    }

    /** The dumps that {@code text} names, at least one; the caller closes their destinations. */
    public List<DumpPlace> find(String text) throws SpillwayException {
        Matcher address = ADDRESS.matcher(text);
        if (!address.matches()) {
            return List.of(folder(Path.of(text).toAbsolutePath().normalize()));
        }
        String rest = address.group(2);
        return switch (address.group(1)) {
            case "s3" -> List.of(bucket(text, rest));
            case "ia" -> List.of(item(text, rest));
            case "http", "https" -> web(text);
            default ->
                throw notADump(
                        "\"" + text + "\" is not the address of a dump",
                        "name a folder, or a URL that starts with https://, s3:// or ia://");
        };
    }

    /**
     * Opens a folder to read from: a path, {@code s3://BUCKET/PREFIX}, or an http or https URL; the caller closes it.
     *
     * @param text the folder, or the file in it
     * @param file name of a file that is expected in the folder
     */
    public Destination openFolder(String text, String file) throws SpillwayException {
        String folder = text.endsWith("/" + file) ? text.substring(0, text.length() - file.length()) : text;
        Matcher address = ADDRESS.matcher(folder);
        if (!address.matches()) {
            Path path = Path.of(folder).toAbsolutePath().normalize();
            if (!Files.isDirectory(path)) {
                throw notADump(path + " is not a folder", "name the folder that contains " + file);
            }
            return LocalDirectory.openToRead(path);
        }
        String rest = address.group(2);
        return switch (address.group(1)) {
            case "s3" -> {
                int slash = (rest + "/").indexOf('/');
                yield buckets.open(rest.substring(0, slash), folderPath(rest.substring(slash)), readers);
            }
            case "http", "https" -> WebFolder.open(uri(folder), patience);
            default ->
                throw notADump(
                        "\"" + text + "\" is not the address of a folder",
                        "name a folder, or a URL that starts with https:// or s3://");
        };
    }

    /**
     * Compares the list of changes of the dataset whose folder, or {@code latest.json}, {@code text} names, with the manifests
     * beside it. Does nothing if {@code text} names something else, or a dataset without changes.
     *
     * @param newest of the verified dump, which the list has to know
     * @throws SpillwayException {@link Fault#INTEGRITY} if they differ
     */
    public void checkChanges(String text, Manifest newest) throws SpillwayException {
        if (text.startsWith("ia:") || text.endsWith("/" + Pointers.LINKS) || text.endsWith("/" + Manifest.FILE_NAME)) {
            return;
        }
        ObjectKey key = new ObjectKey(ChangeSteps.FILE_NAME);
        try (Destination folder = openFolder(text, Pointers.LATEST)) {
            if (isStamp(lastSegment(folderPath(folder.name()))) || !has(folder, key)) {
                return;
            }
            String where = folder.name() + " " + key;
            try (InputStream in = folder.open(key)) {
                ChangeSteps steps = ChangeSteps.read(in, where);
                StepsCheck.check(steps, newest);
                StepsCheck.checkAll(steps, folder);
            } catch (IOException e) {
                throw new SpillwayException(
                        Fault.DESTINATION_UNAVAILABLE, "cannot read " + where + ": " + e.getMessage(), "try again", e);
            }
        }
    }

    /** Many public buckets answer 403 for an object that does not exist. */
    private static boolean has(Destination folder, ObjectKey key) throws SpillwayException {
        try {
            return folder.find(key).isPresent();
        } catch (SpillwayException e) {
            if (e.fault() != Fault.DESTINATION_REFUSED) {
                throw e;
            }
            return false;
        }
    }

    /** The folder itself if it has a manifest or the name of a dump; for a dataset's folder its newest dump. */
    public static DumpPlace folder(Path named) throws SpillwayException {
        Path folder = named.endsWith(Manifest.FILE_NAME) && named.getParent() != null ? named.getParent() : named;
        if (!Files.isDirectory(folder)) {
            throw notADump(folder + " is not a folder", WHAT_TO_NAME);
        }
        if (hasManifest(folder) || isStamp(name(folder))) {
            String called = isStamp(name(folder)) ? name(folder) : null;
            return new DumpPlace(LocalDirectory.openToRead(folder), "", called);
        }
        try (Stream<Path> inside = Files.list(folder)) {
            String newest = inside.filter(DumpFinder::hasManifest)
                    .map(DumpFinder::name)
                    .filter(DumpFinder::isStamp)
                    .max(Comparator.naturalOrder())
                    .orElseThrow(() -> notADump(folder + " contains no dump", WHAT_TO_NAME));
            return new DumpPlace(LocalDirectory.openToRead(folder.resolve(newest)), "", newest);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot list " + folder + ": " + e.getMessage(), null, e);
        }
    }

    private static boolean hasManifest(Path folder) {
        return Files.exists(folder.resolve(Manifest.FILE_NAME), LinkOption.NOFOLLOW_LINKS);
    }

    private static String name(Path folder) {
        return folder.getFileName() == null ? "" : folder.getFileName().toString();
    }

    /** Whether the name is a dump's date stamp, as used for folder names. */
    private static boolean isStamp(String name) {
        return DumpId.of("any", name).isPresent();
    }

    private DumpPlace bucket(String text, String rest) throws SpillwayException {
        int slash = rest.indexOf('/');
        if (slash < 1) {
            throw notADump("\"" + text + "\" does not name a dump", "name it as s3://BUCKET/PREFIX/DATASET/DATE");
        }
        String path = folderPath(rest.substring(slash + 1));
        Destination bucket = buckets.open(rest.substring(0, slash), path, readers);
        try {
            return inBucket(bucket, lastSegment(path));
        } catch (SpillwayException | RuntimeException e) {
            bucket.close();
            throw e;
        }
    }

    private static DumpPlace inBucket(Destination bucket, String name) throws SpillwayException {
        if (isStamp(name)) {
            return new DumpPlace(bucket, "", name);
        } else if (bucket.find(new ObjectKey(Manifest.FILE_NAME)).isPresent()) {
            return new DumpPlace(bucket, "", null);
        }
        String newest = bucket.list("").stream()
                .map(object -> object.key().value())
                .filter(key -> key.endsWith("/" + Manifest.FILE_NAME))
                .map(key -> key.substring(0, key.length() - Manifest.FILE_NAME.length() - 1))
                .filter(DumpFinder::isStamp)
                .max(Comparator.naturalOrder())
                .orElseThrow(() -> notADump(bucket.name() + " contains no dump", WHAT_TO_NAME));
        return new DumpPlace(bucket, newest + "/", newest.substring(newest.lastIndexOf('/') + 1));
    }

    private DumpPlace item(String text, String rest) throws SpillwayException {
        String item = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
        if (!ITEM.matcher(item).matches()) {
            throw notADump("\"" + text + "\" does not name an item", "name it as ia://ITEM");
        }
        return new DumpPlace(WebFolder.open(archive.resolve(item + "/"), patience), "", null);
    }

    private List<DumpPlace> web(String text) throws SpillwayException {
        URI address = uri(text);
        String path = String.valueOf(address.getRawPath());
        String file = path.substring(path.lastIndexOf('/') + 1);
        if (file.equals(Pointers.LINKS) || file.equals(Pointers.LATEST)) {
            return named(Pointers.read(WebFolder.open(address.resolve("."), patience), file, address));
        }
        URI folder = file.equals(Manifest.FILE_NAME) ? address.resolve(".") : address;
        String name = lastSegment(folderPath(folder.getRawPath()));
        WebFolder web = WebFolder.open(folder, patience);
        if (!isStamp(name)
                && web.find(new ObjectKey(Manifest.FILE_NAME)).isEmpty()
                && web.find(new ObjectKey(Pointers.LATEST)).isPresent()) {
            return named(Pointers.read(web, Pointers.LATEST, URI.create(web.name() + Pointers.LATEST)));
        }
        return List.of(new DumpPlace(web, "", isStamp(name) ? name : null));
    }

    private List<DumpPlace> named(List<Pointers.Target> targets) throws SpillwayException {
        List<DumpPlace> places = new ArrayList<>();
        for (Pointers.Target target : targets) {
            Destination folder = WebFolder.open(target.folder(), patience);
            places.add(new DumpPlace(folder, "", target.dump()));
        }
        return places;
    }

    private static URI uri(String text) throws SpillwayException {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw notADump(
                    "\"" + text + "\" is not a valid URL", "percent-encode spaces and special characters, such as %20");
        }
    }

    /** Strips leading slashes and a trailing manifest name; the result is empty or ends in one slash. */
    private static String folderPath(String path) {
        String stripped = path.endsWith("/" + Manifest.FILE_NAME)
                ? path.substring(0, path.length() - Manifest.FILE_NAME.length())
                : path;
        String bare = stripped.replaceAll("^/+|/+$", "");
        return bare.isEmpty() ? "" : bare + "/";
    }

    private static String lastSegment(String folderPath) {
        String bare = folderPath.isEmpty() ? "" : folderPath.substring(0, folderPath.length() - 1);
        return bare.substring(bare.lastIndexOf('/') + 1);
    }

    private static SpillwayException notADump(String what, String hint) {
        return new SpillwayException(Fault.CONFIG, what, hint);
    }
}
