package dev.hookline.http.provider;

import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.Verification.Authentic;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The secrets that are valid now, each with its fingerprint, which is computed once for as long as
 * the list stays the same. Safe for use by many threads.
 */
public final class SigningSecrets {
  private final Supplier<List<String>> source;
  private volatile Known known = Known.of(List.of());

  /**
   * @param source asked at each signature, so that secrets can change
   */
  public SigningSecrets(Supplier<List<String>> source) {
    this.source = source;
  }

  private record Known(List<String> secrets, List<SecretFingerprint> fingerprints) {
    static Known of(List<String> secrets) {
      return new Known(List.copyOf(secrets), secrets.stream().map(SecretFingerprint::of).toList());
    }
  }

  /**
   * Which secret made the signature; empty if none did. Its UTF-8 bytes are the key. All are tried,
   * and compared in constant time.
   *
   * @param claimed the signature's 32 bytes
   * @param message the signed bytes, in parts that follow one another
   */
  public Optional<Authentic> signer(byte[] claimed, byte[]... message) {
    Known now = now();
    Optional<Authentic> signer = Optional.empty();
    for (int i = 0; i < now.secrets().size(); i++) {
      String secret = now.secrets().get(i);
      // A secret file caught empty must not become a key that anyone has.
      boolean made =
          !secret.isBlank()
              && HmacSha256.holds(claimed, secret.getBytes(StandardCharsets.UTF_8), message);
      if (made && signer.isEmpty()) {
        signer = Optional.of(new Authentic(i + 1, now.fingerprints().get(i)));
      }
    }
    return signer;
  }

  private Known now() {
    List<String> current = source.get();
    Known last = known;
    if (last.secrets().equals(current)) {
      return last;
    }
    var changed = Known.of(current);
    known = changed;
    return changed;
  }
}
