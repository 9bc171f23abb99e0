package dev.hookline.bootstrap.cli;

import java.io.PrintWriter;

/**
 * One line that tells a person at a terminal how far a long command is; elsewhere it is mute, and
 * so it is beside output for machines.
 */
final class ProgressLine implements AutoCloseable {
  private static final String CLEAR = "\r\u001b[K";

  /**
   * A line that is broken in two can no longer be cleared; this is the narrowest usual terminal.
   */
  private static final int WIDEST = 79;

  private static final int BAR = 10;

  private final PrintWriter err;
  private final boolean isSeen;
  private boolean isShown;

  /**
   * @param json whether a machine reads what the command prints
   */
  ProgressLine(Surroundings around, boolean json) {
    err = around.err();
    isSeen = around.terminals().err() && !around.isDumb() && !json;
  }

  void show(String text) {
    if (isSeen) {
      err.print(CLEAR + text.substring(0, Math.min(text.length(), WIDEST)));
      err.flush();
      isShown = true;
    }
  }

  /**
   * The same behind a bar.
   *
   * @param all more than 0
   */
  void show(double done, double all, String text) {
    int full = (int) Math.clamp(BAR * done / all, 0, BAR);
    show("[%s%s] %s".formatted("#".repeat(full), ".".repeat(BAR - full), text));
  }

  /** Makes room for what is to stay. */
  void clear() {
    if (isShown) {
      err.print(CLEAR);
      err.flush();
      isShown = false;
    }
  }

  @Override
  public void close() {
    clear();
  }
}
