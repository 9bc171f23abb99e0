package dev.hookline.domain.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Trace Context, level 2: sections 3.2 and 3.3. */
class TraceContextTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final String PARENT = "00-" + TRACE + "-" + SPAN + "-01";

  /** The standard's grammar, written down once more. */
  private static final Pattern VALID =
      Pattern.compile(
          "00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
              + "|(?!00|ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?",
          Pattern.DOTALL);

  private static Optional<TraceContext> read(String parent, String... states) {
    return TraceContext.read(List.of(parent), List.of(states));
  }

  private static String state(String... states) {
    return read(PARENT, states).orElseThrow().state();
  }

  @Test
  void whatIsReadIsWrittenAgain() {
    TraceContext context = read(PARENT, "a=1,b=2").orElseThrow();

    assertEquals(new TraceContext(TRACE, SPAN, TraceContext.SAMPLED, "a=1,b=2"), context);
    assertTrue(context.isSampled());
    assertEquals(PARENT, context.traceparent());
  }

  @ParameterizedTest
  @CsvSource({"00,00", "01,01", "02,02", "03,03", "ff,03", "fc,00", "09,01"})
  void flagsThatNobodyKnowsAreNotHandedOn(String came, String goes) {
    TraceContext context = read("00-" + TRACE + "-" + SPAN + "-" + came).orElseThrow();

    assertEquals("00-" + TRACE + "-" + SPAN + "-" + goes, context.traceparent());
    assertEquals(goes.endsWith("1") || goes.endsWith("3"), context.isSampled());
  }

  @ParameterizedTest
  @ValueSource(strings = {"01", "cc", "fe"})
  void aLaterVersionIsReadAsFarAsThisOneGoes(String version) {
    String later = version + PARENT.substring(2);

    assertEquals(PARENT, read(later).orElseThrow().traceparent());
    assertEquals(PARENT, read(later + "-what-the-future-is-like").orElseThrow().traceparent());
    assertEquals(Optional.empty(), read(later + ".what"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "ff-" + TRACE + "-" + SPAN + "-01",
        "00-" + TRACE + "-" + SPAN + "-01-more",
        "00-" + TRACE + "-" + SPAN + "-01 ",
        " 00-" + TRACE + "-" + SPAN + "-01",
        "00-" + TRACE + "-" + SPAN + "-1",
        "00-" + TRACE + "-" + SPAN,
        "00-00000000000000000000000000000000-" + SPAN + "-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-" + SPAN + "-01",
        "00-" + TRACE + "-B7AD6B7169203331-01",
        "00-" + TRACE + "-" + SPAN + "-0A",
        "0a" + TRACE + "-" + SPAN + "-0001",
        "00_" + TRACE + "_" + SPAN + "_01",
        "00-" + TRACE + "-" + SPAN + "-0\u0661",
        "00-\u0660af7651916cd43dd8448eb211c80319c-" + SPAN + "-01",
      })
  void aMalformedParentWasNeverThere(String malformed) {
    assertEquals(Optional.empty(), read(malformed));
  }

  @Test
  void neitherWasOneThatIsMissingOrDoubled() {
    assertEquals(Optional.empty(), TraceContext.read(List.of(), List.of("a=1")));
    assertEquals(Optional.empty(), TraceContext.read(List.of(PARENT, PARENT), List.of()));
  }

  /** Every answer agrees with the grammar, whatever is changed in what was right. */
  @Test
  void aChangedParentIsReadJustWhenTheGrammarAllowsIt() {
    var random = new Random(20260301);
    String alphabet = "0123456789abcdefABCDEF- _g\u0000\u00e9\u0660\uD83D,\n\t";
    int taken = 0;
    for (int i = 0; i < 200_000; i++) {
      var text = new StringBuilder(PARENT);
      for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
        int at = random.nextInt(text.length() + 1);
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(4)) {
          case 0 -> text.insert(at, c);
          case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(1, 4)));
          default -> text.replace(at, Math.min(text.length(), at + 1), String.valueOf(c));
        }
      }
      String parent = text.toString();
      Optional<TraceContext> read = read(parent);

      assertEquals(VALID.matcher(parent).matches(), read.isPresent(), parent);
      read.ifPresent(context -> assertEquals(read, read(context.traceparent()), parent));
      taken += read.isPresent() ? 1 : 0;
    }
    assertTrue(taken > 10_000, "only " + taken + " were taken");
  }

  @Test
  void fieldsOfStateAreOneList() {
    assertEquals("a=1,b=2,c=3", state("a=1,b=2", "c=3"));
    assertEquals("a=1,b=2", state(" a=1 ,\t,, b=2\t"));
    assertEquals("a=b c!~", state("a=b c!~"));
    assertEquals("t61rcwkgmze@dd*-_/=1", state("t61rcwkgmze@dd*-_/=1"));
    assertEquals("", state());
    assertEquals("", state(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "=1",
        "a=",
        "A=1",
        "a=1,a=2",
        "a=1,b",
        "a=x=y",
        "a=\u00e9",
        "a=\u0007",
        "\u00e9=1",
        "-a=1",
        "a=1\r\nX-Evil: 1",
        "a =1"
      })
  void aMalformedStateIsLeftOutAndTheParentStays(String malformed) {
    assertEquals("", state(malformed));
  }

  @Test
  void ofAStateWithTooManyMembersNothingIsKept() {
    var members = new ArrayList<String>();
    for (int i = 0; i < 33; i++) {
      members.add("k" + i + "=1");
    }

    assertEquals("", state(String.join(",", members)));
    assertFalse(state(String.join(",", members.subList(0, 32))).isEmpty());
  }

  @Test
  void ofALongStateTheLongMembersGoFirstAndThenTheLast() {
    String most = "a=" + "x".repeat(120);
    String longer = "long=" + "y".repeat(200);
    String rest = "b=" + "x".repeat(120) + ",c=" + "x".repeat(120) + ",d=" + "x".repeat(120);

    assertEquals(most + "," + rest, state(most + "," + longer + "," + rest));
    assertEquals(most + "," + rest, state(most, rest, "e=" + "x".repeat(120)));
  }

  @Test
  void whatIsJustShortEnoughStays() {
    String long256 = "k".repeat(256) + "=1";
    assertEquals(long256, state(long256));
    assertEquals("", state("k" + long256));
    String value256 = "a=" + "x".repeat(256);
    assertEquals(value256, state(value256));
    assertEquals("", state(value256 + "x"));
    // Of four with 127 characters and the commas between them 511 come together.
    String all = "a=%1$s,b=%1$s,c=%1$s,d=%1$s".formatted("x".repeat(125)) + "x";
    assertEquals(TraceContext.MAX_STATE, all.length());
    assertEquals(all, state(all));
    assertEquals(all, new TraceContext(TRACE, SPAN, 0, all).state());
    assertEquals(all, state(all, "long=" + "y".repeat(200)));
  }

  @Test
  void aStateOfAnyLengthFits() {
    var random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      var members = new ArrayList<String>();
      for (int n = random.nextInt(33); n > 0; n--) {
        members.add("k" + n + "=" + "v".repeat(random.nextInt(1, 256)));
      }
      String state = state(String.join(",", members));

      assertTrue(state.length() <= TraceContext.MAX_STATE);
      assertEquals(state, state(state));
    }
  }

  @Test
  void noneIsMadeOfWhatIsNone() {
    assertThrows(
        IllegalArgumentException.class, () -> new TraceContext(TRACE, "0".repeat(16), 0, ""));
    assertThrows(IllegalArgumentException.class, () -> new TraceContext("x", SPAN, 0, ""));
    assertThrows(IllegalArgumentException.class, () -> new TraceContext(TRACE, SPAN, 4, ""));
    assertThrows(
        IllegalArgumentException.class,
        () -> new TraceContext(TRACE, SPAN, 0, "a=" + "x".repeat(TraceContext.MAX_STATE)));
  }
}
