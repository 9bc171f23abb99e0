package dev.hookline.bootstrap.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.bootstrap.config.SecretSource;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.http.doctor.Diagnosis;
import dev.hookline.http.doctor.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Say why the signature of a delivery does not hold, by trying the usual causes.",
      "It sends nothing, and needs neither database nor network. Exit code 0: the signature is"
          + " right; 1: it is not.",
      ""
    })
final class DoctorCommand implements Callable<Integer> {
  /** A field's name is a token, and a control character is no part of a value (RFC 9110, 5). */
  private static final Pattern HEADER =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([^\\p{Cntrl}]*?)[ \\t]*");

  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private DataOption data = new DataOption();

  @Parameters(index = "0", paramLabel = "SERVICE", description = "github, slack or linear")
  private String service = "";

  @Option(
      names = "--body",
      required = true,
      paramLabel = "FILE",
      description = "the body's exact bytes (- is standard input)")
  private String body = "";

  @Option(
      names = "--header",
      paramLabel = "'NAME: VALUE'",
      description = "a header as it came; give each of them, the signature above all")
  private List<String> headers = new ArrayList<>();

  @Option(
      names = "--secret-file",
      paramLabel = "FILE",
      description = "more secrets to try, such as an old one; commas and line ends separate them")
  private Optional<Path> secretFile = Optional.empty();

  @Option(
      names = "--received-at",
      paramLabel = "TIME",
      description = "when it came: an ISO-8601 time, or how long ago (now)")
  private Optional<String> receivedAt = Optional.empty();

  @Option(names = "--json", description = "as JSON")
  private boolean json;

  private final Surroundings around;
  private final Commands commands;

  DoctorCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() throws IOException {
    var delivery =
        new Delivery(
            around.service("SERVICE", service),
            headers(),
            RawBody.of(around.read("--body", body)),
            TimeOption.parse("--received-at", receivedAt, around.clock())
                .orElseGet(() -> around.clock().instant()),
            "");
    Diagnosis diagnosis = commands.doctor(settings()).examine(delivery, more());
    if (json) {
      printJson(diagnosis);
    } else {
      print(diagnosis);
    }
    return diagnosis.isAuthentic() ? ExitCode.DONE : ExitCode.FAILED;
  }

  private Headers headers() {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    for (String line : headers) {
      Matcher header = HEADER.matcher(line);
      if (!header.matches()) {
        // The line may hold a signature, so it is not shown.
        throw CommandException.usage("--header: not of the form 'Name: value'");
      }
      fields.computeIfAbsent(header.group(1), _ -> new ArrayList<>()).add(header.group(2));
    }
    return Headers.of(fields);
  }

  /** As {@code serve} has them, or else {@code up}. */
  private Settings settings() {
    return data.withSecrets(around, options.load(around, Role.TOOL).settings());
  }

  private List<String> more() {
    if (secretFile.isEmpty()) {
      return List.of();
    }
    try {
      return SecretSource.inFile(around.folder().resolve(secretFile.get()), true, System::nanoTime)
          .get();
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--secret-file: " + e.getMessage());
    }
  }

  private void print(Diagnosis diagnosis) {
    if (!diagnosis.isAuthentic()) {
      around.out().printf("The signature does not hold for %s.%n", service);
    }
    for (Finding finding : diagnosis.findings()) {
      around.out().printf("%n%s%n  Do: %s%n", finding.what(), finding.next());
    }
    if (comparedWithNow(diagnosis)) {
      around.out().printf("%nTimes were compared with now; --received-at says when it came.%n");
    }
  }

  private boolean comparedWithNow(Diagnosis diagnosis) {
    return receivedAt.isEmpty()
        && diagnosis.findings().stream()
            .anyMatch(finding -> finding.cause() == Finding.Cause.TIME_OUT_OF_TOLERANCE);
  }

  private void printJson(Diagnosis diagnosis) {
    var mapper = JsonMapper.builder().build();
    var whole = mapper.createObjectNode();
    whole.put("service", service);
    whole.put("authentic", diagnosis.isAuthentic());
    whole.put("explained", diagnosis.isExplained());
    var findings = whole.putArray("findings");
    for (Finding finding : diagnosis.findings()) {
      findings
          .addObject()
          .put("cause", finding.cause().label())
          .put("what", finding.what())
          .put("next", finding.next());
    }
    around.out().println(whole);
  }
}
