package io.spillway.publish;

import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.License;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The file {@code LICENSE.txt}: the licence stated by the publisher, with its name, identifier and the URL of its text.
 * It does not contain the text itself, which is authoritative only at its author's URL.
 */
final class LicenseFile {
    static final String FILE_NAME = "LICENSE.txt";

    private LicenseFile() {}

    /**
     * Returns the file's content.
     *
     * @param spdx the dataset's licence
     */
    static byte[] of(Dataset dataset, String spdx) {
        StringBuilder text =
                new StringBuilder("The publisher of this data states that it may be used under this licence:\n\n");
        List<String> identifiers = License.identifiers(spdx);
        if (!identifiers.equals(List.of(spdx))) {
            text.append("SPDX expression: ").append(spdx).append("\n\n");
        }
        identifiers.forEach(identifier -> append(text, dataset, identifier));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder text, Dataset dataset, String identifier) {
        License.name(identifier).ifPresent(name -> text.append(name).append('\n'));
        CustomLicense custom = dataset.customLicense();
        if (custom != null && License.references(identifier).size() == 1) {
            text.append(custom.name()).append("\nIdentifier: ").append(identifier);
            text.append("\nText: ").append(custom.url()).append('\n');
        } else if (License.isListed(identifier)) {
            text.append("SPDX identifier: ").append(identifier).append('\n');
            License.address(identifier)
                    .ifPresent(address -> text.append("Text: ").append(address).append('\n'));
        } else {
            text.append(identifier).append("\n\nIts text is the publisher's own");
            text.append(dataset.homepage() == null ? "" : ", see " + dataset.homepage());
            text.append(".\n");
        }
    }
}
