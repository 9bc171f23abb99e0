package dev.hookline.bootstrap.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How the server's programs are run. PostgreSQL refuses to run as root, so root runs it as nobody:
 * in a user namespace, in which the files stay root's, else, where that is forbidden (as in most
 * containers), by giving the files to nobody.
 */
enum Unprivileged {
  AS_ONESELF(List.of()),
  IN_A_NAMESPACE(List.of("unshare", "-U")),
  AS_NOBODY(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));

  private static final int NOBODY = 65534;

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes none that can change.
  private final List<String> prefix;

  Unprivileged(List<String> prefix) {
    this.prefix = prefix;
  }

  List<String> prefix() {
    return prefix;
  }

  /** The way that works here, with the folder made fit for it. */
  static Unprivileged choose(Path upFolder, Path folder) throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return AS_ONESELF;
    }
    if (IN_A_NAMESPACE.works()) {
      giveTo(folder, 0);
      return IN_A_NAMESPACE;
    }
    if (AS_NOBODY.works()) {
      // To pass through it is enough: what is in it stays closed.
      PrivateFiles.setMode(upFolder, "rwx--x--x");
      giveTo(folder, NOBODY);
      return AS_NOBODY;
    }
    throw new EmbeddedPostgresException(
        "PostgreSQL does not run as root, and neither unshare nor setpriv works here: run as"
            + " another user");
  }

  private boolean works() {
    try {
      var command = Stream.concat(prefix.stream(), Stream.of("true")).toList();
      return new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException _) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("interrupted", e);
    }
  }

  private static void giveTo(Path folder, int user) throws IOException {
    if (user == (int) Files.getAttribute(folder, "unix:uid")) {
      return;
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.toList()) {
        Files.setAttribute(path, "unix:uid", user, java.nio.file.LinkOption.NOFOLLOW_LINKS);
      }
    }
  }
}
