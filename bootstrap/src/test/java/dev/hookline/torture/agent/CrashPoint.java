package dev.hookline.torture.agent;

import java.util.concurrent.atomic.AtomicInteger;

/** Where the process ends, as if by kill -9, once it is told to. */
public final class CrashPoint {
  private static final AtomicInteger LEFT = new AtomicInteger();
  private static volatile int armed;

  private CrashPoint() {}

  /**
   * @param exitCode names the point
   * @param passes the last of which is the end
   */
  static void arm(int exitCode, int passes) {
    LEFT.set(passes);
    armed = exitCode;
  }

  /** Called by the code that was given a crash point. */
  public static void passed(int exitCode) {
    if (exitCode == armed && LEFT.decrementAndGet() == 0) {
      Runtime.getRuntime().halt(exitCode);
    }
  }
}
