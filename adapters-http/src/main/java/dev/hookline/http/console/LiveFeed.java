package dev.hookline.http.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.inspect.Standing;
import dev.hookline.application.pause.Pause;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.json.JsonText;
import dev.hookline.http.metrics.Remembered;
import dev.hookline.http.server.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * Tells open pages that something has changed, as server-sent events (HTML standard, section 9.2):
 * {@code change} with the counts and the newest pipeline, {@code end} when the session is over. A
 * comment now and then keeps proxies from closing.
 */
final class LiveFeed implements AutoCloseable {
  static final int MOST_STREAMS = 16;
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
  private static final int LOOKS_WITHOUT_A_WORD = 10;
  private static final int MOST_LOOKS = 1800;
  private static final String RECONNECT = "retry: 2000\n\n";
  private static final String STILL_HERE = ": still here\n\n";
  private static final String TOO_MANY = "retry: 30000\n\n";
  private static final String END = "event: end\ndata: {}\n\n";

  private final Records records;
  private final Pauses pauses;
  private final Remembered<Pulse> pulse;
  private final Semaphore free = new Semaphore(MOST_STREAMS);
  private final CountDownLatch closing = new CountDownLatch(1);

  /** Equal as long as nothing has changed. */
  private record Pulse(List<Standing> standings, Optional<PipelineId> newest, List<Pause> paused) {}

  LiveFeed(Records records, Pauses pauses, LongSupplier nanoTime) {
    this.records = records;
    this.pauses = pauses;
    this.pulse = new Remembered<>(this::look, BETWEEN_LOOKS, nanoTime);
  }

  private Pulse look() {
    return new Pulse(
        records.standings().stream().map(LiveFeed::ageless).toList(),
        records.pipelines(PipelineFilter.ALL, Optional.empty(), 1).items().stream()
            .map(view -> view.id())
            .findFirst(),
        pauses.list());
  }

  /** That what waits grows older is no news. */
  private static Standing ageless(Standing standing) {
    return new Standing(
        standing.service(),
        standing.waiting(),
        standing.underWay(),
        Duration.ZERO,
        standing.dead(),
        standing.refused());
  }

  /**
   * A stream for one page. Of too many at once, it tells the page to come again later.
   *
   * @param mayGoOn asked before each look
   */
  Answer open(BooleanSupplier mayGoOn) {
    return Answer.streaming(
        "text/event-stream",
        out -> {
          if (!free.tryAcquire()) {
            send(out, TOO_MANY);
            return;
          }
          try {
            write(out, mayGoOn);
          } finally {
            free.release();
          }
        });
  }

  private void write(OutputStream out, BooleanSupplier mayGoOn) throws IOException {
    send(out, RECONNECT);
    Optional<Pulse> told = Optional.empty();
    int silent = 0;
    for (int looks = 0; looks < MOST_LOOKS; looks++) {
      if (!mayGoOn.getAsBoolean()) {
        send(out, END);
        return;
      }
      Optional<Pulse> now = pulse();
      if (now.isPresent() && !now.equals(told)) {
        send(out, event(now.get()));
        told = now;
        silent = 0;
      } else if (++silent == LOOKS_WITHOUT_A_WORD) {
        send(out, STILL_HERE);
        silent = 0;
      }
      if (closes()) {
        return;
      }
    }
  }

  private Optional<Pulse> pulse() {
    try {
      return Optional.of(pulse.get());
    } catch (StoreUnavailableException _) {
      // The pages say so themselves when they are asked for; here it is no news.
      return Optional.empty();
    }
  }

  /** Waits for the next look; true if there is none. */
  private boolean closes() {
    try {
      return closing.await(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static String event(Pulse pulse) {
    String data =
        JsonText.text(
            json -> {
              json.writeStartObject();
              json.writeNumberField("waiting", sum(pulse, Standing::waiting));
              json.writeNumberField("under_way", sum(pulse, Standing::underWay));
              json.writeNumberField("dead", sum(pulse, Standing::dead));
              json.writeNumberField("refused", sum(pulse, Standing::refused));
              json.writeNumberField("paused", pulse.paused().size());
              json.writeStringField(
                  "newest", pulse.newest().map(PipelineId::toString).orElse(null));
              json.writeEndObject();
            });
    return "event: change\ndata: " + data + "\n\n";
  }

  private static long sum(Pulse pulse, ToLongFunction<Standing> count) {
    return pulse.standings().stream().mapToLong(count).sum();
  }

  private static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(UTF_8));
    out.flush();
  }

  /** Ends every stream. */
  @Override
  public void close() {
    closing.countDown();
  }
}
