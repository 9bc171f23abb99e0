package dev.hookline.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.bootstrap.deploy.InstalledProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the launcher with programs that only pretend to be Java or Maven. */
class LauncherTest {
  @TempDir private Path folder = Path.of("");
  private Path launcher = Path.of("");
  private Path built = Path.of("");

  private record Ran(int code, String out, String err) {}

  @BeforeEach
  void install() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("a house/bootstrap/bin"));
    launcher = Files.copy(Path.of("bin/hookline"), bin.resolve("hookline"));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path target = Files.createDirectories(folder.resolve("a house/bootstrap/target"));
    built = Files.createFile(target.resolve("hookline.jar"));
  }

  @Test
  void argumentsArePassedOnAsTheyAre() throws Exception {
    Ran ran = run(Map.of("HOOKLINE_JAVA", java("new", "25.0.1")), "send", "two words", "$x *");
    assertEquals(0, ran.code(), ran::err);
    List<String> lines = ran.out().lines().toList();
    int jar = lines.indexOf("-jar");
    assertTrue(lines.get(jar + 1).endsWith("/a house/bootstrap/target/hookline.jar"), ran::out);
    assertEquals(List.of("send", "two words", "$x *"), lines.subList(jar + 2, lines.size()));
  }

  @Test
  void optionsForJavaAreAdded() throws Exception {
    Ran ran =
        run(Map.of("HOOKLINE_JAVA", java("new", "25"), "HOOKLINE_OPTS", "-Xmx1g -Da=b"), "version");
    assertTrue(ran.out().contains("-Xmx1g\n-Da=b\n"), ran::out);
  }

  @Test
  void anotherCollectorTakesThePlaceOfOurs() throws Exception {
    String java = java("new", "25");
    Ran usual = run(Map.of("HOOKLINE_JAVA", java, "HOOKLINE_OPTS", "-Xmx1g"), "version");
    Ran other = run(Map.of("HOOKLINE_JAVA", java, "HOOKLINE_OPTS", "-XX:+UseZGC"), "version");
    assertTrue(usual.out().contains("-XX:+UseSerialGC\n"), usual::out);
    assertFalse(other.out().contains("-XX:+UseSerialGC"), other::out);
    assertTrue(other.out().contains("-XX:+UseZGC\n"), other::out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"})
  void soDoesOneThatJavaFindsByItself(String variable) throws Exception {
    String java = java("new", "25");
    Ran usual = run(Map.of("HOOKLINE_JAVA", java, variable, "-Xmx1g"), "version");
    Ran other = run(Map.of("HOOKLINE_JAVA", java, variable, "-Da=b -XX:+UseG1GC"), "version");
    assertTrue(usual.out().contains("-XX:+UseSerialGC\n"), usual::out);
    assertFalse(other.out().contains("-XX:+UseSerialGC"), other::out);
    assertFalse(other.out().contains("-XX:+UseG1GC"), other::out);
  }

  @Test
  void onlyTheNameOfACollectorIsOne() throws Exception {
    String java = java("new", "25");
    for (String options : List.of("-XX:+UseGCOverheadLimit", "-XX:+UseNUMA -Da=GC")) {
      Ran ran = run(Map.of("HOOKLINE_JAVA", java, "HOOKLINE_OPTS", options), "version");
      assertTrue(ran.out().contains("-XX:+UseSerialGC\n"), ran::out);
    }
    Ran second =
        run(Map.of("HOOKLINE_JAVA", java, "HOOKLINE_OPTS", "-Xmx1g -XX:+UseG1GC"), "version");
    assertFalse(second.out().contains("-XX:+UseSerialGC"), second::out);
  }

  /** A container's limit is unbounded without one, and in one way a very large number. */
  @ParameterizedTest
  @CsvSource({
    "9223372036854771712, 16000000, true",
    "9223372036854771712, 2000000, false",
    "max, 16000000, true",
    "max, 2000000, false",
    "1073741824, 16000000, false"
  })
  void theHeapIsBoundByTheMemoryThatThereIs(String limit, String total, boolean large)
      throws Exception {
    inGroup("0::/", total);
    limit("memory.max", limit);
    assertEquals(large, hasALargeHeap());
  }

  /** As systemd has it: a unit's MemoryMax= stands in its own group, a slice's in one above. */
  @ParameterizedTest
  @CsvSource({
    "max, max, max, true",
    "max, max, 1073741824, false",
    "max, 1073741824, max, false",
    "1073741824, max, max, false",
    "17179869184, 8589934592, 17179869184, true",
    "17179869184, 1073741824, 17179869184, false"
  })
  void everyGroupAroundTheProcessBoundsIt(String root, String slice, String unit, boolean large)
      throws Exception {
    inGroup("1:name=systemd:/\n0::/hookline\\x2dworker.slice/one two.service", "32000000");
    limit("memory.max", root);
    limit("hookline\\x2dworker.slice/memory.max", slice);
    limit("hookline\\x2dworker.slice/one two.service/memory.max", unit);
    limit("another.slice/memory.max", "1073741824");
    assertEquals(large, hasALargeHeap());
  }

  @ParameterizedTest
  @CsvSource({"9223372036854771712, true", "1073741824, false"})
  void theOlderGroupsBoundItInAFileOfTheirOwn(String limit, boolean large) throws Exception {
    inGroup("4:memory:/some/group", "16000000");
    limit("memory/memory.limit_in_bytes", limit);
    assertEquals(large, hasALargeHeap());
  }

  /** Has the launcher take this for what the kernel tells. */
  private void inGroup(String group, String total) throws IOException {
    Path own = Files.writeString(folder.resolve("group"), group + "\n");
    Path meminfo =
        Files.writeString(folder.resolve("meminfo"), "MemTotal:       %s kB\n".formatted(total));
    Files.writeString(
        launcher,
        Files.readString(launcher)
            .replace("/proc/self/cgroup", own.toString())
            .replace("/proc/meminfo", meminfo.toString())
            .replace("/sys/fs/cgroup", folder.resolve("groups").toString()));
  }

  private void limit(String file, String limit) throws IOException {
    Path path = folder.resolve("groups").resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, limit + "\n");
  }

  private boolean hasALargeHeap() throws IOException, InterruptedException {
    Ran ran = run(Map.of("HOOKLINE_JAVA", java("new", "25")), "version");
    assertEquals(0, ran.code(), ran::err);
    return ran.out().contains("-XX:MaxRAM=8g\n");
  }

  @Test
  void whatWasRehearsedIsUsed() throws Exception {
    String java = java("new", "25");
    Ran without = run(Map.of("HOOKLINE_JAVA", java), "version");
    assertFalse(without.out().contains("AOTCache"), without::out);
    Path cache = folder.resolve("a house/bootstrap/target/hookline.aot");
    Files.createFile(cache);
    Ran with = run(Map.of("HOOKLINE_JAVA", java), "version");
    assertTrue(with.out().contains("-XX:AOTCache=" + cache.toRealPath() + "\n"), with::out);
  }

  @Test
  void aJavaNamedOutrightThatIsTooOldIsRefused() throws Exception {
    Ran ran = run(Map.of("HOOKLINE_JAVA", java("old", "24.0.2")), "version");
    assertEquals(2, ran.code());
    assertEquals(1, ran.err().lines().count(), ran::err);
    assertTrue(ran.err().contains("HOOKLINE_JAVA"), ran::err);
  }

  @Test
  void aVersionThatStandsInAFileIsNotAskedFor() throws Exception {
    String java = java("told", "does not say");
    Path release = folder.resolve("told/release");
    Files.writeString(release, "IMPLEMENTOR=\"someone\"\nJAVA_VERSION=\"25.0.1\"\n");
    assertEquals(0, run(Map.of("HOOKLINE_JAVA", java), "version").code());
    Files.writeString(release, "JAVA_VERSION=\"24.0.2\"\n");
    assertEquals(2, run(Map.of("HOOKLINE_JAVA", java), "version").code());
    Files.writeString(release, "IMPLEMENTOR=\"someone\"\n");
    assertEquals(2, run(Map.of("HOOKLINE_JAVA", java), "version").code());
    java("told", "25");
    assertEquals(0, run(Map.of("HOOKLINE_JAVA", java), "version").code());
  }

  @Test
  void theFirstThatIsNewEnoughIsTaken() throws Exception {
    java("old", "17.0.15");
    java("new", "26-ea");
    Ran ran =
        run(
            Map.of(
                "JAVA_HOME",
                folder.resolve("old").toString(),
                "PATH",
                folder.resolve("new/bin") + ":/usr/bin:/bin"),
            "version");
    assertEquals(0, ran.code(), ran::err);
    assertTrue(ran.out().startsWith("java of new\n"), ran::out);
  }

  @Test
  void javaOfTheOldNumberingIsNoneOfOurs() throws Exception {
    Ran ran = run(Map.of("HOOKLINE_JAVA", java("ancient", "1.8.0_392")), "version");
    assertEquals(2, ran.code());
  }

  @Test
  void itIsFoundThroughSymbolicLinks() throws Exception {
    Path first = Files.createSymbolicLink(folder.resolve("first"), launcher);
    Path second =
        Files.createSymbolicLink(
            Files.createDirectory(folder.resolve("links")).resolve("second"),
            Path.of("..").resolve(first.getFileName()));
    launcher = second;
    Ran ran = run(Map.of("HOOKLINE_JAVA", java("new", "25")), "version");
    assertEquals(0, ran.code(), ran::err);
    assertTrue(ran.out().contains("/a house/bootstrap/target/hookline.jar"), ran::out);
  }

  @Test
  void aFolderOfTheSameNameInCdpathIsNotTakenForItsOwn() throws Exception {
    Files.createDirectories(folder.resolve("elsewhere/bin"));
    launcher =
        program(
            folder.resolve("from its folder"),
            "cd '%s' && exec bin/hookline \"$@\"".formatted(folder.resolve("a house/bootstrap")));
    Ran ran =
        run(
            Map.of(
                "HOOKLINE_JAVA",
                java("new", "25"),
                "CDPATH",
                folder.resolve("elsewhere").toString()),
            "version");
    assertEquals(0, ran.code(), ran::err);
    assertTrue(ran.out().contains("/a house/bootstrap/target/hookline.jar\n"), ran::out);
  }

  @Test
  void noOtherScriptFollowsCdpathEither() throws IOException {
    try (var bin = Files.list(Path.of("bin"))) {
      for (Path script :
          Stream.concat(bin, Stream.of(Path.of("deploy/compose/make-secrets"))).toList()) {
        String text = Files.readString(script);
        assertTrue(text.contains("\nset -eu\nunset CDPATH\n"), script::toString);
      }
    }
  }

  @Test
  void aMissingJarIsBuiltQuietly() throws Exception {
    Files.delete(built);
    Ran ran =
        run(
            Map.of(
                "HOOKLINE_JAVA",
                java("new", "25"),
                "PATH",
                maven("echo built with \"$@\"; touch bootstrap/target/hookline.jar")),
            "version");
    assertEquals(0, ran.code(), ran::err);
    assertTrue(ran.err().contains("built with -B -q -DskipTests"), ran::err);
    assertTrue(ran.out().startsWith("java of new\n"), ran::out);
    assertTrue(Files.exists(built));
  }

  @Test
  void aBuildThatFailsLeavesNoJar() throws Exception {
    Files.delete(built);
    Ran ran =
        run(
            Map.of(
                "HOOKLINE_JAVA",
                java("new", "25"),
                "PATH",
                maven("touch bootstrap/target/hookline.jar; exit 1")),
            "version");
    assertEquals(1, ran.code(), ran::out);
    assertTrue(ran.err().endsWith("hookline: the build failed\n"), ran::err);
    assertFalse(Files.exists(built));
  }

  @Test
  void aBuildThatASignalBreaksOffLeavesNoJar() throws Exception {
    Files.delete(built);
    String path = maven("touch bootstrap/target/hookline.jar; echo begun; read -r line || true");
    var builder = new ProcessBuilder(launcher.toString(), "version").redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", path);
    builder.environment().put("HOOKLINE_JAVA", java("new", "25"));
    Process process = builder.start();
    try (var said = process.inputReader(StandardCharsets.UTF_8)) {
      assertTrue(said.lines().anyMatch("begun"::equals));
      assertTrue(process.toHandle().destroy());
      // Only now does it go on.
      process.getOutputStream().close();
      assertEquals(1, process.waitFor());
    }
    assertFalse(Files.exists(built));
  }

  @Test
  void mavenRunsOnTheJavaThatWasFoundIfThatCanCompile() throws Exception {
    java("new", "25");
    Path found = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("new/bin/java"));
    Map<String, String> environment =
        Map.of(
            "HOOKLINE_JAVA",
            found.toString(),
            "JAVA_HOME",
            "/another",
            "PATH",
            maven("echo \"built on $JAVA_HOME\"; touch bootstrap/target/hookline.jar"));
    Files.delete(built);
    Ran without = run(environment, "version");
    assertTrue(without.err().contains("built on /another\n"), without::err);

    program(folder.resolve("new/bin/javac"), "exit 1");
    Files.createFile(folder.resolve("new/release"));
    Files.delete(built);
    Ran with = run(environment, "version");
    assertTrue(
        with.err().contains("built on " + folder.resolve("new").toRealPath() + "\n"), with::err);
  }

  /** A path with a Maven that does this. */
  private String maven(String script) throws IOException {
    Path tools = Files.createDirectory(folder.resolve("tools"));
    program(tools.resolve("mvn"), script);
    return tools + ":/usr/bin:/bin";
  }

  private String java(String name, String version) throws IOException {
    Path bin = Files.createDirectories(folder.resolve(name).resolve("bin"));
    return program(
            bin.resolve("java"),
            """
            if [ "$1" = -version ]; then
              echo 'openjdk version "%s" 2025-09-16' >&2
              exit 0
            fi
            echo java of %s
            printf '%%s\\n' "$@"
            """
                .formatted(version, name))
        .toString();
  }

  private static Path program(Path file, String script) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Ran run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    var command = new java.util.ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    var builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().put("HOME", folder.toString());
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    return new Ran(
        code,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  /** In a terminal of its own, which {@code script} makes. */
  private String onTerminal(String redirection) throws IOException, InterruptedException {
    var script = InstalledProgram.named("script");
    var builder =
        new ProcessBuilder(
                script.path().toString(),
                "-qec",
                "'%s' version %s".formatted(launcher, redirection),
                "/dev/null")
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile());
    builder.environment().put("HOOKLINE_JAVA", java("new", "25"));
    Process process = builder.start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said.replace("\r", "");
  }

  @Test
  void eachOutputIsToldToBeATerminalOrNot() throws Exception {
    String both = onTerminal("");
    assertTrue(both.contains("-Dhookline.terminal.out=true\n"), both);
    assertTrue(both.contains("-Dhookline.terminal.err=true\n"), both);
    String piped = onTerminal("| cat");
    assertTrue(piped.contains("-Dhookline.terminal.out=false\n"), piped);
    assertTrue(piped.contains("-Dhookline.terminal.err=true\n"), piped);
    Ran none = run(Map.of("HOOKLINE_JAVA", java("newer", "25")), "version");
    assertTrue(none.out().contains("-Dhookline.terminal.out=false\n"), none::out);
    assertTrue(none.out().contains("-Dhookline.terminal.err=false\n"), none::out);
  }
}
