package dev.hookline.application.reconcile;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** Port: a provider's own log of what it sent to one of its hooks. */
public interface DeliveryLog {

  /** The hook, as the operator names it. */
  String hook();

  /**
   * Reads every attempt since then, the newest first. Handshakes, of which nothing is ever on
   * record, are left out.
   *
   * @param pages takes the attempts by the page, some hundreds at a time at the most
   * @throws DeliveryLogException if the log cannot be read to its end; the pages until then have
   *     been handed over
   */
  void read(Instant since, Consumer<List<SentDelivery>> pages);

  /**
   * Asks the provider to deliver this once more; it does so by itself, some time later.
   *
   * @throws DeliveryLogException if it refuses or cannot be reached
   */
  void redeliver(SentDelivery delivery);
}
