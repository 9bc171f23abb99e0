package dev.hookline.bootstrap.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The compose file starts processes that understand it, each with what it needs and no more. */
class ComposeTest {
  private static final DeployFile FILE = DeployFile.of("compose", "compose.yaml");

  @TempDir private Path folder = Path.of("");

  @Test
  void everyProcessUnderstandsItsCommandAndSettings() throws IOException {
    var commands = new ArrayList<String>();
    for (DeployedProcess process : processes()) {
      commands.addAll(process.commandsOf(folder));
    }
    assertEquals(
        List.of("migrate hookline_intake hookline_worker", "serve", "worker 8082", "worker 8082"),
        commands);
  }

  @Test
  void everyProcessHasADatabaseRoleOfItsOwnAndTheSecretsThatItNames() throws IOException {
    var users = new HashMap<String, String>();
    for (DeployedProcess process : processes()) {
      users.put(process.arguments().getFirst(), process.value("HOOKLINE_DB_USER"));
      Set<String> given =
          texts(service(process.name()).path("secrets")).stream()
              .map(secret -> "/run/secrets/" + secret)
              .collect(Collectors.toSet());
      assertEquals(given, Set.copyOf(process.secretFiles().values()), process.name());
    }
    assertEquals(
        Map.of("migrate", "hookline", "serve", "hookline_intake", "worker", "hookline_worker"),
        users);
    String roles = DeployFile.of("postgres", "roles.sql").text();
    for (String user : users.values()) {
      assertTrue(roles.contains("ALTER ROLE " + user + " LOGIN PASSWORD"), user);
    }
  }

  @Test
  void noProcessCanWriteOrBecomeMoreOrGrow() throws IOException {
    for (DeployedProcess process : processes()) {
      JsonNode service = service(process.name());
      assertTrue(service.path("read_only").asBoolean(), process.name());
      assertEquals(List.of("ALL"), texts(service.path("cap_drop")), process.name());
      assertEquals(
          List.of("no-new-privileges:true"), texts(service.path("security_opt")), process.name());
      assertTrue(service.path("mem_limit").asText().endsWith("m"), process.name());
      assertTrue(process.value("HOOKLINE_OPTS").contains("-Xmx"), process.name());
    }
  }

  @Test
  void portsAreOpenOnThisMachineAlone() throws IOException {
    for (JsonNode service : FILE.document().path("services")) {
      for (String port : texts(service.path("ports"))) {
        assertTrue(port.startsWith("127.0.0.1:"), port);
      }
    }
  }

  @Test
  void everySecretIsMade() throws Exception {
    Path script = folder.resolve("make-secrets");
    Files.copy(FILE.path().resolveSibling("make-secrets"), script);
    InstalledProgram.named("sh").accepts(folder, script.toString());
    var made = new TreeSet<String>();
    try (var files = Files.list(folder.resolve("secrets"))) {
      for (Path file : files.toList()) {
        assertEquals(64, Files.readString(file).length());
        made.add("secrets/" + file.getFileName());
      }
    }
    var named = new TreeSet<String>();
    FILE.document().path("secrets").forEach(secret -> named.add(secret.path("file").asText()));
    assertEquals(named, made);

    // One that a run left half made does not stay.
    Files.writeString(folder.resolve("secrets/github.new"), "half");
    Files.delete(folder.resolve("secrets/github"));
    InstalledProgram.named("sh").accepts(folder, script.toString());
    assertEquals(64, Files.readString(folder.resolve("secrets/github")).length());
    assertFalse(Files.exists(folder.resolve("secrets/github.new")));
  }

  @Test
  void everyFileThatIsMountedIsThere() throws IOException {
    int seen = 0;
    for (JsonNode service : FILE.document().path("services")) {
      for (String mount : texts(service.path("volumes"))) {
        if (mount.startsWith(".")) {
          Path source = FILE.path().resolveSibling(mount.substring(0, mount.indexOf(':')));
          assertTrue(Files.exists(source.normalize()), mount);
          seen++;
        }
      }
    }
    assertTrue(seen > 3, "only " + seen + " were found");
  }

  @Test
  void everyProcessIsScrapedByANameThatItAnswersTo() throws IOException {
    JsonNode prometheus = DeployFile.of("prometheus", "prometheus.yml").document();
    var scraped = new TreeSet<String>();
    for (JsonNode job : prometheus.path("scrape_configs")) {
      assertEquals(
          "/run/secrets/admin-token", job.path("authorization").path("credentials_file").asText());
      for (String target : texts(job.path("static_configs").path(0).path("targets"))) {
        String name = target.substring(0, target.indexOf(':'));
        DeployedProcess process =
            processes().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
        List<String> hosts = List.of(process.value("HOOKLINE_ADMIN_HOSTS").split(",", -1));
        assertTrue(hosts.contains(name), target);
        assertEquals(
            process.arguments().getFirst().equals("serve") ? "8081" : "8082",
            target.substring(name.length() + 1));
        scraped.add(name);
      }
    }
    assertEquals(Set.of("serve", "worker-1", "worker-2"), scraped);
  }

  private static List<DeployedProcess> processes() throws IOException {
    var processes = new ArrayList<DeployedProcess>();
    for (var service : FILE.document().path("services").properties()) {
      if (service.getValue().path("image").asText().startsWith("hookline:")) {
        var environment = new HashMap<String, String>();
        service
            .getValue()
            .path("environment")
            .properties()
            .forEach(variable -> environment.put(variable.getKey(), variable.getValue().asText()));
        processes.add(
            new DeployedProcess(
                service.getKey(), texts(service.getValue().path("command")), environment));
      }
    }
    return processes;
  }

  private static JsonNode service(String name) throws IOException {
    return FILE.document().path("services").path(name);
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }
}
