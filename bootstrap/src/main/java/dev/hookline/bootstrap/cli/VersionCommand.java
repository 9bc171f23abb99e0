package dev.hookline.bootstrap.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

@Command(
    name = "version",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Provider.class,
    description = "Print the version.")
final class VersionCommand implements Callable<Integer> {
  @Option(names = "--json", description = "as JSON")
  private boolean json;

  private final Surroundings around;

  VersionCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    around
        .out()
        .println(
            json
                ? JsonMapper.builder()
                    .build()
                    .createObjectNode()
                    .put("version", version())
                    .put("java", Runtime.version().toString())
                    .toString()
                : text());
    return ExitCode.DONE;
  }

  /** What {@code --version} prints. */
  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {text()};
    }
  }

  private static String text() {
    return "hookline %s (Java %s)".formatted(version(), Runtime.version());
  }

  private static String version() {
    // From the jar's manifest; there is none where classes run from a folder.
    return Objects.requireNonNullElse(
        VersionCommand.class.getPackage().getImplementationVersion(), "unpackaged");
  }
}
