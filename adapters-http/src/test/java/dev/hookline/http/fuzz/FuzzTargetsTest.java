package dev.hookline.http.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hookline.http.intake.ClientAddressFuzz;
import dev.hookline.http.intake.PathFuzz;
import dev.hookline.http.slack.SlackTimeFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every target over its kept corpus, and over a thousand inputs made of it by chance. What a
 * failure says has the input in hexadecimal digits; {@code bin/fuzz} searches longer, by coverage.
 */
class FuzzTargetsTest {
  private static final Path CORPORA = Path.of("src", "test", "resources", "fuzz");
  private static final long SEED = 5;
  private static final int RUNS = 1_000;
  private static final int LONGEST = 1_000;

  private static final Map<String, Consumer<byte[]>> TARGETS =
      Map.ofEntries(
          Map.entry("client-address", ClientAddressFuzz::fuzzerTestOneInput),
          Map.entry("form", FormFuzz::fuzzerTestOneInput),
          Map.entry("github-handler", GitHubHandlerFuzz::fuzzerTestOneInput),
          Map.entry("github-verifier", GitHubVerifierFuzz::fuzzerTestOneInput),
          Map.entry("json", JsonFuzz::fuzzerTestOneInput),
          Map.entry("linear-handler", LinearHandlerFuzz::fuzzerTestOneInput),
          Map.entry("linear-verifier", LinearVerifierFuzz::fuzzerTestOneInput),
          Map.entry("path", PathFuzz::fuzzerTestOneInput),
          Map.entry("slack-handler", SlackHandlerFuzz::fuzzerTestOneInput),
          Map.entry("slack-time", SlackTimeFuzz::fuzzerTestOneInput),
          Map.entry("slack-verifier", SlackVerifierFuzz::fuzzerTestOneInput),
          Map.entry("timestamps", TimestampsFuzz::fuzzerTestOneInput));

  private static final List<byte[]> WORDS =
      Stream.of(
              "00",
              "ff",
              "c080",
              "eda080",
              "efbbbf",
              "5c7530303030", // \u0000
              "5c7564383030", // \ud800
              "316534303030303030303030", // 1e4000000000
              "2d30",
              "6e756c6c",
              "25",
              "2566",
              "26",
              "3d",
              "0d0a",
              "2e2e2f",
              "39".repeat(101),
              "5b".repeat(101),
              "323533343032333030383030",
              "3939393939393939393939393939393939393939")
          .map(HexFormat.of()::parseHex)
          .toList();

  static Stream<String> targets() {
    return TARGETS.keySet().stream().sorted();
  }

  @Test
  void everyTargetHasACorpusAndEveryCorpusATarget() throws IOException {
    var corpora = new TreeSet<String>();
    try (var folders = Files.list(CORPORA)) {
      folders.forEach(folder -> corpora.add(CORPORA.relativize(folder).toString()));
    }
    assertEquals(new TreeSet<>(TARGETS.keySet()), corpora);
  }

  @ParameterizedTest
  @MethodSource("targets")
  void theKeptInputsHold(String target) throws IOException {
    List<byte[]> corpus = corpus(target);
    assertFalse(corpus.isEmpty());
    corpus.forEach(input -> run(target, input));
    run(target, new byte[0]);
  }

  @ParameterizedTest
  @MethodSource("targets")
  void inputsMadeOfThemByChanceHold(String target) throws IOException {
    List<byte[]> corpus = corpus(target);
    var random = new Random(SEED);
    for (int i = 0; i < RUNS; i++) {
      run(target, changed(corpus.get(random.nextInt(corpus.size())), random));
    }
  }

  @Test
  void aFailureShowsItsInput() {
    var failure =
        assertThrows(
            AssertionError.class,
            () ->
                run(
                    _ -> {
                      throw new IllegalStateException();
                    },
                    "broken",
                    new byte[] {1, (byte) 0xFF}));
    assertEquals("broken: 01ff", failure.getMessage());
  }

  private static void run(String target, byte[] input) {
    run(Objects.requireNonNull(TARGETS.get(target)), target, input);
  }

  private static void run(Consumer<byte[]> code, String name, byte[] input) {
    try {
      code.accept(input);
    } catch (RuntimeException | AssertionError | StackOverflowError e) {
      throw new AssertionError(name + ": " + HexFormat.of().formatHex(input), e);
    }
  }

  private static List<byte[]> corpus(String target) throws IOException {
    var corpus = new ArrayList<byte[]>();
    try (var files = Files.list(CORPORA.resolve(target))) {
      for (Path file : files.sorted().toList()) {
        corpus.add(Files.readAllBytes(file));
      }
    }
    return corpus;
  }

  /** One to four accidents: a byte changed, a word put in, a piece lost or said twice. */
  private static byte[] changed(byte[] input, Random random) {
    byte[] bytes = input;
    for (int times = random.nextInt(4); times >= 0; times--) {
      int at = random.nextInt(bytes.length + 1);
      int end = Math.min(bytes.length, at + random.nextInt(20));
      byte[] piece = Arrays.copyOfRange(bytes, at, end);
      bytes =
          switch (random.nextInt(4)) {
            case 0 ->
                joined(bytes, at, new byte[] {(byte) random.nextInt(256)}, Math.max(at, end - 1));
            case 1 -> joined(bytes, at, WORDS.get(random.nextInt(WORDS.size())), at);
            case 2 -> joined(bytes, at, new byte[0], end);
            default -> joined(bytes, at, piece, at);
          };
    }
    return bytes.length > LONGEST ? Arrays.copyOf(bytes, LONGEST) : bytes;
  }

  /** What stands before one place, something new, and what stands from another place on. */
  private static byte[] joined(byte[] bytes, int until, byte[] between, int from) {
    byte[] joined = Arrays.copyOf(bytes, until + between.length + bytes.length - from);
    System.arraycopy(between, 0, joined, until, between.length);
    System.arraycopy(bytes, from, joined, until + between.length, bytes.length - from);
    return joined;
  }
}
