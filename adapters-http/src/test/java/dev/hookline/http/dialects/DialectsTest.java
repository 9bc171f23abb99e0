package dev.hookline.http.dialects;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.ProviderProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialectsTest {
  private final List<ProviderProfile> profiles =
      Dialects.all().stream().map(dialect -> dialect.profile()).toList();

  @Test
  void threeProvidersAreKnown() {
    assertEquals(
        List.of("github", "slack", "linear"),
        profiles.stream().map(profile -> profile.service().name()).toList());
  }

  private static boolean isWorthReading(String service, String headers) {
    var fields = new LinkedHashMap<String, List<String>>();
    for (String line : headers.replace("HEX", "0123456789abcdef".repeat(4)).split("\\|", -1)) {
      String[] field = line.split(": ", 2);
      fields.computeIfAbsent(field[0], _ -> new ArrayList<>()).add(field[1]);
    }
    return of(service).isWorthReading(Headers.of(fields));
  }

  private static Dialect of(String service) {
    return Dialects.all().stream()
        .filter(dialect -> dialect.profile().service().name().equals(service))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "github, X-Hub-Signature-256: sha256=HEX",
    "github, x-hub-signature-256: sha256=HEX|X-Hub-Signature: sha1=1",
    "linear, Linear-Signature: HEX",
    "slack, X-Slack-Signature: v0=HEX|X-Slack-Request-Timestamp: 1531420618",
    "slack, X-Slack-Signature: v0=HEX|X-Slack-Request-Timestamp: 1",
    "slack, Content-Type: application/x-www-form-urlencoded"
  })
  void whatMayBeSignedIsWorthReading(String service, String headers) {
    assertTrue(isWorthReading(service, headers));
  }

  @ParameterizedTest
  @CsvSource({
    "github, Content-Type: application/json",
    "github, Content-Type: application/x-www-form-urlencoded",
    "github, X-Hub-Signature: sha1=HEX",
    "github, X-Hub-Signature-256: HEX",
    "github, X-Hub-Signature-256: sha1=HEX",
    "github, X-Hub-Signature-256: sha256=HEX0",
    "github, X-Hub-Signature-256: sha256=0",
    "github, X-Hub-Signature-256: sha256=HEX|x-hub-signature-256: sha256=HEX",
    "github, Linear-Signature: HEX",
    "linear, Content-Type: application/json",
    "linear, Linear-Signature: xHEX",
    "linear, Linear-Signature: HEX|linear-signature: HEX",
    "linear, X-Hub-Signature-256: sha256=HEX",
    "slack, Content-Type: application/json",
    "slack, Content-Type: application/json|X-Slack-Request-Timestamp: 1531420618",
    "slack, X-Slack-Signature: v0=HEX",
    "slack, X-Slack-Signature: v0=HEX|Content-Type: application/x-www-form-urlencoded",
    "slack, X-Slack-Signature: v0=HEX|X-Slack-Request-Timestamp: -1",
    "slack, X-Slack-Signature: v0=HEX|X-Slack-Request-Timestamp: 1|x-slack-request-timestamp: 1",
    "slack, X-Slack-Signature: v1=HEX|X-Slack-Request-Timestamp: 1531420618",
    "slack, X-Slack-Signature: v0=0|X-Slack-Request-Timestamp: 1531420618"
  })
  void whatCannotBeSignedIsNotWorthReading(String service, String headers) {
    assertFalse(isWorthReading(service, headers));
  }

  @ParameterizedTest
  @CsvSource({"github, sha256=", "slack, v0=", "linear, ''"})
  void aSignatureIsReadInEitherCaseAndAfterItsPrefixAlone(String service, String prefix) {
    var scheme = of(service).signing();
    byte[] signature = new byte[32];
    Arrays.fill(signature, (byte) 0xab);
    for (String digits : List.of("ab", "AB", "aB")) {
      var sent = Headers.of(Map.of(scheme.header(), List.of(prefix + digits.repeat(32))));
      assertArrayEquals(signature, scheme.signatureIn(sent).orElseThrow());
    }
    for (String other : List.of("x" + prefix + "ab".repeat(32), prefix + "ab".repeat(33), prefix)) {
      var sent = Headers.of(Map.of(scheme.header(), List.of(other)));
      assertTrue(scheme.signatureIn(sent).isEmpty(), other);
    }
  }

  @Test
  void noSignatureOrCredentialIsKeptAndNamesAreInLowerCase() {
    for (var profile : profiles) {
      for (String header : profile.keptHeaders()) {
        assertEquals(header.toLowerCase(Locale.ROOT), header);
        assertFalse(header.contains("signature"), header);
        assertFalse(
            List.of("authorization", "cookie", "proxy-authorization").contains(header), header);
      }
      assertEquals(true, profile.keepsHeader("Content-TYPE"));
      assertFalse(profile.keepsHeader("X-Hub-Signature-256"));
    }
  }
}
