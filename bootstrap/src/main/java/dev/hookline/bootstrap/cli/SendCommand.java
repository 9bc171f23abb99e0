package dev.hookline.bootstrap.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.bootstrap.load.Provider;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "send",
    mixinStandardHelpOptions = true,
    description = {
      "Send a correctly signed sample delivery.",
      "",
      "Samples: github issue_comment, pull_request, push, ping; slack app_mention, message,"
          + " slash_command, block_actions; linear Issue, Comment. An action may follow:"
          + " pull_request.closed, Issue.update.",
      ""
    })
final class SendCommand implements Callable<Integer> {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private DestinationOptions destination = new DestinationOptions();

  @Parameters(index = "0", paramLabel = "SERVICE", description = "github, slack or linear")
  private String service = "";

  @Parameters(index = "1", paramLabel = "EVENT", arity = "0..1", description = "event type")
  private @Nullable String event;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "send this body instead of a sample (- is standard input)")
  private Optional<String> file = Optional.empty();

  @Option(
      names = "--header",
      paramLabel = "NAME=VALUE",
      description = "add a header, or send another value")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "send so many, one after another (${DEFAULT-VALUE})")
  private int count = 1;

  @Option(names = "--json", description = "each answer as one line of JSON")
  private boolean json;

  private final Surroundings around;

  SendCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Provider provider =
        Provider.of(service)
            .orElseThrow(() -> CommandException.notOneOf("SERVICE", Provider.names(), service));
    if (count < 1) {
      throw CommandException.usage("--count: at least 1, not " + count);
    }
    Settings settings = options.load(around, Role.TOOL).settings();
    URI target = destination.intake(around, settings, service);
    String key = destination.secret(around, settings, service);
    Optional<byte[]> body = body();
    String type = event == null ? provider.samples().getFirst().event() : event;
    boolean allTaken = true;
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build()) {
      for (int number = 1; number <= count; number++) {
        SampleDelivery delivery = delivery(provider, type, body, number, key);
        allTaken &= send(client, target, delivery);
      }
    }
    return allTaken ? ExitCode.DONE : ExitCode.FAILED;
  }

  private SampleDelivery delivery(
      Provider provider, String type, Optional<byte[]> body, int number, String key) {
    if (body.isPresent()) {
      return SampleDelivery.ofBody(provider, type, body.get(), around.clock().instant(), key);
    }
    return SampleDelivery.of(provider, type, number, around.clock().instant(), key)
        .orElseThrow(
            () ->
                CommandException.usage(
                    "EVENT: there is no sample of \"%s\"; there are %s, and --file takes any"
                        .formatted(
                            Table.printable(type),
                            provider.samples().stream()
                                .map(Provider.Sample::event)
                                .collect(Collectors.joining(", ")))));
  }

  private boolean send(HttpClient client, URI target, SampleDelivery delivery)
      throws InterruptedException {
    var all = new LinkedHashMap<>(delivery.headers());
    headers.forEach(
        (name, value) -> {
          all.keySet().removeIf(name::equalsIgnoreCase);
          all.put(name, value);
        });
    HttpResponse<String> answer;
    try {
      var request =
          HttpRequest.newBuilder(target)
              .timeout(PATIENCE)
              .POST(HttpRequest.BodyPublishers.ofByteArray(delivery.body().bytes()));
      all.forEach(request::header);
      answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--header: " + e.getMessage());
    } catch (IOException e) {
      String why =
          e instanceof ConnectException
              ? "no connection can be made"
              : Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
      around
          .err()
          .println(
              "hookline: no answer from %s: %s; does hookline up or serve run there? (--url)"
                  .formatted(target, why));
      return false;
    }
    print(answer);
    return answer.statusCode() / 100 == 2;
  }

  private void print(HttpResponse<String> answer) {
    if (json) {
      around.out().println(asJson(answer));
      around.out().flush();
      return;
    }
    String pipeline =
        answer
            .headers()
            .firstValue("X-Pipeline-Id")
            .map(id -> " X-Pipeline-Id: " + Table.printable(id))
            .orElse("");
    around.out().println(answer.statusCode() + pipeline);
    if (!answer.body().isBlank()) {
      around.out().println(answer.body().strip().replaceAll("\\p{Cntrl}", "?"));
    }
    around.out().flush();
  }

  /** {@code {"status","pipeline_id","answer"}}; an answer that is no JSON is text, or null. */
  private static String asJson(HttpResponse<String> answer) {
    ObjectNode whole = JSON.createObjectNode();
    whole.put("status", answer.statusCode());
    whole.put("pipeline_id", answer.headers().firstValue("X-Pipeline-Id").orElse(null));
    if (answer.body().isBlank()) {
      whole.putNull("answer");
    } else {
      try {
        whole.set("answer", JSON.readTree(answer.body()));
      } catch (JsonProcessingException _) {
        whole.put("answer", answer.body());
      }
    }
    return whole.toString();
  }

  private Optional<byte[]> body() throws IOException {
    return file.isEmpty() ? Optional.empty() : Optional.of(around.read("--file", file.get()));
  }
}
