package dev.hookline.bootstrap.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes lines in UTF-8, and nothing before the first or after the last. */
abstract class LineEncoder extends EncoderBase<ILoggingEvent> {
  static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return lines(event).getBytes(StandardCharsets.UTF_8);
  }

  /** What is written of the event, with its last line end. */
  abstract String lines(ILoggingEvent event);

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
