package dev.hookline.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import io.helidon.common.buffers.DataReader;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ReadBuffersTest {
  private final Queue<String> parts = new ArrayDeque<>(List.of("one", "two", "three", "four"));
  private final DataReader reader =
      DataReader.create(() -> parts.remove().getBytes(StandardCharsets.US_ASCII));

  /** How many buffers hang on this one, itself included. */
  private static int chain(Object buffer) throws ReflectiveOperationException {
    Field next = buffer.getClass().getDeclaredField("next");
    next.setAccessible(true);
    int length = 0;
    for (Object each = buffer; each != null; each = next.get(each)) {
      length++;
    }
    return length;
  }

  @Test
  void whatWasReadNoLongerHangsTogether() throws ReflectiveOperationException {
    assertEquals("one", reader.readAsciiString(3));
    Object first = ReadBuffers.current(reader);
    assertNotNull(first);
    assertEquals("twothr", reader.readAsciiString(6));
    Object third = ReadBuffers.current(reader);
    assertNotNull(third);
    assertNotSame(first, third);
    assertEquals(3, chain(first));
    ReadBuffers.cut(first, third);
    assertEquals(1, chain(first));
    assertEquals("eefour", reader.readAsciiString(6));
  }

  @Test
  void aBufferThatIsStillReadStaysAsItIs() {
    assertEquals("o", reader.readAsciiString(1));
    ReadBuffers.cut(ReadBuffers.current(reader), ReadBuffers.current(reader));
    assertEquals("netwo", reader.readAsciiString(5));
  }
}
