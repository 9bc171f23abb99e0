package dev.hookline.bootstrap.load;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One delivery as the load generator sends it: a whole HTTP request, signed. */
public final class SignedDelivery {
  private final byte[] request;
  private final int bodyOffset;

  private SignedDelivery(byte[] request, int bodyOffset) {
    this.request = request;
    this.bodyOffset = bodyOffset;
  }

  /**
   * Makes a body up and signs it.
   *
   * @param size of the body in bytes; less than the provider's minimum counts as that
   * @param number makes the delivery unlike those of other numbers
   */
  public static SignedDelivery of(
      Provider provider, int size, String secret, Instant at, long number) {
    String head =
        """
        POST /webhooks/%s HTTP/1.1
        Host: 127.0.0.1
        Content-Type: application/json
        Content-Length: ${length}
        """
                .formatted(provider.service())
            + provider.headers().replace("${event}", provider.event())
            + "\n";
    String body = Bodies.madeUp(provider, Math.max(size, Bodies.minimumSize(provider)), at, number);
    Template template = Template.of(head.replace("\n", "\r\n"), body);
    var writer =
        new RequestWriter(
            List.of(template), new RunIds(at.toEpochMilli()), new Signer(provider, secret));
    long millis = at.toEpochMilli();
    int length = writer.write(new RequestWriter.Draft(number, 0, millis, millis, false));
    return new SignedDelivery(Arrays.copyOf(writer.buffer(), length), template.bodyOffset());
  }

  /** Head and body. */
  public byte[] request() {
    return request.clone();
  }

  public byte[] body() {
    return Arrays.copyOfRange(request, bodyOffset, request.length);
  }

  /** The header fields of the request. */
  public Map<String, String> headers() {
    var headers = new LinkedHashMap<String, String>();
    new String(request, 0, bodyOffset, StandardCharsets.ISO_8859_1)
        .lines()
        .skip(1)
        .filter(line -> !line.isEmpty())
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
            });
    return headers;
  }
}
