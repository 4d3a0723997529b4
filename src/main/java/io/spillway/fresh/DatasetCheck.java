package io.spillway.fresh;

import io.spillway.catalog.Listing;
import io.spillway.destination.Digests;
import io.spillway.destination.PublicFiles;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Lanes;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.manifest.Sha256Sums;
import io.spillway.manifest.SideFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Checks the latest dump of one dataset; for a single run. */
final class DatasetCheck {
    private static final int BUFFER = 128 << 10;

    /** A manifest of 100,000 parts has about 40 MiB. */
    private static final int LARGEST_IN_MEMORY = 256 << 20;

    /** Synchronized clocks differ by less, even with a slow response. */
    private static final Duration CLOCKS_APART = Duration.ofMinutes(5);

    private final PublicFiles web;
    private final Pointer pointer;
    private final Listing listing;
    private final Expectations expectations;
    private final Clock clock;
    private final Instant now;
    private final ConcurrentLinkedQueue<Finding> findings = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Duration> serversAhead = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger read = new AtomicInteger();
    private final AtomicInteger withoutLength = new AtomicInteger();

    DatasetCheck(PublicFiles web, Pointer pointer, Listing listing, Expectations expectations, Clock clock) {
        this.web = web;
        this.pointer = pointer;
        this.listing = listing;
        this.expectations = expectations;
        this.clock = clock;
        this.now = clock.instant();
    }

    /** A file to request: its URL, its length or -1 if unknown, and its SHA-256 if it must be downloaded. */
    private record Asked(URI address, long bytes, @Nullable String sha256) {}

    /** The dump's own manifest, and the SHA-256 of its bytes; null if it could not be read. */
    private record Own(
            @Nullable Manifest manifest, @Nullable String sha256) {
        static final Own UNREAD = new Own(null, null);
    }

    Freshness run(RandomGenerator random) throws SpillwayException, InterruptedException {
        age();
        Own own = manifest();
        checksums(own.manifest());
        ask(files(own.manifest(), random));
        ask(changes());
        int mirrors = 0;
        if (expectations.mirrors()) {
            for (URI mirror : listing.mirrors()) {
                mirrors += isWhole(mirror, own) ? 1 : 0;
            }
        }
        return new Freshness(
                listing.dataset(),
                listing.dump(),
                String.valueOf(pointer.follow(listing.address())),
                listing.takenAt(),
                Duration.between(listing.takenAt(), now),
                listing.nextDue(),
                answered.get(),
                listing.bytes(),
                read.get(),
                mirrors,
                List.copyOf(findings),
                notes());
    }

    /** Checks the dates, which needs no request. */
    private void age() {
        Duration age = Duration.between(listing.takenAt(), now);
        if (age.compareTo(CLOCKS_APART.negated()) < 0) {
            findings.add(Finding.wrong(
                    "%s was taken at %s, which is in the future".formatted(listing.dump(), listing.takenAt())));
        }
        Duration limit = expectations.maxAge();
        if (limit != null && age.compareTo(limit) > 0) {
            findings.add(new Finding(
                    Fault.STALE,
                    "the latest dump of %s is %s old, limit %s"
                            .formatted(listing.dataset(), Ages.text(age), Ages.text(limit))));
        }
        Instant due = listing.nextDue();
        if (due != null && now.isAfter(due.plus(expectations.grace()))) {
            findings.add(new Finding(
                    Fault.STALE,
                    "the next dump of %s was due at %s, %s ago"
                            .formatted(listing.dataset(), due, Ages.text(Duration.between(due, now)))));
        }
    }

    /** Reads the manifest and compares the links with it. */
    private Own manifest() throws SpillwayException {
        URI address = address(listing.manifest());
        if (address == null) {
            return Own.UNREAD;
        }
        try {
            byte[] bytes = Pointer.bytes(web, address, LARGEST_IN_MEMORY);
            answered.incrementAndGet();
            Manifest manifest = ManifestJson.read(new ByteArrayInputStream(bytes), address.toString());
            compare(manifest, address);
            return new Own(manifest, Digests.sha256(bytes));
        } catch (SpillwayException e) {
            add(address, e);
            return Own.UNREAD;
        }
    }

    private void compare(Manifest manifest, URI address) {
        List<String> differences = new ArrayList<>();
        differ(differences, "dump", listing.dump(), manifest.dump());
        differ(differences, "documents", listing.documents(), manifest.documents());
        differ(differences, "bytes", listing.bytes(), manifest.bytes());
        differ(differences, "taken_at", listing.takenAt(), manifest.takenAt());
        Map<String, Part> parts = new TreeMap<>();
        manifest.parts().forEach(part -> parts.put(part.name(), part));
        for (Listing.File file : listing.files()) {
            Part part = parts.remove(file.name());
            if (part == null) {
                differences.add("it lacks " + file.name());
                continue;
            }
            differ(differences, "bytes of " + file.name(), file.bytes(), part.bytes());
            differ(differences, "sha256 of " + file.name(), file.sha256(), part.sha256());
            differ(differences, "documents of " + file.name(), file.documents(), part.documents());
        }
        parts.keySet().forEach(name -> differences.add("it has " + name + ", which is not linked"));
        if (!differences.isEmpty()) {
            findings.add(Finding.wrong(
                    "%s disagrees with %s: %s".formatted(address, pointer.address(), String.join("; ", differences))));
        }
    }

    private static void differ(List<String> differences, String what, Object linked, Object own) {
        if (!linked.equals(own)) {
            differences.add("%s %s, expected %s".formatted(what, own, linked));
        }
    }

    /** Reads the checksum file and compares it with the links and the manifest. */
    private void checksums(@Nullable Manifest manifest) throws SpillwayException {
        URI address = address(listing.checksums());
        if (address == null) {
            return;
        }
        try {
            byte[] bytes = Pointer.bytes(web, address, LARGEST_IN_MEMORY);
            answered.incrementAndGet();
            Map<String, String> hashes = Sha256Sums.read(bytes);
            for (Listing.File file : listing.files()) {
                if (!file.sha256().equals(hashes.get(file.name()))) {
                    findings.add(Finding.wrong("%s has %s for %s, but the links have %s"
                            .formatted(
                                    address, hashes.getOrDefault(file.name(), "nothing"), file.name(), file.sha256())));
                }
            }
            if (manifest != null && !isNamed(manifest, bytes)) {
                findings.add(Finding.wrong("%s does not match its SHA-256 in the manifest".formatted(address)));
            }
        } catch (SpillwayException e) {
            add(address, e);
        } catch (IllegalArgumentException e) {
            findings.add(Finding.wrong("%s: %s".formatted(address, e.getMessage())));
        }
    }

    private static boolean isNamed(Manifest manifest, byte[] checksums) {
        String sha256 = Digests.sha256(checksums);
        return manifest.files().stream()
                .anyMatch(file -> file.name().equals(Sha256Sums.FILE_NAME)
                        && file.sha256().equals(sha256));
    }

    /** The page, the files with documents and the files next to them; some of them to be downloaded. */
    private List<Asked> files(@Nullable Manifest manifest, RandomGenerator random) {
        List<Asked> asked = new ArrayList<>();
        Set<Integer> sampled = sample(listing.files().size(), random);
        for (int i = 0; i < listing.files().size(); i++) {
            Listing.File file = listing.files().get(i);
            URI address = address(file.address());
            if (address != null) {
                asked.add(new Asked(address, file.bytes(), sampled.contains(i) ? file.sha256() : null));
            }
        }
        URI folder = address(listing.address());
        if (manifest != null && folder != null) {
            for (SideFile file : manifest.neededFiles()) {
                if (!file.name().equals(Sha256Sums.FILE_NAME)) {
                    asked.add(new Asked(folder.resolve(file.name()), file.bytes(), null));
                }
            }
        }
        URI page = listing.page() == null ? null : address(listing.page());
        if (page != null) {
            asked.add(new Asked(page, -1, null));
        }
        return asked;
    }

    /** The files of all steps in the list of changes, which must know the latest dump. */
    private List<Asked> changes() throws SpillwayException {
        URI address = listing.changes() == null ? null : address(listing.changes());
        if (address == null) {
            return List.of();
        }
        List<Asked> asked = new ArrayList<>();
        try {
            byte[] bytes = Pointer.bytes(web, address, LARGEST_IN_MEMORY);
            answered.incrementAndGet();
            ChangeSteps steps = ChangeSteps.read(new ByteArrayInputStream(bytes), address.toString());
            boolean known = steps.breaks().stream().anyMatch(each -> each.dump().equals(listing.dump()));
            for (ChangeSteps.Step step : steps.steps()) {
                known |= step.to().equals(listing.dump());
                for (ChangeSteps.File file : step.files()) {
                    asked.add(new Asked(address.resolve(file.path()), file.bytes(), null));
                }
            }
            if (!known) {
                findings.add(Finding.wrong("%s does not know %s".formatted(address, listing.dump())));
            }
        } catch (SpillwayException e) {
            add(address, e);
        }
        return asked;
    }

    private Set<Integer> sample(int files, RandomGenerator random) {
        Set<Integer> chosen = new HashSet<>();
        while (chosen.size() < Math.min(expectations.sample(), files)) {
            chosen.add(expectations.sample() >= files ? chosen.size() : random.nextInt(files));
        }
        return chosen;
    }

    private void ask(List<Asked> all) throws SpillwayException, InterruptedException {
        if (all.isEmpty()) {
            return;
        }
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (Asked asked : all) {
            tasks.add(() -> {
                boolean right = asked.sha256() == null ? hasLength(asked) : hasHash(asked, asked.sha256());
                if (right) {
                    answered.incrementAndGet();
                }
                return right;
            });
        }
        Lanes.runAll("fresh", Math.min(expectations.parallel(), tasks.size()), tasks);
    }

    /** Whether it answers with the expected length; problems become findings. */
    private boolean hasLength(Asked asked) throws SpillwayException {
        try {
            Optional<PublicFiles.Look> look = web.look(asked.address());
            if (look.isEmpty()) {
                findings.add(Finding.wrong("%s does not exist".formatted(asked.address())));
                return false;
            }
            Instant server = look.get().date();
            if (server != null) {
                serversAhead.add(Duration.between(clock.instant(), server));
            }
            String encoding = look.get().encoding();
            if (encoding != null && asked.bytes() >= 0) {
                findings.add(Finding.wrong(PublicFiles.Look.encoded(asked.address(), encoding)));
                return false;
            }
            long bytes = look.get().bytes();
            if (bytes < 0 && asked.bytes() >= 0) {
                withoutLength.incrementAndGet();
            } else if (asked.bytes() >= 0 && bytes != asked.bytes()) {
                findings.add(
                        Finding.wrong("%s has %d bytes, expected %d".formatted(asked.address(), bytes, asked.bytes())));
                return false;
            }
            return true;
        } catch (SpillwayException e) {
            add(asked.address(), e);
            return false;
        }
    }

    /** Whether its content, read completely, is as expected; problems become findings. */
    private boolean hasHash(Asked asked, String sha256) throws SpillwayException, InterruptedException {
        MessageDigest digest = Digests.sha256();
        long bytes = 0;
        try (InputStream in = web.open(asked.address())) {
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                bytes += count;
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while reading " + asked.address());
                }
            }
        } catch (InterruptedIOException e) {
            throw SpillwayException.cancelled("while reading " + asked.address(), e);
        } catch (IOException e) {
            findings.add(Finding.of(Pointer.unread(asked.address(), e)));
            return false;
        } catch (SpillwayException e) {
            add(asked.address(), e);
            return false;
        }
        read.incrementAndGet();
        String found = HexFormat.of().formatHex(digest.digest());
        if (bytes != asked.bytes() || !found.equals(sha256)) {
            findings.add(Finding.wrong("%s has %d bytes with SHA-256 %s, expected %d with %s"
                    .formatted(asked.address(), bytes, found, asked.bytes(), sha256)));
            return false;
        }
        return true;
    }

    /** Whether a mirror has the same manifest, byte for byte, and every file with its length. */
    private boolean isWhole(URI mirror, Own own) throws SpillwayException, InterruptedException {
        URI folder = address(mirror.toString());
        if (folder == null) {
            return false;
        }
        int before = findings.size();
        int answeredBefore = answered.get();
        URI manifest = folder.resolve(Manifest.FILE_NAME);
        try {
            byte[] bytes = Pointer.bytes(web, manifest, LARGEST_IN_MEMORY);
            if (own.sha256() != null && !Digests.sha256(bytes).equals(own.sha256())) {
                findings.add(Finding.wrong("%s is not the manifest of %s".formatted(manifest, listing.dump())));
            }
        } catch (SpillwayException e) {
            add(manifest, e);
        }
        ask(listing.files().stream()
                .map(file -> new Asked(folder.resolve(file.name()), file.bytes(), null))
                .toList());
        answered.set(answeredBefore);
        return findings.size() == before;
    }

    private @Nullable URI address(String link) {
        URI address = pointer.follow(link);
        if (address == null) {
            findings.add(Finding.wrong("%s names \"%s\", which is not a valid URL or has a scheme that is not followed"
                    .formatted(pointer.address(), link)));
        }
        return address;
    }

    /** A linked file that is missing is an integrity problem, whatever fault the server's answer implies. */
    private void add(URI address, SpillwayException e) throws SpillwayException {
        if (e.fault() == Fault.CANCELLED) {
            throw e;
        }
        boolean missing = e.fault() == Fault.DESTINATION_REFUSED && isMissing(address);
        findings.add(missing ? Finding.wrong("%s does not exist".formatted(address)) : Finding.of(e));
    }

    private boolean isMissing(URI address) throws SpillwayException {
        try {
            return web.look(address).isEmpty();
        } catch (SpillwayException e) {
            if (e.fault() == Fault.CANCELLED) {
                throw e;
            }
            return false; // the first failure is sufficient
        }
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (withoutLength.get() > 0) {
            notes.add("the server does not send the length of " + withoutLength.get()
                    + " files; use --sample or --deep to check them");
        }
        serversAhead.stream().findFirst().ifPresent(apart -> {
            if (apart.abs().compareTo(CLOCKS_APART) > 0) {
                notes.add("the server's clock is %s %s the local one, so the age may be wrong"
                        .formatted(Ages.text(apart.abs()), apart.isNegative() ? "behind" : "ahead of"));
            }
        });
        return notes;
    }
}
