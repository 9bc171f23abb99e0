package dev.hookline.application.reconcile;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log of one attempt to a page, which notes what it is asked to send again. */
final class FakeLog implements DeliveryLog {
  final List<String> asked = new ArrayList<>();
  final Map<String, DeliveryLogException> refusals = new HashMap<>();
  private final String hook;
  private final List<SentDelivery> newestFirst = new ArrayList<>();
  private @Nullable DeliveryLogException unreadable;

  FakeLog(String hook) {
    this.hook = hook;
  }

  /** A first attempt; each later one stands before it. */
  FakeLog sent(String event, Instant at, int status) {
    return add(event, at, false, status);
  }

  FakeLog sentAgain(String event, Instant at, int status) {
    return add(event, at, true, status);
  }

  private FakeLog add(String event, Instant at, boolean redelivery, int status) {
    String attempt = event + "@" + (newestFirst.size() + 1);
    newestFirst.addFirst(new SentDelivery(attempt, event, "push", at, redelivery, status));
    return this;
  }

  FakeLog endsWith(DeliveryLogException failure) {
    unreadable = failure;
    return this;
  }

  @Override
  public String hook() {
    return hook;
  }

  @Override
  public void read(Instant since, Consumer<List<SentDelivery>> pages) {
    newestFirst.stream()
        .filter(attempt -> !attempt.sentAt().isBefore(since))
        .forEach(attempt -> pages.accept(List.of(attempt)));
    if (unreadable != null) {
      throw unreadable;
    }
  }

  @Override
  public void redeliver(SentDelivery delivery) {
    asked.add(delivery.attemptId());
    DeliveryLogException refusal = refusals.get(delivery.eventId());
    if (refusal != null) {
      throw refusal;
    }
  }
}
