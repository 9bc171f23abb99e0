package dev.hookline.http.console;

import dev.hookline.http.server.Answer;
import dev.hookline.http.server.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** What pages refer to; the same for everybody, and none of it secret. */
final class StaticFile {
  static final StaticFile STYLE = of("console.css", "text/css; charset=utf-8");
  static final StaticFile SCRIPT = of("console.js", "text/javascript; charset=utf-8");
  static final StaticFile ICON = of("icon.svg", "image/svg+xml");

  private final String path;
  private final String type;
  private final byte[] bytes;
  private final String tag;

  private StaticFile(String path, String type, byte[] bytes, String tag) {
    this.path = path;
    this.type = type;
    this.bytes = bytes;
    this.tag = tag;
  }

  private static StaticFile of(String name, String type) {
    try (var in = StaticFile.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar has no " + name);
      }
      byte[] bytes = in.readAllBytes();
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      String tag = "\"" + HexFormat.of().formatHex(digest, 0, 8) + "\"";
      return new StaticFile(Console.ROOT + "/" + name, type, bytes, tag);
    } catch (IOException e) {
      throw new UncheckedIOException("the jar cannot be read", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static Optional<StaticFile> at(String path) {
    return Arrays.asList(STYLE, SCRIPT, ICON).stream()
        .filter(file -> file.path.equals(path))
        .findFirst();
  }

  String path() {
    return path;
  }

  /** Asked for again each time, so that a new version is seen at once; mostly the tag is enough. */
  Answer answer(Request request) {
    boolean known = request.headers().all("If-None-Match").contains(tag);
    Answer answer = known ? Answer.empty(304) : Answer.of(200, type, bytes);
    return answer.with("ETag", tag).with("Cache-Control", "no-cache");
  }
}
