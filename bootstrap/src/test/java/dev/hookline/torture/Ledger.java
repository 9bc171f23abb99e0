package dev.hookline.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** What was sent, what came back, and what arrived at the target. Safe for use by many threads. */
final class Ledger {

  /**
   * A success.
   *
   * @param nanos when it came
   * @param pipeline that it named; empty where the body has to be empty
   */
  record Acknowledgement(long nanos, Duration took, String pipeline, boolean duplicate) {}

  /**
   * One arrival at the target.
   *
   * @param order counts the arrivals of all
   * @param taken whether the target answered with success
   */
  record Arrival(long order, long nanos, String webhookId, boolean taken) {}

  private final Map<String, Sent> sent = new ConcurrentSkipListMap<>();
  private final Map<String, List<Acknowledgement>> acknowledged = new ConcurrentHashMap<>();
  private final Map<String, List<Arrival>> arrivals = new ConcurrentHashMap<>();
  private final Set<String> abandoned = ConcurrentHashMap.newKeySet();
  private final Set<String> forged = ConcurrentHashMap.newKeySet();
  private final Set<String> signatures = ConcurrentHashMap.newKeySet();
  private final List<String> wrongAnswers = new ArrayList<>();
  private final AtomicLong order = new AtomicLong();
  private final AtomicLong unanswered = new AtomicLong();
  private final AtomicLong putOff = new AtomicLong();

  void sending(Sent delivery) {
    sent.put(delivery.marker(), delivery);
  }

  void sendingForged(String marker) {
    forged.add(marker);
  }

  void signed(String signature) {
    signatures.add(signature);
  }

  void acknowledged(Sent delivery, Acknowledgement acknowledgement) {
    acknowledged
        .computeIfAbsent(delivery.marker(), _ -> new java.util.concurrent.CopyOnWriteArrayList<>())
        .add(acknowledgement);
  }

  /** Its only try had no success: whether it is stored, its sender does not know. */
  void abandoned(Sent delivery) {
    abandoned.add(delivery.marker());
  }

  void unanswered() {
    unanswered.incrementAndGet();
  }

  void putOff() {
    putOff.incrementAndGet();
  }

  void wrongAnswer(String what) {
    synchronized (wrongAnswers) {
      wrongAnswers.add(what);
    }
  }

  void arrived(String marker, String webhookId, boolean taken) {
    arrivals
        .computeIfAbsent(marker, _ -> new java.util.concurrent.CopyOnWriteArrayList<>())
        .add(new Arrival(order.incrementAndGet(), System.nanoTime(), webhookId, taken));
  }

  Collection<Sent> sent() {
    return sent.values();
  }

  Optional<Sent> sent(String marker) {
    return Optional.ofNullable(sent.get(marker));
  }

  List<Acknowledgement> acknowledgements(String marker) {
    return acknowledged.getOrDefault(marker, List.of());
  }

  List<Arrival> arrivals(String marker) {
    return arrivals.getOrDefault(marker, List.of());
  }

  Set<String> arrivedMarkers() {
    return arrivals.keySet();
  }

  Set<String> abandoned() {
    return abandoned;
  }

  Set<String> forged() {
    return forged;
  }

  Set<String> signatures() {
    return signatures;
  }

  List<String> wrongAnswers() {
    synchronized (wrongAnswers) {
      return List.copyOf(wrongAnswers);
    }
  }

  int acknowledgedCount() {
    return acknowledged.size();
  }

  long unansweredCount() {
    return unanswered.get();
  }

  long putOffCount() {
    return putOff.get();
  }
}
