package dev.hookline.bootstrap.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secrets that are valid now. Those in a file follow the file: it is looked at once a second at the
 * most, and only while somebody asks. A file that has become unreadable, empty or of no use changes
 * nothing, and is logged once. Safe for use by many threads; never shows a secret.
 */
public final class SecretSource implements Supplier<List<String>> {
  private static final Logger LOG = LoggerFactory.getLogger(SecretSource.class);
  private static final long CHECK_EVERY = Duration.ofSeconds(1).toNanos();

  private final @Nullable Watched watched;
  private volatile List<String> current;

  private SecretSource(List<String> current, @Nullable Watched watched) {
    this.current = List.copyOf(current);
    this.watched = watched;
  }

  /**
   * Secrets that stay as they are.
   *
   * @throws IllegalArgumentException if there is none, or a blank one
   */
  public static SecretSource of(List<String> secrets) {
    requireUsable(secrets);
    return new SecretSource(secrets, null);
  }

  /**
   * Secrets in a file, in UTF-8.
   *
   * @param many whether commas and line ends separate several; else all but the last line end is
   *     the one secret
   * @param nanos a steady clock in nanoseconds, such as {@link System#nanoTime}
   * @throws IllegalArgumentException if the file cannot be read now or holds no usable secret
   */
  public static SecretSource inFile(Path file, boolean many, LongSupplier nanos) {
    try {
      var watched = new Watched(file, many, nanos);
      return new SecretSource(watched.read(), watched);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read the file %s (%s)".formatted(file, Unreadable.reason(e)), e);
    }
  }

  /**
   * Holds the secrets to more, from now on: a file whose new ones do not pass changes nothing.
   *
   * @param check throws an {@link IllegalArgumentException}, whose message shows no secret, for one
   *     that does not pass
   * @return this
   * @throws IllegalArgumentException if one that is valid now does not pass
   */
  public SecretSource requiring(Consumer<String> check) {
    current.forEach(check);
    if (watched != null) {
      watched.check = check;
    }
    return this;
  }

  /** Every secret that is valid now, at least one. */
  @Override
  public List<String> get() {
    if (watched != null && watched.isDue()) {
      follow(watched);
    }
    return current;
  }

  /** The first of them, where there is only one or the newest is meant. */
  public String first() {
    return get().getFirst();
  }

  private void follow(Watched file) {
    try {
      if (file.hasChanged()) {
        current = List.copyOf(file.read());
        LOG.atInfo().addKeyValue("file", file.path).log("Secret file taken up");
      }
      file.wasBad = false;
    } catch (IOException | IllegalArgumentException e) {
      if (!file.wasBad) {
        file.wasBad = true;
        LOG.atWarn()
            .addKeyValue("file", file.path)
            .addKeyValue(
                "reason", e instanceof IOException io ? Unreadable.reason(io) : e.getMessage())
            .log("Secret file cannot be used, the last good value stays");
      }
    }
  }

  private static void requireUsable(List<String> secrets) {
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException("the secret is empty");
    }
    for (String secret : secrets) {
      if (secret.isBlank()) {
        throw new IllegalArgumentException("a secret is empty or blank");
      }
    }
  }

  @Override
  public String toString() {
    return "(secret)";
  }

  private static final class Watched {
    private final Path path;
    private final boolean many;
    private final LongSupplier nanos;
    private final AtomicLong nextCheck;
    private volatile @Nullable Stamp seen;
    private volatile boolean wasBad;
    private volatile Consumer<String> check = _ -> {};

    Watched(Path path, boolean many, LongSupplier nanos) {
      this.path = path;
      this.many = many;
      this.nanos = nanos;
      this.nextCheck = new AtomicLong(nanos.getAsLong() + CHECK_EVERY);
    }

    boolean isDue() {
      long due = nextCheck.get();
      long now = nanos.getAsLong();
      return now - due >= 0 && nextCheck.compareAndSet(due, now + CHECK_EVERY);
    }

    boolean hasChanged() throws IOException {
      return !Stamp.of(path).equals(seen);
    }

    List<String> read() throws IOException {
      // Before the content: a write in between is then seen as a change at the next look.
      Stamp stamp = Stamp.of(path);
      String text = Files.readString(path);
      List<String> secrets = many ? several(text) : List.of(withoutLastLineEnd(text));
      requireUsable(secrets);
      secrets.forEach(check);
      seen = stamp;
      return secrets;
    }

    private static List<String> several(String text) {
      var secrets = new ArrayList<String>();
      text.lines()
          .filter(line -> !line.isBlank())
          .forEach(line -> secrets.addAll(Texts.commaSeparated(line)));
      return secrets;
    }

    private static String withoutLastLineEnd(String text) {
      int end = text.length();
      if (end > 0 && text.charAt(end - 1) == '\n') {
        end--;
      }
      if (end > 0 && text.charAt(end - 1) == '\r') {
        end--;
      }
      return text.substring(0, end);
    }
  }

  /**
   * What tells one version of a file from the next; the key shows one that was put in its place.
   */
  private record Stamp(FileTime modified, long size, @Nullable Object key) {
    static Stamp of(Path path) throws IOException {
      var attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }
  }
}
