package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PersistentSourceTest {
  /** With the pool's own waits these would take more than half a minute. */
  private static final int TRIES = 16;

  @Test
  void theLongerTheDatabaseIsAwayTheMoreOftenItWasTried() throws Exception {
    var tries = new CountDownLatch(TRIES);
    try (var socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> hangUpOnAll(socket, tries));
      String url = "jdbc:postgresql://127.0.0.1:%d/away".formatted(socket.getLocalPort());
      try (var _ = Database.open(DatabaseSettings.of(url, "nobody", "none"), new Random(1))) {
        assertTrue(
            tries.await(20, TimeUnit.SECONDS), () -> tries.getCount() + " tries are missing");
      }
    }
  }

  @Test
  void closingEndsTheTriesSoThatThePoolClosesToo() throws Exception {
    var tries = new CountDownLatch(1);
    try (var socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> hangUpOnAll(socket, tries));
      String url = "jdbc:postgresql://127.0.0.1:%d/away".formatted(socket.getLocalPort());
      var source = new PersistentSource(new Connector(DatabaseSettings.of(url, "nobody", "none")));
      var opening = new FutureTask<>(source::getConnection);
      Thread.ofVirtual().start(opening);
      assertTrue(tries.await(20, TimeUnit.SECONDS));
      source.close();
      var given = assertThrows(ExecutionException.class, () -> opening.get(20, TimeUnit.SECONDS));
      assertInstanceOf(SQLException.class, given.getCause());
      // Without a time the pool complains of whatever is being opened when it closes.
      assertTrue(source.getLoginTimeout() > 0);
    }
  }

  private static void hangUpOnAll(ServerSocket socket, CountDownLatch tries) {
    while (!socket.isClosed()) {
      try {
        socket.accept().close();
        tries.countDown();
      } catch (IOException e) {
        assertTrue(socket.isClosed(), e::getMessage);
      }
    }
  }
}
