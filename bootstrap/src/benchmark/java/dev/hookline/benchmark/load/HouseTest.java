package dev.hookline.benchmark.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HouseTest {
  private static House.Loaded loaded(String report) throws JsonProcessingException {
    return new House.Loaded(JsonMapper.builder().build().readTree(report));
  }

  @Test
  void loadOfWhichAllWasSentAndAcceptedIsWhole() throws Exception {
    var loaded = loaded("{\"statuses\":{\"202\":7},\"given_up\":0,\"unsent\":0}");
    assertEquals(loaded, loaded.whole());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"statuses\":{\"202\":7,\"503\":1},\"given_up\":0,\"unsent\":0}",
        "{\"statuses\":{\"202\":7},\"given_up\":1,\"unsent\":0}",
        "{\"statuses\":{\"202\":7},\"given_up\":0,\"unsent\":1}"
      })
  void loadOfWhichSomethingIsMissingIsNot(String report) throws Exception {
    var loaded = loaded(report);
    assertThrows(BenchmarkException.class, loaded::whole);
  }
}
