package dev.hookline.http.provider;

import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.Verification.Authentic;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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
   * Which secret made the signature; empty if none did, or it is none. All are tried, and compared
   * in constant time.
   *
   * @param hex the signature
   * @param message the signed bytes, in parts that follow one another
   */
  public Optional<Authentic> signer(String hex, byte[]... message) {
    Known now = now();
    OptionalInt position = HmacSha256.signedBy(now.secrets(), hex, message);
    return position.isPresent()
        ? Optional.of(
            new Authentic(position.getAsInt(), now.fingerprints().get(position.getAsInt() - 1)))
        : Optional.empty();
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
