package dev.hookline.bootstrap.cli;

import java.io.PrintWriter;

/** One line that tells a person at a terminal how far a long command is; elsewhere it is mute. */
final class ProgressLine implements AutoCloseable {
  private static final String CLEAR = "\r\u001b[K";

  private final PrintWriter err;
  private final boolean isSeen;
  private boolean isShown;

  ProgressLine(Surroundings around) {
    err = around.err();
    isSeen = around.terminals().err();
  }

  void show(String text) {
    if (isSeen) {
      err.print(CLEAR + text);
      err.flush();
      isShown = true;
    }
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
