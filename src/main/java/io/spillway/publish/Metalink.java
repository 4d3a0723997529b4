package io.spillway.publish;

import io.spillway.manifest.SideFile;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * The file {@code DATASET.meta4}: every file of a dump with its length, checksum and all its URLs, for programs that
 * download in parallel, fail over to another URL, and verify what they received (Metalink 4, RFC 5854).
 */
final class Metalink {
    private static final String NAMESPACE = "urn:ietf:params:xml:ns:metalink";

    private Metalink() {}

    /**
     * Returns the document. Names and URLs come from keys, whose characters need no escaping in XML.
     *
     * @param path     the folder to save the files in, relative to the program's working directory; dumps downloaded
     *                 into one folder do not overwrite each other's files
     * @param files    in the order in which they are to be fetched
     * @param unhashed names of files that are fetched without verification, because their checksums do not exist yet
     * @param folders  URLs of the dump's folder, the preferred one first; at least one, as the RFC requires
     * @param version  the version of Spillway
     */
    static byte[] of(String path, List<SideFile> files, List<String> unhashed, List<URI> folders, String version) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            XMLStreamWriter xml =
                    XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(bytes, StandardCharsets.UTF_8.name());
            xml.writeStartDocument(StandardCharsets.UTF_8.name(), "1.0");
            line(xml, 0);
            xml.writeStartElement("metalink");
            xml.writeDefaultNamespace(NAMESPACE);
            text(xml, 1, "generator", "Spillway/" + version);
            for (SideFile file : files) {
                open(xml, path, file.name());
                text(xml, 2, "size", String.valueOf(file.bytes()));
                text(xml, 2, "hash", file.sha256(), "type", "sha-256");
                close(xml, folders, file.name());
            }
            for (String name : unhashed) {
                open(xml, path, name);
                close(xml, folders, name);
            }
            line(xml, 0);
            xml.writeEndElement();
            line(xml, 0);
            xml.writeEndDocument();
            xml.close();
            return bytes.toByteArray();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("writing XML to memory failed", e);
        }
    }

    private static void open(XMLStreamWriter xml, String path, String name) throws XMLStreamException {
        line(xml, 1);
        xml.writeStartElement("file");
        xml.writeAttribute("name", path + "/" + name);
    }

    private static void close(XMLStreamWriter xml, List<URI> folders, String name) throws XMLStreamException {
        for (int i = 0; i < folders.size(); i++) {
            text(xml, 2, "url", folders.get(i).resolve(name).toString(), "priority", String.valueOf(i + 1));
        }
        line(xml, 1);
        xml.writeEndElement();
    }

    private static void text(XMLStreamWriter xml, int depth, String name, String text, String... attribute)
            throws XMLStreamException {
        line(xml, depth);
        xml.writeStartElement(name);
        if (attribute.length > 0) {
            xml.writeAttribute(attribute[0], attribute[1]);
        }
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private static void line(XMLStreamWriter xml, int depth) throws XMLStreamException {
        xml.writeCharacters("\n" + "  ".repeat(depth));
    }
}
