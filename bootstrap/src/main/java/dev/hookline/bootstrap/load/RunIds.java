package dev.hookline.bootstrap.load;

import java.util.OptionalLong;

/**
 * The ids of one run's deliveries. Each holds the run, so that no two runs share one, and the
 * delivery's number, which can be read back out of it: nothing has to be remembered per id.
 */
final class RunIds {
  private static final int UUID_NUMBER = 24;
  private static final int SLACK_NUMBER = 10;

  private final long run;
  private final String uuidPrefix;
  private final String slackPrefix;

  /**
   * @param run a number at random, all of whose bits count
   */
  RunIds(long run) {
    this.run = run;
    String hex = "%016x".formatted(run);
    uuidPrefix =
        "%s-%s-4%s-8%s-"
            .formatted(
                hex.substring(0, 8),
                hex.substring(8, 12),
                hex.substring(12, 15),
                hex.substring(15) + "00");
    slackPrefix = "Ev%08X".formatted((int) (run >>> 32));
  }

  void writeUuid(byte[] buffer, int offset, long number) {
    Digits.ascii(buffer, offset, uuidPrefix);
    Digits.hex(buffer, offset + UUID_NUMBER, 12, number);
  }

  void writeSlack(byte[] buffer, int offset, long number) {
    Digits.ascii(buffer, offset, slackPrefix);
    Digits.upperHex(buffer, offset + SLACK_NUMBER, 8, number);
  }

  /** Unlike {@link #writeUuid} it does not look like an id, so that nothing takes it for one. */
  void writeNonce(byte[] buffer, int offset, long number) {
    Digits.hex(buffer, offset, 16, run);
    Digits.hex(buffer, offset + 16, 12, number);
    Digits.ascii(buffer, offset + 28, "0000");
  }

  /** The number of the delivery that has this id; empty if it is none of this run. */
  OptionalLong numberOf(String id) {
    if (id.length() == Place.UUID.width() && id.startsWith(uuidPrefix)) {
      return parse(id, UUID_NUMBER);
    }
    if (id.length() == Place.EVENT_ID.width() && id.startsWith(slackPrefix)) {
      return parse(id, SLACK_NUMBER);
    }
    return OptionalLong.empty();
  }

  private static OptionalLong parse(String id, int from) {
    try {
      return OptionalLong.of(Long.parseLong(id, from, id.length(), 16));
    } catch (NumberFormatException _) {
      return OptionalLong.empty();
    }
  }
}
