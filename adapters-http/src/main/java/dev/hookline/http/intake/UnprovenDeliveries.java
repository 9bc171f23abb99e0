package dev.hookline.http.intake;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.SigningScheme;
import dev.hookline.http.provider.SigningScheme.SignedTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The last deliveries whose signature did not hold, for an operator who looks for the reason: in
 * this process's memory alone, for {@link #KEPT_FOR}, {@value #MOST} of each service and {@value
 * #MOST_OF_ONE_SENDER} of each sender. Anybody can fill it, so a flood costs no more than a look at
 * the time: of one service at most four are taken in a second. Safe for use by many threads.
 */
public final class UnprovenDeliveries {
  public static final int MOST = 20;
  public static final Duration KEPT_FOR = Duration.ofMinutes(15);
  static final int MOST_OF_ONE_SENDER = 5;

  /** Longer ones are not kept. */
  public static final int LONGEST_BODY = 64 * 1024;

  static final Duration GAP = Duration.ofMillis(250);
  private static final int LONGEST_VALUE = 512;
  private static final int MOST_VALUES = 4;

  private final Map<Service, Shelf> shelves;
  private final Set<String> kept;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final AtomicLong lastId = new AtomicLong();

  /**
   * One of them.
   *
   * @param id counts from 1 in this process
   * @param delivery with the headers alone that a signature depends on, each cut to 512 characters
   * @param length of the body in bytes; empty if it was not read
   * @param hasBody whether the delivery's body is the one received; else it is empty
   */
  public record Unproven(long id, Delivery delivery, Optional<Integer> length, boolean hasBody) {}

  private static final class Shelf {
    private final AtomicLong nextAt;
    private final Deque<Unproven> newestFirst = new ArrayDeque<>();

    Shelf(long now) {
      nextAt = new AtomicLong(now);
    }
  }

  public UnprovenDeliveries(List<Dialect> dialects, Clock clock) {
    this(dialects, clock, System::nanoTime);
  }

  UnprovenDeliveries(List<Dialect> dialects, Clock clock, LongSupplier nanoTime) {
    this.shelves =
        dialects.stream()
            .map(dialect -> dialect.profile().service())
            .collect(
                Collectors.toUnmodifiableMap(
                    Function.identity(), _ -> new Shelf(nanoTime.getAsLong())));
    this.kept = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    kept.addAll(List.of("Content-Type", "Content-Length", "X-Hub-Signature"));
    dialects.stream().map(Dialect::signing).flatMap(UnprovenDeliveries::names).forEach(kept::add);
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  private static Stream<String> names(SigningScheme scheme) {
    return scheme.time() instanceof SignedTime.Header(var name, _, _)
        ? Stream.of(scheme.header(), name)
        : Stream.of(scheme.header());
  }

  /**
   * A delivery was turned away.
   *
   * @param body empty if it was not read
   * @param client its sender's address
   */
  public void keep(Service service, Headers headers, Optional<RawBody> body, String client) {
    Shelf shelf = shelves.get(service);
    if (shelf == null || !isItsTurn(shelf)) {
      return;
    }
    RawBody shown =
        body.filter(bytes -> bytes.length() <= LONGEST_BODY)
            .orElseGet(() -> RawBody.of(new byte[0]));
    var unproven =
        new Unproven(
            lastId.incrementAndGet(),
            new Delivery(service, reduced(headers), shown, clock.instant(), client),
            body.map(RawBody::length),
            body.filter(bytes -> bytes.length() == shown.length()).isPresent());
    synchronized (shelf) {
      makeRoom(shelf, Network.senderOf(client));
      shelf.newestFirst.addFirst(unproven);
    }
  }

  private boolean isItsTurn(Shelf shelf) {
    long now = nanoTime.getAsLong();
    long nextAt = shelf.nextAt.get();
    return now - nextAt >= 0 && shelf.nextAt.compareAndSet(nextAt, now + GAP.toNanos());
  }

  private Headers reduced(Headers headers) {
    var fields = new HashMap<String, List<String>>();
    for (String name : kept) {
      List<String> values =
          headers.all(name).stream()
              .limit(MOST_VALUES)
              .map(
                  value ->
                      value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE))
              .toList();
      if (!values.isEmpty()) {
        fields.put(name, values);
      }
    }
    return Headers.of(fields);
  }

  /** One sender who goes on and on pushes out its own, and nobody else's. */
  private void makeRoom(Shelf shelf, String sender) {
    dropOld(shelf);
    List<Unproven> own =
        shelf.newestFirst.stream()
            .filter(
                unproven -> Network.senderOf(unproven.delivery().remoteAddress()).equals(sender))
            .toList();
    if (own.size() >= MOST_OF_ONE_SENDER) {
      shelf.newestFirst.remove(own.getLast());
    } else if (shelf.newestFirst.size() >= MOST) {
      shelf.newestFirst.removeLast();
    }
  }

  private void dropOld(Shelf shelf) {
    Instant oldest = clock.instant().minus(KEPT_FOR);
    shelf.newestFirst.removeIf(unproven -> unproven.delivery().receivedAt().isBefore(oldest));
  }

  /** All that are kept now, newest first. */
  public List<Unproven> list() {
    return shelves.values().stream()
        .flatMap(
            shelf -> {
              synchronized (shelf) {
                dropOld(shelf);
                return List.copyOf(shelf.newestFirst).stream();
              }
            })
        .sorted(Comparator.comparingLong(Unproven::id).reversed())
        .toList();
  }

  /** The one with this id, if it is still kept. */
  public Optional<Unproven> find(long id) {
    return list().stream().filter(unproven -> unproven.id() == id).findFirst();
  }
}
