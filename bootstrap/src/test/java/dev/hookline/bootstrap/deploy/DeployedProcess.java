package dev.hookline.bootstrap.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.bootstrap.cli.ExitCode;
import dev.hookline.bootstrap.cli.FakeCommands;
import dev.hookline.bootstrap.cli.HooklineCli;
import dev.hookline.bootstrap.cli.Surroundings;
import dev.hookline.bootstrap.config.TestProfiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A process as a deploy file starts it.
 *
 * @param arguments what follows the program's name
 * @param environment with the names of files that hold secrets
 */
record DeployedProcess(String name, List<String> arguments, Map<String, String> environment) {

  DeployedProcess {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }

  /** What a variable is set to. */
  String value(String variable) {
    return environment.getOrDefault(variable, "");
  }

  /** Where its secrets are, by variable. */
  Map<String, String> secretFiles() {
    var files = new TreeMap<String, String>();
    environment.forEach(
        (variable, value) -> {
          if (variable.startsWith("HOOKLINE_") && variable.endsWith("_FILE")) {
            files.put(variable, value);
          }
        });
    return files;
  }

  /**
   * What the command line makes of it, with each secret at hand: the settings are known, good and
   * complete, or this fails.
   *
   * @param folder its working folder, in which a hookline.yaml may be
   */
  List<String> commandsOf(Path folder) throws IOException {
    var here = new HashMap<>(environment);
    for (var file : secretFiles().entrySet()) {
      Path secret = folder.resolve(file.getKey());
      Files.writeString(secret, "the secret of " + file.getValue() + "\n", UTF_8);
      here.put(file.getKey(), secret.toString());
    }
    var complaints = new StringWriter();
    var commands = new FakeCommands();
    var around =
        new Surroundings(
            folder,
            here,
            InputStream.nullInputStream(),
            new PrintWriter(new StringWriter()),
            new PrintWriter(complaints),
            new Surroundings.Terminals(false, false),
            Clock.systemUTC(),
            TestProfiles.THREE);
    int exitCode = new HooklineCli(around, commands).run(arguments.toArray(String[]::new));
    assertEquals("", complaints.toString(), name);
    assertEquals(ExitCode.DONE, exitCode, name);
    return commands.calls();
  }
}
