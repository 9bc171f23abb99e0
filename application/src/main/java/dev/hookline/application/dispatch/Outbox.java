package dev.hookline.application.dispatch;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Port: the messages that say which pipelines to work, held by lanes.
 *
 * <p>A worker leases lanes by the database's clock and alone works their messages. Each method is
 * one transaction, except that {@link #lease} renews in a first and shares out in a second where
 * that is due. Every method throws {@link
 * dev.hookline.application.pipeline.StoreUnavailableException} if the database is away; nothing, or
 * everything, of the transaction has then happened.
 */
public interface Outbox {

  /** The number of lanes; ordering keys are spread over them. */
  int LANES = 64;

  /**
   * Renews the worker's lease, gives up lanes above its fair share and takes free ones up to it. A
   * lane is free when nobody holds it or its holder's lease ran out; taking it raises its epoch.
   *
   * @param busy lanes that the worker has work in flight in, and so does not give up now
   * @return the lanes that the worker holds now
   */
  Set<Lane> lease(WorkerId worker, Duration lease, Set<Lane> busy);

  /** Gives up the worker's lease and all its lanes. */
  void release(WorkerId worker);

  /**
   * The messages that are due in these lanes, at most {@code limit}, each with its pipeline. Under
   * strict ordering of each ordering key the oldest message alone, and only once it is due itself;
   * else any that is due. Nothing is changed.
   *
   * <p>What is in flight, the worker knows better than the records: a message that is marked as
   * being attempted and is not busy is an attempt that was lost, with its worker or with the answer
   * to {@link #record}, and is due at once.
   *
   * @param busy ordering keys (under strict ordering) or message ids (else) that are in flight and
   *     are left out
   */
  List<OutboxMessage> due(Set<Lane> lanes, Ordering ordering, Collection<Long> busy, int limit);

  /**
   * Puts the messages' pipelines on record as they stand now: one that is being attempted stays
   * claimed, one that retries waits for its time, one that is over loses its message.
   *
   * @return the ids of those written; a message is missing if its lane has gone to another worker,
   *     and then nothing of it is changed
   */
  Set<Long> record(WorkerId worker, Collection<OutboxMessage> messages);

  /** Whether one repository's events wait for each other. */
  enum Ordering {
    STRICT,
    NONE
  }
}
