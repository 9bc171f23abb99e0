package dev.hookline.http.intake;

import dev.hookline.application.receive.WebhookMetrics;
import dev.hookline.http.server.HttpServer;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Lets every address have so many connections at once and no more, so that none takes them all.
 * Behind a proxy are many senders, so it may have any number. Remembers open connections alone.
 */
final class AddressCap implements HttpServer.Peers {
  private final int most;
  private final Predicate<InetAddress> isExempt;
  private final WebhookMetrics metrics;
  private final Map<String, Integer> open = new ConcurrentHashMap<>();

  /**
   * @param most connections of one address, at least 1
   * @param isExempt who may have any number
   */
  AddressCap(int most, Predicate<InetAddress> isExempt, WebhookMetrics metrics) {
    if (most < 1) {
      throw new IllegalArgumentException("%d connections per address".formatted(most));
    }
    this.most = most;
    this.isExempt = isExempt;
    this.metrics = metrics;
  }

  @Override
  public boolean enter(InetAddress peer) {
    if (isExempt.test(peer) || open.merge(Network.senderOf(peer), 1, Integer::sum) <= most) {
      return true;
    }
    leave(peer);
    metrics.connectionRefused();
    return false;
  }

  @Override
  public void leave(InetAddress peer) {
    // It was not counted, and others of its network may be.
    if (isExempt.test(peer)) {
      return;
    }
    open.computeIfPresent(Network.senderOf(peer), (_, count) -> count == 1 ? null : count - 1);
  }

  /** How many addresses have connections. */
  int size() {
    return open.size();
  }
}
