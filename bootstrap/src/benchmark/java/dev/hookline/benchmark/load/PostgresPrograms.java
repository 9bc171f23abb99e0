package dev.hookline.benchmark.load;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The programs of an installed PostgreSQL. */
final class PostgresPrograms {
  private static final List<String> NEEDED = List.of("initdb", "pg_ctl", "postgres", "pgbench");
  private static final Pattern VERSION = Pattern.compile("(\\d+)");

  /** Folders with a folder for each version, and what follows that. */
  private static final List<String> USUAL =
      List.of(
          "/usr/lib/postgresql/*/bin",
          "/usr/pgsql-*/bin",
          "/opt/homebrew/opt/postgresql@*/bin",
          "/usr/local/opt/postgresql@*/bin",
          "/Applications/Postgres.app/Contents/Versions/*/bin");

  private final Path folder;

  private PostgresPrograms(Path folder) {
    this.folder = folder;
  }

  /**
   * Those of the folder, else of {@code PATH}, else the newest of the usual places.
   *
   * @throws BenchmarkException if there are none
   */
  static PostgresPrograms find(Optional<Path> named, String path) {
    if (named.isPresent()) {
      if (!isWhole(named.get())) {
        throw new BenchmarkException(
            "--pg-bin: %s lacks one of %s".formatted(named.get(), String.join(", ", NEEDED)));
      }
      return new PostgresPrograms(named.get());
    }
    return Stream.concat(
            Stream.of(path.split(File.pathSeparator)).filter(p -> !p.isEmpty()).map(Path::of),
            USUAL.stream().flatMap(PostgresPrograms::newestFirst))
        .filter(PostgresPrograms::isWhole)
        .findFirst()
        .map(PostgresPrograms::new)
        .orElseThrow(
            () ->
                new BenchmarkException(
                    "no PostgreSQL with %s found in PATH, %s: install one, or name its folder with --pg-bin"
                        .formatted(String.join(", ", NEEDED), String.join(", ", USUAL))));
  }

  private static boolean isWhole(Path folder) {
    return NEEDED.stream().allMatch(program -> Files.isExecutable(folder.resolve(program)));
  }

  private static Stream<Path> newestFirst(String pattern) {
    int star = pattern.indexOf('*');
    int slash = pattern.lastIndexOf('/', star);
    Path parent = Path.of(pattern.substring(0, slash));
    String prefix = pattern.substring(slash + 1, star);
    String rest = pattern.substring(star + 2);
    try (Stream<Path> versions = Files.list(parent)) {
      return versions
          .filter(path -> name(path).startsWith(prefix))
          .sorted(Comparator.comparingInt(PostgresPrograms::version).reversed())
          .map(path -> path.resolve(rest))
          .toList()
          .stream();
    } catch (IOException _) {
      return Stream.empty();
    }
  }

  private static String name(Path path) {
    return Objects.toString(path.getFileName());
  }

  private static int version(Path path) {
    Matcher number = VERSION.matcher(name(path));
    return number.find() ? Integer.parseInt(number.group(1)) : 0;
  }

  Path folder() {
    return folder;
  }

  /** The command line of one of them. */
  List<String> command(String program, String... arguments) {
    var line = new ArrayList<>(List.of(folder.resolve(program).toString()));
    line.addAll(List.of(arguments));
    return line;
  }
}
