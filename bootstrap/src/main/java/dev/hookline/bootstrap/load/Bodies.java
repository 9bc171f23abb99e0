package dev.hookline.bootstrap.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** The bodies of a load test as texts with places: made up to a size, or real ones. */
public final class Bodies {
  /**
   * So much prose for each object that repeats the one before it: bodies then compress as those of
   * the provider do, three and a half to four times with LZ4.
   */
  private static final int PROSE_PER_OBJECT = 260;

  private static final JsonFactory JSON = new JsonFactory();

  private Bodies() {}

  /** The least that a made-up body of the provider takes. */
  public static int minimumSize(Provider provider) {
    return Template.lengthOf(filled(skeleton(provider, Instant.EPOCH), "", "", ""));
  }

  /**
   * A body of exactly the size: the provider's envelope, and in it people's words and objects full
   * of addresses, as in real ones.
   *
   * @param size in bytes, at least {@link #minimumSize}
   */
  static String madeUp(Provider provider, int size, Instant now, long seed) {
    String skeleton = skeleton(provider, now);
    int room = size - Template.lengthOf(filled(skeleton, "", "", ""));
    if (room < 0) {
      throw new IllegalArgumentException("the size is less than the minimum");
    }
    String urls = "";
    if (skeleton.contains("@{urls}")) {
      String known = read("github.urls.json");
      urls = known.length() <= room ? known : "";
      room -= urls.length();
    }
    List<String> objects = read(provider.service() + ".more.json").lines().toList();
    var prose = new Prose(seed);
    var random = new Random(seed);
    var words = new StringBuilder();
    var more = new StringBuilder();
    for (int i = 0; ; i++) {
      String object =
          (i == 0 ? "" : ",")
              + objects
                  .get(i % objects.size())
                  .replace("@{n}", Integer.toString(random.nextInt(10_000, 99_999)));
      if (object.length() + PROSE_PER_OBJECT > room - words.length() - more.length()) {
        break;
      }
      more.append(object);
      addSentences(words, prose, words.length() + PROSE_PER_OBJECT - 100);
    }
    addSentences(words, prose, room - more.length());
    words.setLength(room - more.length());
    return filled(skeleton, urls, more.toString(), words.toString());
  }

  private static void addSentences(StringBuilder words, Prose prose, int length) {
    while (words.length() < length) {
      words.append(prose.sentence());
    }
  }

  private static String skeleton(Provider provider, Instant now) {
    return read(provider.service() + ".json")
        .replace("@{time}", now.truncatedTo(ChronoUnit.SECONDS).toString());
  }

  private static String filled(String skeleton, String urls, String more, String prose) {
    return skeleton.replace("@{urls}", urls).replace("@{more}", more).replace("@{prose}", prose);
  }

  private static String read(String name) {
    try (InputStream stream = Bodies.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the resource " + name + " is missing");
      }
      return new String(stream.readAllBytes(), StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + name, e);
    }
  }

  /** One value of a real body that gives way to a place; the ends are byte offsets. */
  private record Cut(int from, int to, String instead) {}

  /**
   * A real body, with places where it must differ from delivery to delivery: a member of its own at
   * the end, and what the provider takes for the id, the time and the repository.
   *
   * @return nothing if it is not one JSON object, or lacks what names it ({@code event_id} of
   *     Slack, {@code webhookTimestamp} of Linear)
   */
  public static Optional<String> real(Provider provider, byte[] body) {
    List<Cut> cuts;
    try (JsonParser parser = JSON.createParser(body)) {
      cuts = cuts(provider, parser, body);
    } catch (IOException _) {
      return Optional.empty();
    }
    boolean named =
        switch (provider) {
          case GITHUB -> true;
          case SLACK -> cuts.stream().anyMatch(cut -> cut.instead.contains("event_id"));
          case LINEAR -> cuts.stream().anyMatch(cut -> cut.instead.contains("millis"));
        };
    if (cuts.isEmpty() || !named) {
      return Optional.empty();
    }
    // Latin-1 keeps every byte as it is.
    var text = new StringBuilder();
    int done = 0;
    for (Cut cut : cuts) {
      text.append(new String(body, done, cut.from - done, StandardCharsets.ISO_8859_1));
      text.append(cut.instead);
      done = cut.to;
    }
    text.append(new String(body, done, body.length - done, StandardCharsets.ISO_8859_1));
    return Optional.of(text.toString());
  }

  /** In the order in which they stand; empty if it is no object. */
  private static List<Cut> cuts(Provider provider, JsonParser parser, byte[] body)
      throws IOException {
    var cuts = new ArrayList<Cut>();
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return List.of();
    }
    int members = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (provider == Provider.GITHUB
          && name.equals("repository")
          && value == JsonToken.START_OBJECT) {
        addRepository(cuts, parser);
      } else if (provider == Provider.SLACK
          && name.equals("event_id")
          && value == JsonToken.VALUE_STRING) {
        cuts.add(cut(parser, "\"" + Place.EVENT_ID.marker() + "\""));
      } else if (provider == Provider.LINEAR
          && name.equals("webhookTimestamp")
          && value == JsonToken.VALUE_NUMBER_INT) {
        cuts.add(cut(parser, Place.MILLIS.marker()));
      } else {
        parser.skipChildren();
      }
      members++;
    }
    int end = (int) parser.currentTokenLocation().getByteOffset();
    if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
      return List.of();
    }
    String own = "\"hookline_load\":\"" + Place.NONCE.marker() + "\"";
    cuts.add(new Cut(end, end, members == 0 ? own : "," + own));
    return body.length > end ? cuts : List.of();
  }

  private static void addRepository(List<Cut> cuts, JsonParser parser) throws IOException {
    String number = "-" + Place.REPOSITORY.marker();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      boolean isName = name.equals("name") || name.equals("full_name");
      if (isName && value == JsonToken.VALUE_STRING) {
        String stem = parser.getText();
        // A repository's name has at most a hundred characters.
        cuts.add(
            cut(parser, "\"" + stem.substring(0, Math.min(90, stem.length())) + number + "\""));
      } else {
        parser.skipChildren();
      }
    }
  }

  /** The token that the parser is at. */
  private static Cut cut(JsonParser parser, String instead) throws IOException {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    // Only once it has read the whole token does the parser know where that ends.
    parser.finishToken();
    return new Cut(from, (int) parser.currentLocation().getByteOffset(), instead);
  }
}
