package dev.hookline.application.secret;

import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.Verification.Authentic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Notes which secrets sign what this process receives: at each delivery in memory, and from there
 * on record when it is asked to. Of more than {@value #MOST} secrets, which only many rotations
 * bring about, the longest unused is forgotten. Safe for use by many threads.
 */
public final class SecretEvidence {
  static final int MOST = 64;

  private final Map<Key, Seen> seen = new ConcurrentHashMap<>();
  private final SecretUses uses;

  /**
   * @param uses where it goes on record
   */
  public SecretEvidence(SecretUses uses) {
    this.uses = uses;
  }

  private record Key(Service service, SecretFingerprint fingerprint) {}

  private static final class Seen {
    private final Instant first;
    private final LongAdder deliveries = new LongAdder();
    private volatile Instant last;
    private volatile int position;

    /** Guarded by the evidence. */
    private long onRecord;

    Seen(Instant first) {
      this.first = first;
      this.last = first;
    }
  }

  /**
   * A delivery was signed with this secret.
   *
   * @param at when it was received
   */
  public void matched(Service service, Authentic secret, Instant at) {
    var key = new Key(service, secret.fingerprint());
    Seen of = seen.get(key);
    if (of == null) {
      of = begin(key, at);
    }
    of.deliveries.increment();
    if (of.position != secret.secret()) {
      of.position = secret.secret();
    }
    // Two at once may leave the earlier one of both, which is as good.
    if (at.isAfter(of.last)) {
      of.last = at;
    }
  }

  private synchronized Seen begin(Key key, Instant at) {
    if (seen.size() >= MOST && !seen.containsKey(key)) {
      seen.entrySet().stream()
          .min(Comparator.comparing(entry -> entry.getValue().last))
          .ifPresent(unused -> seen.remove(unused.getKey()));
    }
    return seen.computeIfAbsent(key, _ -> new Seen(at));
  }

  /** What this process has seen since it was started. */
  public List<SecretUse> sinceStart() {
    return seen.entrySet().stream()
        .map(entry -> use(entry.getKey(), entry.getValue(), entry.getValue().deliveries.sum()))
        .toList();
  }

  private static SecretUse use(Key key, Seen of, long deliveries) {
    return new SecretUse(
        key.service(), key.fingerprint(), of.position, of.first, of.last, deliveries);
  }

  /**
   * Puts on record what has come since the last time; without any it asks for nothing. What could
   * not be put there is added the next time, so an outage can count a delivery twice, and loses
   * none.
   *
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  public synchronized void putOnRecord() {
    var fresh = new ArrayList<SecretUse>();
    seen.forEach(
        (key, of) -> {
          SecretUse use = use(key, of, of.deliveries.sum() - of.onRecord);
          if (use.deliveries() > 0) {
            fresh.add(use);
          }
        });
    if (fresh.isEmpty()) {
      return;
    }
    uses.add(fresh);
    for (SecretUse use : fresh) {
      Seen of = seen.get(new Key(use.service(), use.fingerprint()));
      if (of != null) {
        of.onRecord += use.deliveries();
      }
    }
  }
}
