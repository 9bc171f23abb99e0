package dev.hookline.application.dispatch;

/** Port: hears that the outbox has new messages. It may miss some; polling is the safety net. */
public interface OutboxSignal {

  /**
   * Calls back after new messages were committed, by any process, and after every reconnection.
   *
   * @param onMessages called on a thread of the signal's own; must return at once
   * @return ends the listening
   */
  Subscription listen(Runnable onMessages);

  /** An ongoing listening. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
