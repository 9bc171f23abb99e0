package dev.hookline.bootstrap.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One load test: connections that send what is planned, each after the other in its thread. */
public final class LoadRun {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private static final long LONGEST_NAP = TimeUnit.MILLISECONDS.toNanos(50);

  /** A connection without use for longer is looked after, this long before it is needed. */
  private static final long IDLE = TimeUnit.SECONDS.toNanos(1);

  private static final long LOOK_AHEAD = TimeUnit.MILLISECONDS.toNanos(5);

  /** What is planned just before the end may be sent just after it. */
  private static final long LAST_CALL = TimeUnit.MILLISECONDS.toNanos(10);

  /** Without it, an intake that is away would be asked as fast as the machine can refuse. */
  private static final long AFTER_FAILURE = TimeUnit.MILLISECONDS.toNanos(100);

  /** How far back a delivery is looked for that may come again. */
  private static final int FURTHEST_BACK = 64;

  private final LoadPlan plan;
  private final Clock clock;
  private final Schedule schedule;
  private final Mix mix;
  private final RunIds ids;
  private final List<Template> templates;
  private final Endpoint endpoint;
  private final Ledger ledger = new Ledger();
  private final Meter meter = new Meter();
  private final AtomicLong nextPlanned = new AtomicLong();
  private final AtomicLong nextSent = new AtomicLong();
  private final LongAdder countedSent = new LongAdder();
  private final List<HttpConnection> connections = new ArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final AtomicReference<@Nullable IOException> firstFailure = new AtomicReference<>();
  private final CountDownLatch begun = new CountDownLatch(1);
  private volatile boolean stopped;
  private long start;
  private long startMillis;

  /**
   * @param run a number at random, which makes the ids unlike those of any other run
   * @throws IllegalArgumentException if a body of the plan is none that the provider sends
   */
  public LoadRun(LoadPlan plan, long run, Clock clock) {
    this.plan = plan;
    this.clock = clock;
    schedule = plan.schedule();
    mix = new Mix(plan.mix().duplicates(), plan.mix().tampered(), plan.mix().stale(), plan.seed());
    ids = new RunIds(run);
    endpoint = Endpoint.of(plan.url());
    startMillis = clock.millis();
    templates = templates();
  }

  private List<Template> templates() {
    String head =
        """
        POST ${path} HTTP/1.1
        Host: ${host}
        Content-Type: application/json
        Content-Length: ${length}
        """
            + plan.provider().headers()
            + "\n";
    String filled =
        head.replace("${path}", endpoint.path())
            .replace("${host}", endpoint.authority())
            .replace("${event}", plan.event())
            .replace("\n", "\r\n");
    List<String> bodies =
        plan.bodies().isEmpty()
            ? List.of(Bodies.madeUp(plan.provider(), plan.size(), clock.instant(), plan.seed()))
            : plan.bodies().stream()
                .map(
                    body ->
                        Bodies.real(plan.provider(), body)
                            .orElseThrow(
                                () -> new IllegalArgumentException("no body of this provider")))
                .toList();
    return bodies.stream().map(body -> Template.of(filled, body)).toList();
  }

  /** Sends no more; the answers under way are still waited for. May be called by any thread. */
  public void stop() {
    stopped = true;
    threads.forEach(LockSupport::unpark);
  }

  /**
   * Sends it all, and returns when the last answer is there.
   *
   * @param onSample told of each second; those of the warm-up have a negative time
   * @throws UncheckedIOException if no connection can be made at all
   */
  public Figures run(Consumer<Sample> onSample) throws InterruptedException {
    List<InetAddress> from = plan.senders().from();
    var ready = new CountDownLatch(plan.senders().connections());
    // Not virtual ones: a blocked platform thread is woken by the kernel itself, a virtual one by
    // way of a timer's or a poller's thread. At a few thousand a second that was measured to cost
    // half as much CPU again with 64 connections, and with few of them more than twice as much.
    for (int i = 0; i < plan.senders().connections(); i++) {
      var connection =
          new HttpConnection(endpoint, from.isEmpty() ? null : from.get(i % from.size()));
      connections.add(connection);
      threads.add(
          Thread.ofPlatform().name("load-" + i).daemon().start(() -> work(connection, ready)));
    }
    while (!ready.await(LONGEST_NAP, TimeUnit.NANOSECONDS)) {
      abortStuck();
    }
    IOException failure = firstFailure.get();
    if (failure != null && connections.stream().noneMatch(HttpConnection::isOpen)) {
      stop();
      begun.countDown();
      throw new UncheckedIOException("cannot connect to " + plan.url(), failure);
    }
    startMillis = clock.millis();
    start = System.nanoTime();
    begun.countDown();
    watch(onSample);
    long end = Math.min(schedule.end(), elapsed());
    for (Thread thread : threads) {
      while (!thread.join(Duration.ofNanos(LONGEST_NAP))) {
        abortStuck();
      }
    }
    meter.end();
    connections.forEach(HttpConnection::close);
    long planned = schedule.plannedBefore(end) - schedule.plannedBefore(schedule.warmup());
    // What a stop has cut off is nobody's fault.
    long unsent = stopped ? 0 : Math.max(0, planned - countedSent.sum() - meter.givenUp());
    long begin = Math.min(end, schedule.warmup());
    return meter.figures(clock.instant().minusNanos(elapsed() - begin), begin, end, unsent);
  }

  private long elapsed() {
    return System.nanoTime() - start;
  }

  /** Takes a sample each second until the end. */
  private void watch(Consumer<Sample> onSample) {
    long due = schedule.warmup() % SECOND;
    while (!stopped) {
      long now = elapsed();
      if (now >= due) {
        if (due == schedule.warmup()) {
          meter.begin();
        }
        if (due > schedule.warmup()) {
          onSample.accept(meter.sample(now - schedule.warmup()));
        } else {
          onSample.accept(new Sample((due - schedule.warmup()) / 1e9, 0, 0, 0, 0, 0, 0));
        }
        abortStuck();
        due += SECOND;
      }
      if (now >= schedule.end()) {
        return;
      }
      LockSupport.parkNanos(Math.min(LONGEST_NAP, Math.min(due, schedule.end()) - elapsed()));
    }
  }

  private void abortStuck() {
    long now = System.nanoTime();
    for (HttpConnection connection : connections) {
      connection.abortIfStuck(now);
    }
  }

  private void work(HttpConnection connection, CountDownLatch ready) {
    var writer = new RequestWriter(templates, ids, new Signer(plan.provider(), plan.secret()));
    isConnected(connection);
    ready.countDown();
    try {
      begun.await();
    } catch (InterruptedException _) {
      return;
    }
    long idleSince = 0;
    while (!stopped) {
      long planned =
          schedule.isPaced() ? schedule.instantOf(nextPlanned.getAndIncrement()) : elapsed();
      if (planned >= schedule.end()) {
        return;
      }
      if (givesUp(planned)) {
        continue;
      }
      if (planned - idleSince > IDLE && waitUntil(planned - LOOK_AHEAD)) {
        isConnected(connection);
      }
      if (!waitUntil(planned)) {
        return;
      }
      long now = elapsed();
      if (now >= schedule.end() + LAST_CALL) {
        return;
      }
      long number = nextSent.getAndIncrement();
      if (number >= Ledger.MAX) {
        return;
      }
      send((int) number, schedule.isPaced() ? planned : now, now, connection, writer);
      idleSince = elapsed();
    }
  }

  private boolean givesUp(long planned) {
    boolean givesUp =
        !plan.senders().giveUp().isZero()
            && elapsed() - planned > plan.senders().giveUp().toNanos();
    if (givesUp && schedule.counts(planned)) {
      meter.gaveUp();
    }
    return givesUp;
  }

  private boolean waitUntil(long instant) {
    for (long left = instant - elapsed(); left > 0; left = instant - elapsed()) {
      if (stopped) {
        return false;
      }
      LockSupport.parkNanos(left);
    }
    return true;
  }

  private void send(
      int number, long planned, long now, HttpConnection connection, RequestWriter writer) {
    boolean counts = schedule.counts(planned);
    if (counts) {
      countedSent.increment();
    }
    Kind kind = mix.of(number);
    int original = number;
    if (kind == Kind.DUPLICATE) {
      original = acknowledgedBefore(number);
      // At the very beginning nothing is there yet that could come again.
      kind = original == number ? Kind.FRESH : kind;
    }
    ledger.sent(number, kind, original, now);
    int length = writer.write(draft(kind, original, now));
    if (counts) {
      meter.sent(writer.bodyLength(original), now - planned);
    }
    try {
      if (!isConnected(connection)) {
        throw new IOException("no connection");
      }
      Answer answer = connection.exchange(writer.buffer(), length);
      long at = elapsed();
      ledger.answered(number, answer, at);
      if (counts) {
        meter.answered(kind, answer, at - planned, at);
      }
    } catch (IOException e) {
      firstFailure.compareAndSet(null, e);
      if (counts) {
        meter.unanswered(elapsed());
      }
      if (!connection.isOpen()) {
        LockSupport.parkNanos(AFTER_FAILURE);
      }
    }
  }

  private boolean isConnected(HttpConnection connection) {
    try {
      connection.open();
      return true;
    } catch (IOException e) {
      firstFailure.compareAndSet(null, e);
      return false;
    }
  }

  private RequestWriter.Draft draft(Kind kind, int original, long now) {
    long body = startMillis + TimeUnit.NANOSECONDS.toMillis(ledger.sentAt(original));
    long head = startMillis + TimeUnit.NANOSECONDS.toMillis(now);
    long stale = kind == Kind.STALE ? plan.staleBy().toMillis() : 0;
    return new RequestWriter.Draft(
        original,
        (int) Math.floorMod(scatter(original + plan.seed()), (long) plan.repositories()),
        body - stale,
        head - stale,
        kind == Kind.TAMPERED);
  }

  /** Any that was acknowledged as accepted before this one; the number itself if none is found. */
  private int acknowledgedBefore(int number) {
    int from = number == 0 ? 0 : (int) Math.floorMod(scatter(~number ^ plan.seed()), (long) number);
    for (int candidate = from;
        candidate >= Math.max(0, from - FURTHEST_BACK) && candidate < number;
        candidate--) {
      if (ledger.isAcknowledged(candidate) && ledger.kind(candidate) == Kind.FRESH) {
        return candidate;
      }
    }
    return number;
  }

  /** Neighbours come out far from each other (the finalizer of MurmurHash3). */
  private static long scatter(long number) {
    long h = number * 0x9E3779B97F4A7C15L;
    h = (h ^ h >>> 33) * 0xFF51AFD7ED558CCDL;
    h = (h ^ h >>> 33) * 0xC4CEB9FE1A85EC53L;
    return h ^ h >>> 33;
  }

  /** Whether it has sent as many as one run can tell apart, and then no more. */
  public boolean isExhausted() {
    return nextSent.get() > Ledger.MAX;
  }

  /** What was sent and answered, to compare with what is on record. */
  public Check check(OnRecord records) {
    return new Check(ledger, (int) Math.min(nextSent.get(), Ledger.MAX), ids, records);
  }
}
