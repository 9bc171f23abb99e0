package dev.hookline.application.dispatch;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Port: the messages that say which pipelines to work, held by lanes.
 *
 * <p>A worker leases lanes by the database's clock and alone works their messages. Each method is
 * one transaction, except that {@link #lease} renews in a first and shares out in a second where
 * that is due, and that {@link #due} reads in several and gives up what cannot be read in others.
 * Every method throws {@link dev.hookline.application.pipeline.StoreUnavailableException} if the
 * database is away; nothing, or everything, of the transaction has then happened.
 */
public interface Outbox {

  /** The number of lanes; ordering keys are spread over them. */
  int LANES = 64;

  /**
   * Renews the worker's lease, gives up lanes above its fair share and takes free ones up to it. A
   * lane is free when nobody holds it or its holder's lease ran out; taking it raises its epoch.
   *
   * @param busy lanes that the worker has work in flight in, and so does not give up now
   */
  Holding lease(WorkerId worker, Duration lease, Set<Lane> busy);

  /**
   * What a worker has leased.
   *
   * @param lanes those that it is to work: it may hold more, above its share and busy, which it
   *     gives up once nothing is in flight in them
   * @param othersEnd how long until a lease of another worker ends, the first of them, if that is
   *     not renewed: its lanes are free then; empty if no other lives
   */
  record Holding(Set<Lane> lanes, Optional<Duration> othersEnd) {
    public Holding {
      lanes = Set.copyOf(lanes);
    }
  }

  /** Renews the worker's lease alone: no lane is given up or taken. */
  void renew(WorkerId worker, Duration lease);

  /** Gives up the worker's lease and all its lanes. */
  void release(WorkerId worker);

  /**
   * The lines that have something due in the claimed lanes, each with its pipelines. Under strict
   * ordering a line begins with the oldest message of its ordering key, and is there only once that
   * one is due itself; what stands behind it and was never attempted may follow, up to {@link
   * Claim#run}. Else every message that is due is a line of its own. What is paused is left out.
   * Nothing is changed, but that a message whose event cannot be read back is given up, so that
   * nobody waits for it.
   *
   * <p>The heads of the lines come first, then what stands behind them: of these as many as {@link
   * Claim#allowance} has room for, up to the first that has none.
   *
   * <p>What is in flight, the worker knows better than the records: a message that is marked as
   * being attempted and is not busy is an attempt that was lost, with its worker or with the answer
   * to {@link #record}, and is due at once. Nothing follows such a message, since it may kill its
   * next worker too: whatever is behind it was then surely not attempted.
   */
  Due due(Claim claim);

  /**
   * Sends messages on several ways: in the place of each stands a message for each of its ways, at
   * the end of the line of its repository and that target, to be attempted at once.
   *
   * @param ways those of one message stand together; messages in their order
   * @return the ids of those replaced; a message is missing if its lane has gone to another worker,
   *     and then nothing of it is changed
   */
  Set<Long> route(WorkerId worker, List<Way> ways);

  /** One of the ways that a message goes, by the name of its target. */
  record Way(OutboxMessage message, String target) {}

  /**
   * Puts the messages' pipelines on record with the states they went through: one that is being
   * attempted stays claimed, one that retries waits for its time, one that is over loses its
   * message.
   *
   * <p>A pipeline with messages to other targets is PROCESSING until the last of them is over; then
   * it is FAILED if any target was given up, else DISPATCHED.
   *
   * @return the ids of those on record so, also where an earlier call ended the message and its
   *     answer was lost; a message is missing if its lane has gone to another worker, and then
   *     nothing of it is changed
   */
  Set<Long> record(WorkerId worker, Collection<OutboxMessage> messages);

  /** Whether one repository's events wait for each other. */
  enum Ordering {
    STRICT,
    NONE
  }
}
