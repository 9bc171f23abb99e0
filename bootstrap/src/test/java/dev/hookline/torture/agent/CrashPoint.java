package dev.hookline.torture.agent;

import java.util.concurrent.atomic.AtomicInteger;

/** Where the process ends, as if by kill -9: once it has been passed so many times. */
public final class CrashPoint {
  static final int EXIT_CODE = 137;

  private static final AtomicInteger LEFT = new AtomicInteger(Integer.MAX_VALUE);

  private CrashPoint() {}

  static void armAfter(int passes) {
    LEFT.set(passes);
  }

  /** Called by the code that was given a crash point. */
  public static void passed() {
    if (LEFT.decrementAndGet() == 0) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }
}
