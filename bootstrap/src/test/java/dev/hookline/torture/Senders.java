package dev.hookline.torture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * The providers: each repository's deliveries go out one after the other, the next once the one
 * before is acknowledged, and each again and again until it is. Some of GitHub's are sent once, as
 * GitHub does, and half of what that lost is delivered again in the end. Among them are
 * repetitions, and forged ones.
 */
final class Senders implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int REPEATED_PERCENT = 4;
  private static final int FORGED_PERCENT = 10;

  /** Of GitHub's. */
  private static final int ONCE_PERCENT = 5;

  private static final int IMPATIENT_PERCENT = 2;
  private static final Duration IMPATIENCE = Duration.ofMillis(4);

  /** Where an intake listens, by the name of its process. */
  record Intake(String name, int port) {}

  private final Plan plan;
  private final List<Intake> intakes;
  private final Ledger ledger;
  private final Chronicle chronicle;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  Senders(Plan plan, List<Intake> intakes, Ledger ledger, Chronicle chronicle) {
    this.plan = plan;
    this.intakes = intakes;
    this.ledger = ledger;
    this.chronicle = chronicle;
  }

  /**
   * Sends all of the plan, and more while harm is done, and returns once everything is
   * acknowledged.
   *
   * @param isHarmDone whether all faults have happened
   * @param giveUpAt by the monotonic clock
   */
  void sendAll(BooleanSupplier isHarmDone, long giveUpAt) throws InterruptedException {
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < Plan.REPOSITORIES; i++) {
      int repository = i;
      threads.add(
          Thread.ofVirtual()
              .name("sender " + i)
              .start(() -> sendAll(repository, isHarmDone, giveUpAt)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void sendAll(int repository, BooleanSupplier isHarmDone, long giveUpAt) {
    var random = new Random(plan.seed() * 1000 + repository);
    int events =
        plan.events() / Plan.REPOSITORIES
            + (repository < plan.events() % Plan.REPOSITORIES ? 1 : 0);
    long begun = System.nanoTime();
    long gap = plan.duration().toNanos() / Math.max(1, events);
    var lost = new ArrayList<Sent>();
    try {
      for (int i = 0; i < events || !isHarmDone.getAsBoolean(); i++) {
        sleepUntil(begun + (long) ((i + random.nextDouble()) * gap));
        Sent delivery = Sent.of("s" + plan.seed(), repository, i);
        ledger.sending(delivery);
        if (delivery.service().equals("github") && random.nextInt(100) < ONCE_PERCENT) {
          if (!isAcknowledged(delivery, random.nextInt(intakes.size()), random)) {
            ledger.abandoned(delivery);
            lost.add(delivery);
            continue;
          }
        } else if (!sendUntilAcknowledged(delivery, random, giveUpAt)) {
          return;
        }
        if (random.nextInt(100) < REPEATED_PERCENT) {
          repeat(delivery, random);
        }
        if (random.nextInt(100) < FORGED_PERCENT) {
          forge(repository, i, random);
        }
      }
      for (int i = 0; i < lost.size(); i += 2) {
        if (!sendUntilAcknowledged(lost.get(i), random, giveUpAt)) {
          return;
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // What this one would still have sent is missing: no run to draw conclusions from.
      ledger.wrongAnswer("sender %d gave up: %s".formatted(repository, e));
    }
  }

  private static void sleepUntil(long nanos) throws InterruptedException {
    long left = nanos - System.nanoTime();
    if (left > 0) {
      Thread.sleep(Duration.ofNanos(left));
    }
  }

  private boolean sendUntilAcknowledged(Sent delivery, Random random, long giveUpAt)
      throws InterruptedException {
    int turn = random.nextInt(intakes.size());
    while (System.nanoTime() < giveUpAt) {
      // As a load balancer would: the next try goes to another one.
      if (isAcknowledged(delivery, turn++ % intakes.size(), random)) {
        return true;
      }
      Thread.sleep(200L + random.nextInt(400));
    }
    ledger.wrongAnswer("never acknowledged: " + delivery.marker());
    return false;
  }

  private boolean isAcknowledged(Sent delivery, int intake, Random random)
      throws InterruptedException {
    boolean impatient = random.nextInt(100) < IMPATIENT_PERCENT;
    long begun = System.nanoTime();
    Optional<HttpResponse<String>> answer =
        send(
            intakes.get(intake),
            delivery.service(),
            delivery.headers(),
            delivery.body(),
            impatient ? IMPATIENCE : listening(delivery.service()));
    if (answer.isEmpty()) {
      ledger.unanswered();
      return false;
    }
    if (isSuccess(delivery, answer.get().statusCode())) {
      ledger.acknowledged(delivery, acknowledgement(answer.get(), begun));
      return true;
    }
    noteFailure(delivery.marker(), answer.get());
    return false;
  }

  private void noteFailure(String marker, HttpResponse<String> answer) {
    if (answer.statusCode() == 503) {
      ledger.putOff();
    } else {
      ledger.wrongAnswer("%d for %s: %s".formatted(answer.statusCode(), marker, answer.body()));
    }
  }

  /** After which the provider takes a delivery for failed. */
  static Duration patience(String service) {
    return switch (service) {
      case "slack" -> Duration.ofSeconds(3);
      case "linear" -> Duration.ofSeconds(5);
      default -> Duration.ofSeconds(10);
    };
  }

  /** How long a sender here listens: past the patience, or it would never hear a late success. */
  private static Duration listening(String service) {
    return patience(service).plusSeconds(2);
  }

  private static boolean isSuccess(Sent delivery, int status) {
    return status == (delivery.service().equals("linear") ? 200 : 202);
  }

  private static Ledger.Acknowledgement acknowledgement(HttpResponse<String> answer, long begun) {
    long now = System.nanoTime();
    try {
      JsonNode body = JSON.readTree(answer.body());
      return new Ledger.Acknowledgement(
          now,
          Duration.ofNanos(now - begun),
          body.path("pipeline_id").asText(),
          body.path("duplicate").asBoolean());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON: " + answer.body(), e);
    }
  }

  private Optional<HttpResponse<String>> send(
      String service, Map<String, String> headers, String body, Duration patience, Random random)
      throws InterruptedException {
    return send(intakes.get(random.nextInt(intakes.size())), service, headers, body, patience);
  }

  private Optional<HttpResponse<String>> send(
      Intake intake, String service, Map<String, String> headers, String body, Duration patience)
      throws InterruptedException {
    ledger.signed(headers.getOrDefault(Sent.signatureHeader(service), ""));
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/webhooks/%s".formatted(intake.port(), service)))
            .timeout(patience)
            .POST(BodyPublishers.ofString(body));
    headers.forEach(request::header);
    try {
      HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
      if (answer.statusCode() < 300) {
        chronicle.accepted(intake.name());
      }
      return Optional.of(answer);
    } catch (IOException _) {
      // The intake is down, or died over it: whether it is stored nobody knows.
      return Optional.empty();
    }
  }

  /** The same again, as it was or under another id: never a second pipeline. */
  private void repeat(Sent delivery, Random random) throws InterruptedException {
    boolean renamed = delivery.service().equals("github") && random.nextInt(4) == 0;
    String id = renamed ? UUID.randomUUID().toString() : delivery.id();
    long begun = System.nanoTime();
    Optional<HttpResponse<String>> answer =
        send(
            delivery.service(),
            delivery.headers(id, Instant.now(), Sent.secret(delivery.service())),
            delivery.body(),
            listening(delivery.service()),
            random);
    if (answer.isEmpty()) {
      return;
    }
    if (!isSuccess(delivery, answer.get().statusCode())) {
      noteFailure(delivery.marker() + ", repeated", answer.get());
      return;
    }
    var again = acknowledgement(answer.get(), begun);
    ledger.acknowledged(delivery, again);
    if (!again.duplicate()) {
      ledger.wrongAnswer("accepted again as if it were new: " + delivery.marker());
    }
  }

  private void forge(int repository, int sequence, Random random) throws InterruptedException {
    Sent forged = Sent.of("forged" + plan.seed(), repository, sequence);
    ledger.sendingForged(forged.marker());
    String signature = Sent.signatureHeader(forged.service());
    Map<String, String> headers = new LinkedHashMap<>(forged.headers());
    String body = forged.body();
    switch (random.nextInt(5)) {
      case 0 ->
          headers =
              forged.headers(forged.id(), Instant.now(), "some other secret, not ours at all");
      case 1 -> body = body.replace("please", "Please");
      case 2 -> headers.remove(signature);
      case 3 -> headers.computeIfPresent(signature, (_, s) -> s.substring(0, s.length() - 2));
      default -> {
        // Another service's secret, or for Slack a time that is long past.
        String other = forged.service().equals("github") ? "linear" : "github";
        headers =
            forged.service().equals("slack")
                ? forged.headers(
                    forged.id(), Instant.now().minusSeconds(3600), Sent.secret("slack"))
                : forged.headers(forged.id(), Instant.now(), Sent.secret(other));
      }
    }
    Optional<HttpResponse<String>> answer =
        send(forged.service(), headers, body, listening(forged.service()), random);
    if (answer.isPresent() && answer.get().statusCode() != 401) {
      ledger.wrongAnswer(
          "%d for %s: %s"
              .formatted(answer.get().statusCode(), forged.marker(), answer.get().body()));
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
