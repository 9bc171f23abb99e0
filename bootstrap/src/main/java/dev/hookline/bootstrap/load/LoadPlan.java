package dev.hookline.bootstrap.load;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * What is to be sent, how fast, and for how long.
 *
 * @param url of the intake, with the service's path
 * @param secret what is signed with
 * @param rate deliveries per second; 0: as many as the connections carry
 * @param duration what is in the figures; the warm-up comes before it
 * @param bodies real ones to send in turn; empty: made-up ones
 * @param size of a made-up body in bytes
 * @param event the type of the bodies, where it stands in a header
 * @param repositories how many the made-up deliveries are spread over
 * @param mix the shares of what is not a fresh delivery
 * @param staleBy how old a stale delivery's time is
 * @param seed decides which delivery is what
 */
public record LoadPlan(
    URI url,
    Provider provider,
    String secret,
    double rate,
    Duration duration,
    Duration warmup,
    Senders senders,
    List<byte[]> bodies,
    int size,
    String event,
    int repositories,
    Shares mix,
    Duration staleBy,
    long seed) {

  /**
   * Who sends.
   *
   * @param connections at once, each with one delivery at a time
   * @param from addresses of this machine, which the connections take in turn; empty: any
   * @param giveUp a delivery is not sent at all if it finds no connection free for so long; 0: it
   *     waits
   */
  public record Senders(int connections, List<InetAddress> from, Duration giveUp) {
    /** Keeps a list of its own. */
    public Senders {
      from = List.copyOf(from);
    }
  }

  /** Parts of all deliveries, from 0 to 1, together less than 1. */
  public record Shares(double duplicates, double tampered, double stale) {
    /** The finest part there is. */
    public static final double STEP = 1.0 / Mix.BLOCK;

    /** Fresh deliveries alone. */
    public static final Shares NONE = new Shares(0, 0, 0);
  }

  Schedule schedule() {
    return new Schedule(rate, warmup.toNanos(), warmup.plus(duration).toNanos());
  }
}
