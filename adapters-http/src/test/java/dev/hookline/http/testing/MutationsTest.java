package dev.hookline.http.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MutationsTest {
  @Test
  void everyValueIsReplacedAndEveryFieldLeftOut() {
    List<String> mutations = Mutations.of("{\"a\":{\"b\":[1]},\"c\":\"x\"}");
    assertTrue(
        mutations.containsAll(
            List.of(
                "{\"a\":null,\"c\":\"x\"}",
                "{\"a\":{\"b\":null},\"c\":\"x\"}",
                "{\"a\":{\"b\":[1e400000000]},\"c\":\"x\"}",
                "{\"a\":{\"b\":[1]},\"c\":[]}",
                "{\"c\":\"x\"}",
                "{\"a\":{\"b\":[1]}}")));
  }
}
