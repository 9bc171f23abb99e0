package dev.hookline.bootstrap.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is on record, asked of the admin endpoint's API. */
public final class OnRecord implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PAGE = 1000;
  private static final JsonFactory JSON = new JsonFactory();

  private final URI url;
  private final Optional<String> token;
  private final String service;
  private final Instant since;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  /**
   * @param url without a path
   * @param token what it wants to see, if anything
   * @param since older records are none of ours
   */
  public OnRecord(URI url, Optional<String> token, String service, Instant since) {
    this.url = url;
    this.token = token;
    this.service = service;
    this.since = since;
  }

  /** One pipeline, as the listing shows it. */
  record Entry(
      UUID pipelineId, String eventId, String repository, String state, Instant updatedAt) {}

  /** Takes pipelines one by one. */
  interface Reader {
    void read(Entry entry);
  }

  /**
   * Reads all pipelines of the service since then, newest first.
   *
   * @throws IOException if it does not answer as it should, with a message for a person
   */
  void read(Reader reader) throws IOException, InterruptedException {
    String first = "/api/pipelines?service=%s&since=%s&limit=%d".formatted(service, since, PAGE);
    String cursor = "";
    do {
      String path = cursor.isEmpty() ? first : first + "&cursor=" + encoded(cursor);
      try (InputStream body = get(path);
          JsonParser json = JSON.createParser(body)) {
        cursor = readPage(json, reader);
      } catch (JsonProcessingException | IllegalArgumentException | DateTimeParseException e) {
        throw new IOException(url + path + " answers something else than pipelines", e);
      }
    } while (!cursor.isEmpty());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String readPage(JsonParser json, Reader reader) throws IOException {
    String cursor = "";
    json.nextToken();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("pipelines") && value == JsonToken.START_ARRAY) {
        while (json.nextToken() == JsonToken.START_OBJECT) {
          reader.read(readEntry(json));
        }
      } else if (name.equals("next_cursor") && value == JsonToken.VALUE_STRING) {
        cursor = json.getText();
      } else {
        json.skipChildren();
      }
    }
    return cursor;
  }

  private static Entry readEntry(JsonParser json) throws IOException {
    String pipelineId = "";
    String eventId = "";
    String repository = "";
    String state = "";
    String updatedAt = "";
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "pipeline_id" -> pipelineId = json.getText();
        case "event_id" -> eventId = json.getText();
        case "repository" -> repository = json.getText();
        case "state" -> state = json.getText();
        case "updated_at" -> updatedAt = json.getText();
        default -> json.skipChildren();
      }
    }
    return new Entry(
        UUID.fromString(pipelineId), eventId, repository, state, Instant.parse(updatedAt));
  }

  /**
   * How many messages are still to be dispatched.
   *
   * @throws IOException if it does not answer as it should, with a message for a person
   */
  long waiting() throws IOException, InterruptedException {
    long waiting = 0;
    try (InputStream body = get("/api/outbox");
        JsonParser json = JSON.createParser(body)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("pending") || name.equals("leased") || name.equals("retrying")) {
          waiting += json.getLongValue();
        }
      }
    } catch (JsonProcessingException e) {
      throw new IOException(url + "/api/outbox answers something else than numbers", e);
    }
    return waiting;
  }

  private InputStream get(String path) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE);
    token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
    HttpResponse<InputStream> answer;
    try {
      answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (ConnectException e) {
      throw new IOException("nothing answers at " + url, e);
    } catch (IOException e) {
      throw new IOException("%s does not answer (%s)".formatted(url, said(e)), e);
    }
    if (answer.statusCode() != 200) {
      answer.body().close();
      throw new IOException(
          "%s answers %d%s"
              .formatted(
                  url,
                  answer.statusCode(),
                  answer.statusCode() == 401 ? ": it wants its token (--token)" : ""));
    }
    return answer.body();
  }

  private static @Nullable String said(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  @Override
  public void close() {
    client.close();
  }
}
