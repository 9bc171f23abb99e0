package dev.hookline.torture;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One connection to PostgreSQL, message by message, as "Frontend/Backend Protocol" in PostgreSQL's
 * documentation lays them out.
 */
final class ProxiedConnection {
  private static final int SSL_REQUEST = 80_877_103;
  private static final int GSS_REQUEST = 80_877_104;

  /** What a statement is for, by what stands in it. */
  private enum Purpose {
    STORE("INSERT INTO delivery_key"),
    RECORD("settled AS ("),
    OTHER("");

    private final String sign;

    Purpose(String sign) {
      this.sign = sign;
    }

    static Purpose of(String sql) {
      return Arrays.stream(values()).filter(p -> sql.contains(p.sign)).findFirst().orElse(OTHER);
    }
  }

  private static final class Message {
    private final byte type;
    private final byte[] content;

    private Message(byte type, byte[] content) {
      this.type = type;
      this.content = content;
    }

    /** Texts that end in a zero, from the beginning. */
    List<String> texts(int limit) {
      return List.of(new String(content, StandardCharsets.UTF_8).split("\0", limit));
    }
  }

  private final DatabaseProxy proxy;
  private final Socket client;
  private final Socket server;
  private final Map<String, Purpose> statements = new ConcurrentHashMap<>();
  private volatile Purpose asked = Purpose.OTHER;
  private String application = "";

  ProxiedConnection(DatabaseProxy proxy, Socket client, Socket server) {
    this.proxy = proxy;
    this.client = client;
    this.server = server;
  }

  /** Returns when either side has hung up. */
  void run() throws IOException, InterruptedException {
    var fromClient = new DataInputStream(new BufferedInputStream(client.getInputStream()));
    var toClient = new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
    var fromServer = new DataInputStream(new BufferedInputStream(server.getInputStream()));
    var toServer = new DataOutputStream(new BufferedOutputStream(server.getOutputStream()));
    begin(fromClient, toClient, fromServer, toServer);
    Thread asking = Thread.ofVirtual().start(() -> ask(fromClient, toServer));
    try {
      answer(fromServer, toClient);
    } finally {
      client.close();
      server.close();
      asking.join();
    }
  }

  /** Encryption is asked for first, and declined; then comes the message that has no type. */
  private void begin(
      DataInputStream fromClient,
      DataOutputStream toClient,
      DataInputStream fromServer,
      DataOutputStream toServer)
      throws IOException {
    while (true) {
      byte[] content = new byte[fromClient.readInt() - Integer.BYTES];
      fromClient.readFully(content);
      toServer.writeInt(content.length + Integer.BYTES);
      toServer.write(content);
      toServer.flush();
      int code = new DataInputStream(new java.io.ByteArrayInputStream(content)).readInt();
      if (code != SSL_REQUEST && code != GSS_REQUEST) {
        List<String> parameters =
            List.of(
                new String(
                        content,
                        Integer.BYTES,
                        content.length - Integer.BYTES,
                        StandardCharsets.UTF_8)
                    .split("\0", -1));
        int name = parameters.indexOf("application_name");
        application = name < 0 ? "" : parameters.get(name + 1);
        return;
      }
      toClient.write(fromServer.readByte());
      toClient.flush();
    }
  }

  private void ask(DataInputStream fromClient, DataOutputStream toServer) {
    try {
      while (true) {
        Message message = read(fromClient);
        proxy.pass();
        switch (message.type) {
          case 'P' -> {
            List<String> parts = message.texts(3);
            statements.put(parts.get(0), Purpose.of(parts.get(1)));
          }
          case 'B' -> asked = statements.getOrDefault(message.texts(3).get(1), Purpose.OTHER);
          case 'Q' -> asked = Purpose.OTHER;
          default -> {
            // Says nothing of what for.
          }
        }
        write(message, toServer, fromClient);
      }
    } catch (IOException _) {
      // Either side is gone, and takes the other with it.
      reset();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(DataInputStream fromServer, DataOutputStream toClient)
      throws IOException, InterruptedException {
    String done = "";
    while (true) {
      Message message = read(fromServer);
      proxy.pass();
      switch (message.type) {
        case 'C' -> done = message.texts(2).getFirst();
        case 'Z' -> {
          // Ready again, outside of a transaction: what was asked for is committed.
          boolean committed = !done.isEmpty() && message.content[0] == 'I';
          boolean empty = done.equals("SELECT 0");
          if (asked == Purpose.STORE && committed && !empty && isIntake() && proxy.withholds()) {
            return;
          }
          if (asked == Purpose.RECORD && committed && empty) {
            proxy.refused(application);
          }
          done = "";
          asked = Purpose.OTHER;
        }
        default -> {
          // On its way to one of those.
        }
      }
      write(message, toClient, fromServer);
    }
  }

  private boolean isIntake() {
    return application.startsWith("serve");
  }

  private static Message read(DataInputStream in) throws IOException {
    byte type = in.readByte();
    byte[] content = new byte[in.readInt() - Integer.BYTES];
    in.readFully(content);
    return new Message(type, content);
  }

  /** Flushes where the other one may be waiting for it: nothing more has come so far. */
  private static void write(Message message, DataOutputStream out, DataInputStream more)
      throws IOException {
    out.writeByte(message.type);
    out.writeInt(message.content.length + Integer.BYTES);
    out.write(message.content);
    if (more.available() == 0) {
      out.flush();
    }
  }

  void reset() {
    for (Socket socket : List.of(client, server)) {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException e) {
        if (!socket.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
