package dev.hookline.application.dispatch;

import java.util.List;

/**
 * Messages that are to be worked one after another, in their order: under strict ordering the
 * beginning of one ordering key's line, else a single message.
 *
 * @param messages at least one
 */
public record Line(List<OutboxMessage> messages) {

  public Line {
    messages = List.copyOf(messages);
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a line has a head");
    }
  }

  public OutboxMessage head() {
    return messages.getFirst();
  }

  /** What waits behind the head. */
  public List<OutboxMessage> rest() {
    return messages.subList(1, messages.size());
  }
}
