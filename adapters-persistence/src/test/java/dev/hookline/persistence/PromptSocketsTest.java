package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PromptSocketsTest {
  private ServerSocket listener;
  private Socket socket;
  private Socket peer;

  @BeforeEach
  void connect() throws Exception {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    socket = new PromptSockets().createSocket();
    socket.connect(listener.getLocalSocketAddress(), 5_000);
    peer = listener.accept();
  }

  @AfterEach
  void close() throws Exception {
    peer.close();
    socket.close();
    listener.close();
  }

  private void send(int value) throws Exception {
    peer.getOutputStream().write(value);
  }

  private int receive() throws Exception {
    var bytes = new byte[1];
    return socket.getInputStream().read(bytes, 0, 1) < 0 ? -1 : bytes[0];
  }

  /** To wait a millisecond each time would take seconds. */
  @Test
  void lookIsAnsweredAtOnceWhereNothingIsThere() throws Exception {
    socket.setSoTimeout(1);
    long before = System.nanoTime();
    for (int i = 0; i < 5_000; i++) {
      assertThrows(SocketTimeoutException.class, this::receive);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - before);
    assertTrue(took.compareTo(Duration.ofSeconds(4)) < 0, took.toString());
  }

  @Test
  void lookFindsWhatIsThere() throws Exception {
    send(7);
    send(8);
    socket.setSoTimeout(5_000);
    assertEquals(7, receive());
    socket.setSoTimeout(1);
    assertEquals(8, receive());
  }

  @Test
  void afterALookIsWaitedAgain() throws Exception {
    socket.setSoTimeout(1);
    assertThrows(SocketTimeoutException.class, this::receive);
    socket.setSoTimeout(5_000);
    var later = Thread.startVirtualThread(this::sendLater);
    assertEquals(9, receive());
    later.join();
  }

  private void sendLater() {
    try {
      Thread.sleep(50);
      send(9);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void endIsSeen() throws Exception {
    peer.shutdownOutput();
    socket.setSoTimeout(5_000);
    assertEquals(-1, receive());
  }
}
