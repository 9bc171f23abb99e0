package dev.hookline.bootstrap.load;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes requests, one after another, in one buffer: only the places of the template are written
 * anew. Not safe for use by several threads.
 */
final class RequestWriter {
  private final List<Template> templates;
  private final RunIds ids;
  private final Signer signer;
  private final byte[] buffer;
  private @Nullable Template current;

  RequestWriter(List<Template> templates, RunIds ids, Signer signer) {
    this.templates = templates;
    this.ids = ids;
    this.signer = signer;
    this.buffer = new byte[templates.stream().mapToInt(Template::length).max().orElseThrow()];
  }

  /**
   * One delivery.
   *
   * @param number decides the id and all that differs; one that comes again has the first's
   * @param repository which one, where the body names one
   * @param bodyMillis the time in the body; again the first's
   * @param headMillis the time in the headers
   * @param tampered whether the body is changed after it was signed
   */
  record Draft(long number, int repository, long bodyMillis, long headMillis, boolean tampered) {}

  /**
   * Makes the next request, in {@link #buffer}.
   *
   * @return its length
   */
  int write(Draft draft) {
    Template template = templates.get((int) (draft.number % templates.size()));
    if (template != current) {
      template.copyTo(buffer);
      current = template;
    }
    int signature = -1;
    int lastNonceDigit = -1;
    List<Template.Spot> spots = template.spots();
    for (int i = 0; i < spots.size(); i++) {
      Template.Spot spot = spots.get(i);
      int at = spot.offset();
      long millis = at < template.bodyOffset() ? draft.headMillis : draft.bodyMillis;
      switch (spot.place()) {
        case UUID -> ids.writeUuid(buffer, at, draft.number);
        case EVENT_ID -> ids.writeSlack(buffer, at, draft.number);
        case NONCE -> {
          ids.writeNonce(buffer, at, draft.number);
          lastNonceDigit = at + Place.NONCE.width() - 1;
        }
        case REPOSITORY -> Digits.decimal(buffer, at, Place.REPOSITORY.width(), draft.repository);
        case NUMBER ->
            Digits.decimal(buffer, at, Place.NUMBER.width(), 1_000_000 + draft.number % 9_000_000);
        case BIG ->
            Digits.decimal(
                buffer, at, Place.BIG.width(), 2_000_000_000L + draft.number % 1_000_000_000);
        case MICROS -> Digits.decimal(buffer, at, Place.MICROS.width(), draft.number);
        case SECONDS -> Digits.decimal(buffer, at, Place.SECONDS.width(), millis / 1000);
        case MILLIS -> Digits.decimal(buffer, at, Place.MILLIS.width(), millis);
        case SIGNATURE -> signature = at;
      }
    }
    Digits.hex(buffer, signature, signer.sign(template, buffer, draft.headMillis / 1000));
    if (draft.tampered) {
      // Still good JSON, so that an intake which forgets to verify would take it.
      buffer[lastNonceDigit] = 'f';
    }
    return template.length();
  }

  byte[] buffer() {
    return buffer;
  }

  /** The length of the body that such a request has. */
  int bodyLength(long number) {
    return templates.get((int) (number % templates.size())).bodyLength();
  }
}
