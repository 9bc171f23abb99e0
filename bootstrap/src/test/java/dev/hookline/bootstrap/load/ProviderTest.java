package dev.hookline.bootstrap.load;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.provider.Dialect;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The sending side has what the receiving side has. */
class ProviderTest {
  @Test
  void everyServiceThatIsReceivedCanBeSent() {
    assertEquals(
        Dialects.all().stream().map(dialect -> dialect.profile().service().name()).collect(toSet()),
        Arrays.stream(Provider.values()).map(Provider::service).collect(toSet()));
  }

  @Test
  void eachHasWhatItSendsByDefault() {
    for (Provider provider : Provider.values()) {
      assertFalse(provider.samples().isEmpty(), provider::service);
      int size = Bodies.minimumSize(provider) + 1000;
      assertFalse(Bodies.madeUp(provider, size, Instant.EPOCH, 1).isEmpty(), provider::service);
    }
  }

  @Test
  void eachWaitsLongerThanTheIntakeForACommit() {
    for (Dialect dialect : Dialects.all()) {
      var profile = dialect.profile();
      var patience = Provider.of(profile.service().name()).orElseThrow().patience();
      assertFalse(
          patience.minus(profile.commitBudget()).compareTo(profile.commitBudget()) < 0,
          () -> profile.service() + " waits for " + patience);
    }
  }
}
