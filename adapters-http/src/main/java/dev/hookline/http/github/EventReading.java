package dev.hookline.http.github;

import dev.hookline.http.json.Payload;
import dev.hookline.http.provider.Metadata;
import dev.hookline.http.provider.Timestamps;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * How one kind of event is read: what its body must have and must not have, and where the request,
 * the time and the metadata stand. Paths are written with dots. Built once, then only read.
 */
final class EventReading {
  private final List<String[]> has = new ArrayList<>();
  private final List<String[]> lacks = new ArrayList<>();
  private final List<String[]> requests = new ArrayList<>();
  private final List<BiFunction<Payload, Optional<String>, Optional<Instant>>> times =
      new ArrayList<>();
  private final List<BiConsumer<Metadata, Payload>> metadata = new ArrayList<>();

  private static String[] path(String dotted) {
    return dotted.split("\\.");
  }

  /** The body has all of these, not null: they tell the event from any other. */
  EventReading has(String... dotted) {
    Stream.of(dotted).map(EventReading::path).forEach(has::add);
    return this;
  }

  /** The body has none of these: they belong to another event that looks alike. */
  EventReading lacks(String... dotted) {
    Stream.of(dotted).map(EventReading::path).forEach(lacks::add);
    return this;
  }

  /** Where a person's words stand; the first that is not blank counts. */
  EventReading request(String... dotted) {
    Stream.of(dotted).map(EventReading::path).forEach(requests::add);
    return this;
  }

  /** Where the time stands; the first that is one counts. */
  EventReading time(String... dotted) {
    for (String each : dotted) {
      String[] path = path(each);
      times.add((payload, _) -> time(payload, path));
    }
    return this;
  }

  /** Where the time stands if the action is this one. */
  EventReading timeWhen(String action, String... dotted) {
    for (String each : dotted) {
      String[] path = path(each);
      times.add((payload, found) -> found.filter(action::equals).flatMap(_ -> time(payload, path)));
    }
    return this;
  }

  EventReading text(String key, String dotted) {
    String[] path = path(dotted);
    metadata.add((to, payload) -> to.text(key, payload.text(path)));
    return this;
  }

  EventReading whole(String key, String dotted) {
    String[] path = path(dotted);
    metadata.add((to, payload) -> to.whole(key, payload.whole(path)));
    return this;
  }

  EventReading flag(String key, String dotted) {
    String[] path = path(dotted);
    metadata.add((to, payload) -> to.flag(key, payload.flag(path)));
    return this;
  }

  /** Whether there is anything but null at the path. */
  EventReading presence(String key, String dotted) {
    String[] path = path(dotted);
    metadata.add((to, payload) -> to.flag(key, Optional.of(payload.has(path))));
    return this;
  }

  /** One text of each object in an array. */
  EventReading texts(String key, String dotted, String field) {
    String[] path = path(dotted);
    metadata.add(
        (to, payload) ->
            to.texts(
                key,
                payload.objects(path).stream()
                    .flatMap(element -> element.text(field).stream())
                    .toList()));
    return this;
  }

  /** One number of each object in an array, as text. */
  EventReading numbers(String key, String dotted, String field) {
    String[] path = path(dotted);
    metadata.add(
        (to, payload) ->
            to.texts(
                key,
                payload.objects(path).stream()
                    .flatMap(element -> element.whole(field).stream())
                    .map(Object::toString)
                    .toList()));
    return this;
  }

  /** An object whose fields are the sender's own choice, as JSON text. */
  EventReading json(String key, String dotted) {
    String[] path = path(dotted);
    metadata.add((to, payload) -> to.text(key, payload.json(path)));
    return this;
  }

  /**
   * Whether the body can be of this event. Nobody signs the header that names the event, so a
   * captured body could come back under another name.
   */
  boolean fits(Payload payload) {
    for (String[] path : has) {
      if (!payload.has(path)) {
        return false;
      }
    }
    for (String[] path : lacks) {
      if (payload.has(path)) {
        return false;
      }
    }
    return true;
  }

  Optional<String> requestIn(Payload payload) {
    for (String[] path : requests) {
      Optional<String> words = payload.words(path);
      if (words.isPresent()) {
        return words;
      }
    }
    return Optional.empty();
  }

  Optional<Instant> timeIn(Payload payload, Optional<String> action) {
    for (var time : times) {
      Optional<Instant> found = time.apply(payload, action);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** ISO-8601 in most places, whole seconds since the epoch in {@code push} and a few others. */
  private static Optional<Instant> time(Payload payload, String... path) {
    return payload
        .text(path)
        .flatMap(Timestamps::ofIso)
        .or(() -> payload.whole(path).flatMap(Timestamps::ofEpochSeconds));
  }

  void addTo(Metadata target, Payload payload) {
    metadata.forEach(add -> add.accept(target, payload));
  }
}
