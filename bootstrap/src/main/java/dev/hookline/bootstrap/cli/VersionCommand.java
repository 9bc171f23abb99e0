package dev.hookline.bootstrap.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

@Command(
    name = "version",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Provider.class,
    description = "Print the version.")
final class VersionCommand implements Callable<Integer> {
  private final Surroundings around;

  VersionCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    around.out().println(text());
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
    // From the jar's manifest; there is none where classes run from a folder.
    String version = VersionCommand.class.getPackage().getImplementationVersion();
    return "hookline %s (Java %s)"
        .formatted(Objects.requireNonNullElse(version, "unpackaged"), Runtime.version());
  }
}
