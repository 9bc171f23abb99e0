package dev.hookline.http.dialects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.hookline.http.provider.ProviderProfile;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class DialectsTest {
  private final List<ProviderProfile> profiles =
      Dialects.all().stream().map(dialect -> dialect.profile()).toList();

  @Test
  void threeProvidersAreKnown() {
    assertEquals(
        List.of("github", "slack", "linear"),
        profiles.stream().map(profile -> profile.service().name()).toList());
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
