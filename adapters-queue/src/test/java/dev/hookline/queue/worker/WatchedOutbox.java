package dev.hookline.queue.worker;

import dev.hookline.application.dispatch.Claim;
import dev.hookline.application.dispatch.Due;
import dev.hookline.application.dispatch.Lane;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxMessage;
import dev.hookline.application.dispatch.WorkerId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** An outbox at whose doors the test stands: what it does there may throw. */
class WatchedOutbox implements Outbox {
  private final Outbox outbox;

  WatchedOutbox(Outbox outbox) {
    this.outbox = outbox;
  }

  void leasing() {}

  void renewed() {}

  void claiming() {}

  void recording() {}

  void recorded() {}

  void releasing() {}

  @Override
  public Holding lease(WorkerId worker, Duration lease, Set<Lane> busy) {
    leasing();
    return outbox.lease(worker, lease, busy);
  }

  @Override
  public void renew(WorkerId worker, Duration lease) {
    outbox.renew(worker, lease);
    renewed();
  }

  @Override
  public void release(WorkerId worker) {
    releasing();
    outbox.release(worker);
  }

  @Override
  public Due due(Claim claim) {
    claiming();
    return outbox.due(claim);
  }

  @Override
  public Set<Long> route(WorkerId worker, List<Way> ways) {
    return outbox.route(worker, ways);
  }

  @Override
  public Set<Long> record(WorkerId worker, Collection<OutboxMessage> messages) {
    recording();
    Set<Long> written = outbox.record(worker, messages);
    recorded();
    return written;
  }
}
