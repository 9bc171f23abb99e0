package dev.hookline.benchmark.load;

/** Looks at a process all the time, and keeps the most that it has held. */
final class Watch implements AutoCloseable {
  private static final double MEGABYTE = 1024 * 1024;
  private static final int EVERY_MILLIS = 200;

  private final long pid;
  private final Thread thread;
  private volatile boolean closed;
  private volatile long memory;
  private volatile long descriptors;

  Watch(long pid) {
    this.pid = pid;
    thread = Thread.ofPlatform().daemon().name("watch").start(this::watch);
  }

  private void watch() {
    while (!closed) {
      memory = Math.max(memory, Cpu.memory(pid));
      descriptors = Math.max(descriptors, Cpu.descriptors(pid));
      Waiting.millis(EVERY_MILLIS);
    }
  }

  /** Resident, in MB; 0 if it cannot be told. */
  double memory() {
    return memory / MEGABYTE;
  }

  long descriptors() {
    return descriptors;
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
