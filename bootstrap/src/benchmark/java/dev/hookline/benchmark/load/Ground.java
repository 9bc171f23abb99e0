package dev.hookline.benchmark.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What everything is measured on: a PostgreSQL that runs, and a folder for it and for the
 * processes. Closing it, which a signal does as well, stops them all and deletes the folder.
 */
final class Ground implements AutoCloseable {
  private final PostgresPrograms programs;
  private final Path folder;
  private final Path work;
  private final Children children = new Children();
  private final Cluster cluster;
  private final Processors processors;

  private Ground(PostgresPrograms programs, Path folder, Processors processors) throws IOException {
    this.processors = processors;
    this.programs = programs;
    this.folder = folder;
    work = Files.createDirectory(folder.resolve("work"));
    cluster =
        new Cluster(
            programs, children, Files.createDirectory(folder.resolve("cluster")), processors);
  }

  /**
   * Starts PostgreSQL.
   *
   * @param pgBin its programs' folder; empty: looked for
   * @param directory to make the folder in, on the disk to measure with; empty: the temporary one
   */
  static Ground open(Optional<Path> pgBin, Optional<Path> directory, Processors processors)
      throws IOException {
    PostgresPrograms programs =
        PostgresPrograms.find(pgBin, System.getenv().getOrDefault("PATH", ""));
    Path parent = directory.orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir")));
    Path folder = Files.createTempDirectory(parent.toAbsolutePath(), "hookline-benchmark-");
    var ground = new Ground(programs, folder, processors);
    Runtime.getRuntime().addShutdownHook(new Thread(ground::close, "shutdown"));
    boolean opened = false;
    try {
      // PostgreSQL's own user has to get through to its folder.
      var unused = folder.toFile().setExecutable(true, false);
      ground.cluster.start();
      opened = true;
    } finally {
      if (!opened) {
        ground.close();
      }
    }
    return ground;
  }

  PostgresPrograms programs() {
    return programs;
  }

  Processors processors() {
    return processors;
  }

  Cluster cluster() {
    return cluster;
  }

  Children children() {
    return children;
  }

  /** Where the processes work, which holds no configuration. */
  Path work() {
    return work;
  }

  /** What it is, by name, for the head of a report. */
  Map<String, String> settings() throws IOException {
    var settings = new LinkedHashMap<String, String>();
    settings.put(
        "PostgreSQL",
        cluster.query("postgres", "SHOW server_version", row -> row.getString(1))
            + " in "
            + programs.folder());
    settings.put("its settings", new TreeMap<>(Cluster.SETTINGS).toString());
    settings.put(
        "disk", "%s (%s)".formatted(folder.getParent(), Files.getFileStore(folder).type()));
    settings.put(
        "machine",
        "%s %s, %d processors, Java %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version()));
    if (!Cpu.isKnown()) {
      settings.put("CPU and memory", "not measured, since this system has no /proc");
    }
    return settings;
  }

  @Override
  public synchronized void close() {
    children.close();
    cluster.close();
    Cluster.delete(folder);
  }
}
