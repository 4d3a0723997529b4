package io.spillway.cli;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.spillway.fault.Printable;
import java.nio.charset.StandardCharsets;

/**
 * Writes the log as JSON, one event per line. Escapes characters that JSON allows and terminals interpret: C1 control characters and
 * characters that change the direction of text. The escaped line is the same JSON. Public because Logback creates it by
 * name.
 */
public final class JsonLogEncoder extends JsonEncoder {
    @Override
    public byte[] encode(ILoggingEvent event) {
        String line = new String(super.encode(event), StandardCharsets.UTF_8);
        return Printable.lines(line).getBytes(StandardCharsets.UTF_8);
    }
}
