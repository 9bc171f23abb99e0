package dev.hookline.bootstrap.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.bootstrap.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The units start processes that understand them, as users of their own. */
class SystemdTest {
  private static final String PROGRAM = "/opt/hookline/bin/hookline";
  private static final List<String> UNITS =
      List.of("hookline-migrate.service", "hookline-serve.service", "hookline-worker@.service");

  @TempDir private Path folder = Path.of("");

  /** The lines of a unit: what each directive is set to, the last one last. */
  private record Unit(Map<String, List<String>> lines) {
    static Unit named(String name) throws IOException {
      var lines = new HashMap<String, List<String>>();
      for (String line : DeployFile.of("systemd", name).text().lines().toList()) {
        int equals = line.indexOf('=');
        if (equals > 0 && !line.startsWith("#")) {
          lines
              .computeIfAbsent(line.substring(0, equals), _ -> new ArrayList<>())
              .add(line.substring(equals + 1).replace("%i", "8083"));
        }
      }
      return new Unit(lines);
    }

    List<String> all(String directive) {
      return lines.getOrDefault(directive, List.of());
    }

    String only(String directive) {
      assertEquals(1, all(directive).size(), directive);
      return all(directive).getFirst();
    }
  }

  @Test
  void everyUnitUnderstandsItsCommandAndSettings() throws IOException {
    var commands = new ArrayList<String>();
    for (String unit : UNITS) {
      commands.addAll(process(unit).commandsOf(folder));
    }
    assertEquals(
        List.of("migrate hookline_intake hookline_worker", "serve", "worker 8083"), commands);
  }

  @Test
  void everyUnitHasAUserAndADatabaseRoleOfItsOwn() throws IOException {
    var users = new HashSet<String>();
    var roles = new HashSet<String>();
    String made = DeployFile.of("systemd", "hookline.sysusers.conf").text();
    for (String name : UNITS) {
      String user = Unit.named(name).only("User");
      // Without a colon, which would end the field in /etc/passwd: systemd-sysusers makes no such
      // user.
      assertTrue(made.matches("(?s).*\nu " + user + " +- \"[^\":]+\"\n.*"), user);
      users.add(user);
      roles.add(process(name).value("HOOKLINE_DB_USER"));
    }
    assertEquals(UNITS.size(), users.size());
    assertEquals(Set.of("hookline", "hookline_intake", "hookline_worker"), roles);
  }

  @Test
  void whatRunsForLongIsStartedAgainUnlessASettingIsWrong() throws IOException {
    for (String name : UNITS.subList(1, UNITS.size())) {
      Unit unit = Unit.named(name);
      assertEquals("always", unit.only("Restart"));
      assertEquals(Integer.toString(ExitCode.USAGE), unit.only("RestartPreventExitStatus"));
      assertTrue(Integer.parseInt(unit.only("TimeoutStopSec")) > 25, name);
      assertTrue(Integer.parseInt(unit.only("LimitNOFILE")) >= 2 * 4096, name);
    }
  }

  /** But for the program, which is not installed where this runs. */
  @Test
  void systemdUnderstandsThem() throws Exception {
    var program = InstalledProgram.named("systemd-analyze");
    Path launcher = Path.of("bin", "hookline").toAbsolutePath();
    for (String name : UNITS) {
      String shipped = DeployFile.of("systemd", name).text();
      assertTrue(shipped.contains("ExecStart=" + PROGRAM + " "), name);
      Path unit = folder.resolve(name.replace("@", "@8083"));
      Files.writeString(unit, shipped.replace(PROGRAM, launcher.toString()));
      program.accepts(folder, "verify", "--man=no", unit.toString());
    }
  }

  private static DeployedProcess process(String name) throws IOException {
    Unit unit = Unit.named(name);
    List<String> command = List.of(unit.only("ExecStart").split(" ", -1));
    assertEquals(PROGRAM, command.getFirst());
    var environment = new HashMap<String, String>();
    assertEquals("/etc/hookline/hookline.env", unit.only("EnvironmentFile"));
    DeployFile.of("systemd", "hookline.env")
        .text()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> put(line, environment));
    unit.all("Environment").forEach(line -> put(line, environment));
    return new DeployedProcess(name, command.subList(1, command.size()), environment);
  }

  private static void put(String assignment, Map<String, String> environment) {
    int equals = assignment.indexOf('=');
    environment.put(assignment.substring(0, equals), assignment.substring(equals + 1));
  }
}
