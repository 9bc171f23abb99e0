package dev.hookline.bootstrap.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.hookline.bootstrap.config.Settings.LogFormat;
import dev.hookline.bootstrap.config.Settings.LogLevel;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sets the log up: one line per event. What libraries say goes the same way, theirs only from INFO
 * on (WARN for the talkative ones) unless TRACE is asked for.
 *
 * <p>Standard output is not the log's: it belongs to the {@code log} target and to what commands
 * print.
 */
public final class Logging {
  private static final Map<String, Level> LIBRARIES =
      Map.of(
          "io.helidon", Level.WARN,
          "com.zaxxer.hikari", Level.WARN,
          "org.apache.kafka", Level.WARN,
          // Says of a broker that is away, several times a second, what each attempt's error says.
          "org.apache.kafka.clients.NetworkClient", Level.ERROR,
          "org.flywaydb", Level.WARN,
          "io.opentelemetry", Level.WARN,
          // With a stack trace each time; how many spans are lost, and why, is said by ourselves.
          "io.opentelemetry.exporter", Level.OFF,
          "org.postgresql", Level.WARN);

  private Logging() {}

  /** Logs to standard error from now on. */
  public static void start(LogFormat format, LogLevel level) {
    start(format, level, System.err);
  }

  static void start(LogFormat format, LogLevel level, OutputStream out) {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.valueOf(level.name()));
    quieten(context, level);
    var appender = new OutputStreamAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setName("out");
    appender.setEncoder(encoder(format, context));
    appender.setOutputStream(new Kept(out));
    appender.start();
    root.addAppender(appender);
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  private static void quieten(LoggerContext context, LogLevel level) {
    if (level == LogLevel.TRACE) {
      return;
    }
    LIBRARIES.forEach(
        (name, quiet) -> {
          Logger logger = context.getLogger(name);
          logger.setLevel(
              level == LogLevel.ERROR && quiet.equals(Level.WARN) ? Level.ERROR : quiet);
        });
  }

  private static Encoder<ILoggingEvent> encoder(LogFormat format, LoggerContext context) {
    Encoder<ILoggingEvent> encoder =
        switch (format) {
          case TEXT -> new TextEncoder();
          case JSON -> new JsonEncoder();
        };
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }

  /** Stays open when the log is set up anew: the stream is the process's, not the log's. */
  private static final class Kept extends FilterOutputStream {
    Kept(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
