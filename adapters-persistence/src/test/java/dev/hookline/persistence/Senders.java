package dev.hookline.persistence;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.aDelivery;
import static dev.hookline.testing.Samples.aPipeline;
import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.pipeline.PipelineStore.Acceptance.Accepted;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Some who send one delivery after the other while something happens to the database, and who write
 * down what they were told.
 */
final class Senders implements AutoCloseable {
  /** The shortest that any provider leaves, and how long that provider waits for its answer. */
  static final Duration BUDGET = Duration.ofMillis(1500);

  /** From the moment when the database answers again to the first acceptance. */
  private static final Duration COMES_BACK = Duration.ofSeconds(2);

  private static final long PATIENCE_NANOS = Duration.ofSeconds(3).toNanos();

  /**
   * A database stays away at least for so long, in seconds; longer than is needed to see it with
   * {@code -Dhookline.away=60}.
   */
  private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("hookline.away", 0));

  private static final int SENDERS = 4;
  private static final AtomicInteger DELIVERIES = new AtomicInteger();

  private final PipelineStore store;
  private final Supplier<NewPipeline> candidates;
  private final List<Thread> threads = new ArrayList<>();
  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<NewPipeline> refused = new ConcurrentLinkedQueue<>();
  private final Set<String> reasons = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<Throwable> defects = new ConcurrentLinkedQueue<>();
  private final AtomicLong longest = new AtomicLong();
  private volatile boolean stopped;

  /** Some who send small deliveries. */
  Senders(PipelineStore store) {
    this(store, Senders::aCandidate);
  }

  /**
   * @param candidates gives a delivery that nobody else sends
   */
  Senders(PipelineStore store, Supplier<NewPipeline> candidates) {
    this.store = store;
    this.candidates = candidates;
    for (int i = 0; i < SENDERS; i++) {
      threads.add(Thread.ofVirtual().start(this::send));
    }
  }

  /** A small delivery that nobody else sends. */
  static NewPipeline aCandidate() {
    return candidate(aDelivery(GITHUB));
  }

  /** A delivery of a megabyte that nobody else sends and nothing compresses. */
  static NewPipeline aLargeCandidate() {
    var bytes = new byte[1 << 20];
    new Random().nextBytes(bytes);
    return candidate(
        new Delivery(GITHUB, aDelivery(GITHUB).headers(), RawBody.of(bytes), NOON, "127.0.0.1"));
  }

  private static NewPipeline candidate(Delivery delivery) {
    var event = anEvent().rawPayload(delivery.body()).build();
    var key = new DeliveryKey("delivery-%05d".formatted(DELIVERIES.incrementAndGet()));
    return new NewPipeline(aPipeline().of(event).build(), delivery, key, true);
  }

  private void send() {
    while (!stopped) {
      NewPipeline candidate = candidates.get();
      long begun = System.nanoTime();
      try {
        assertEquals(new Accepted(), store.accept(candidate, BUDGET));
        accepted.add(candidate.key().value());
      } catch (StoreUnavailableException e) {
        reasons.add(String.valueOf(e.getMessage()));
        refused.add(candidate);
      } catch (RuntimeException | AssertionError e) {
        defects.add(e);
      }
      longest.accumulateAndGet(System.nanoTime() - begun, Math::max);
    }
  }

  /** Waits until one more is accepted. */
  void awaitAcceptance() {
    int before = accepted.size();
    Call.until(() -> accepted.size() > before);
  }

  /** Waits until one more is accepted; the database has just come back. */
  void awaitAcceptanceAfterAbsence() {
    long back = System.nanoTime();
    awaitAcceptance();
    var took = Duration.ofNanos(System.nanoTime() - back);
    assertTrue(took.compareTo(COMES_BACK) <= 0, () -> "accepted again only after " + took);
  }

  /** Waits until one more is told that the database is away. */
  void awaitRefusal() {
    awaitRefusal(() -> {});
  }

  /**
   * @param meanwhile is done again and again until then
   */
  void awaitRefusal(Runnable meanwhile) {
    int before = refused.size();
    long since = System.nanoTime();
    Call.until(
        AWAY.plus(Call.PATIENCE),
        () -> {
          meanwhile.run();
          return refused.size() > before && System.nanoTime() - since >= AWAY.toNanos();
        });
  }

  /** Why deliveries were refused. */
  Set<String> reasons() {
    return reasons;
  }

  @Override
  public void close() {
    stopped = true;
    threads.forEach(Senders::join);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Checks that what they were told is true, and sends again what was refused.
   *
   * @param query the one value that a query gives
   */
  void assertTold(Function<String, String> query) {
    close();
    assertEquals(List.of(), List.copyOf(defects));
    assertTrue(
        longest.get() < PATIENCE_NANOS, () -> "an answer took %d ns".formatted(longest.get()));
    Set<String> known = new TreeSet<>(accepted);
    refused.forEach(candidate -> known.add(candidate.key().value()));
    Set<String> stored = stored(query);
    assertTrue(stored.containsAll(accepted), "what was accepted is stored");
    assertTrue(known.containsAll(stored), "and nothing that nobody sent");

    for (NewPipeline candidate : refused) {
      var again =
          new NewPipeline(
              aPipeline().of(candidate.pipeline().event()).build(),
              candidate.delivery(),
              candidate.key(),
              candidate.guardBody());
      store.accept(again, Duration.ofSeconds(10));
    }
    assertEquals(known, stored(query));
    for (String table : List.of("delivery_key", "event", "pipeline", "outbox_message")) {
      assertEquals(
          Integer.toString(known.size()), query.apply("SELECT count(*) FROM " + table), table);
    }
    assertEquals(
        Integer.toString(known.size()),
        query.apply(
            """
            SELECT count(*) FROM delivery_key k
            JOIN event e ON e.pipeline_id = k.pipeline_id AND sha256(e.body) = k.body_digest
            JOIN pipeline p ON p.id = k.pipeline_id
            JOIN outbox_message m ON m.pipeline_id = k.pipeline_id
            """),
        "event, pipeline and message belong together");
  }

  private static Set<String> stored(Function<String, String> query) {
    String keys = query.apply("SELECT string_agg(key, ' ') FROM delivery_key");
    return new TreeSet<>(List.of(keys.split(" ")));
  }
}
