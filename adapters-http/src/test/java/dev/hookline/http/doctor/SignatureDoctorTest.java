package dev.hookline.http.doctor;

import static dev.hookline.http.testing.Deliveries.hmac;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.doctor.Finding.Cause;
import dev.hookline.http.doctor.SignatureDoctor.Signing;
import dev.hookline.http.testing.Deliveries;
import dev.hookline.testing.Samples;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureDoctorTest {
  private static final String NEW = "4e65775f7365637265745f6f665f6769746875625f2e2e2e";
  private static final String OLD = "b2xkLXNlY3JldC1vZi1naXRodWI=";
  private static final String OF_SLACK = "secret-of-slack-8f742231b10e";
  private static final String OF_LINEAR = "secret-of-linear-lin_wh_1234";
  private static final String ANCIENT = "secret-from-last-year";
  private static final String BODY =
      "{\"zen\":\"Größe zählt nicht\",\"path\":\"a/b\",\"n\":[1,2.50]}";
  private static final long NOW = Samples.NOON.getEpochSecond();

  private final SignatureDoctor doctor =
      doctor(Map.of("github", List.of(NEW, OLD), "slack", List.of(OF_SLACK)));

  private static SignatureDoctor doctor(Map<String, List<String>> secrets) {
    return new SignatureDoctor(
        Dialects.all().stream()
            .map(
                dialect -> {
                  String name = dialect.profile().service().name();
                  List<String> own =
                      secrets.getOrDefault(
                          name, name.equals("linear") ? List.of(OF_LINEAR) : List.of());
                  return new Signing(dialect, () -> own, dialect.profile().tolerance());
                })
            .toList());
  }

  private Diagnosis examine(Deliveries delivery, String... more) {
    Diagnosis diagnosis = doctor.examine(delivery.build(), List.of(more));
    revealsNothing(diagnosis, delivery.build());
    return diagnosis;
  }

  private static void revealsNothing(Diagnosis diagnosis, Delivery delivery) {
    String all = diagnosis.toString();
    for (String secret : List.of(NEW, OLD, OF_SLACK, OF_LINEAR, ANCIENT)) {
      assertFalse(all.contains(secret), all);
    }
    delivery
        .headers()
        .select(name -> name.toLowerCase(Locale.ROOT).contains("signature"))
        .values()
        .stream()
        .filter(value -> value.length() > 20)
        .forEach(value -> assertFalse(all.contains(value.substring(value.length() - 20)), all));
  }

  private static Cause first(Diagnosis diagnosis) {
    return diagnosis.findings().getFirst().cause();
  }

  private static List<Cause> causes(Diagnosis diagnosis) {
    return diagnosis.findings().stream().map(Finding::cause).toList();
  }

  private static void says(Diagnosis diagnosis, String text) {
    assertTrue(
        diagnosis.findings().stream().anyMatch(finding -> finding.what().contains(text)),
        diagnosis::toString);
  }

  /** From GitHub, with this body, signed over that one. */
  private static Deliveries github(String body, String secret, String signed) {
    return Deliveries.from("github")
        .json(body)
        .header("X-Hub-Signature-256", "sha256=" + hmac(secret, signed));
  }

  private static Deliveries slack(String body, long timestamp, String secret, String signed) {
    return Deliveries.from("slack")
        .form(body)
        .header("X-Slack-Request-Timestamp", Long.toString(timestamp))
        .header("X-Slack-Signature", "v0=" + hmac(secret, "v0:" + timestamp + ":" + signed));
  }

  private static Deliveries linear(String body, String secret) {
    return Deliveries.from("linear").json(body).header("Linear-Signature", hmac(secret, body));
  }

  @Test
  void rightSignatureNamesItsSecretByPositionAndFingerprint() {
    Diagnosis diagnosis = examine(github(BODY, OLD, BODY));
    assertTrue(diagnosis.isAuthentic());
    assertTrue(diagnosis.isExplained());
    says(diagnosis, "secret 2 of 2 of github (%s)".formatted(SecretFingerprint.of(OLD)));
    assertTrue(examine(slack("command=%2Fgo", NOW, OF_SLACK, "command=%2Fgo")).isAuthentic());
    String timed = "{\"webhookTimestamp\":%d}".formatted(Samples.NOON.toEpochMilli());
    assertTrue(examine(linear(timed, OF_LINEAR)).isAuthentic());
  }

  // The header

  @Test
  void headerIsMissing() {
    assertEquals(
        List.of(Cause.HEADER_MISSING), causes(examine(Deliveries.from("github").json(BODY))));
    assertEquals(
        List.of(Cause.HEADER_MISSING, Cause.TIME_MISSING),
        causes(examine(Deliveries.from("slack").json(BODY))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"X-Hub-Signature_256", "X-Signature", "Linear-Signature", "X-Slack-Signature"})
  void headerHasAnotherName(String name) {
    Diagnosis diagnosis =
        examine(Deliveries.from("github").json(BODY).header(name, "sha256=" + hmac(NEW, BODY)));
    assertEquals(
        List.of(Cause.SECRET_AND_BODY_RIGHT, Cause.HEADER_UNDER_ANOTHER_NAME), causes(diagnosis));
    says(diagnosis, name);
  }

  @Test
  void namesOfStrangersAreCleanedAndBounded() {
    String value = "a".repeat(64);
    Diagnosis diagnosis =
        examine(
            Deliveries.from("github")
                .json(BODY)
                .header("A\u001b[31m" + "x".repeat(500), value)
                .header("B", value)
                .header("C", value)
                .header("D", value));
    String what = diagnosis.findings().getFirst().what();
    assertTrue(what.length() < 200, what);
    assertTrue(what.matches("[ -~]*"), what);
  }

  @Test
  void onlyTheOldSha1HeaderIsThere() {
    assertEquals(
        List.of(Cause.SHA1_ONLY),
        causes(
            examine(
                Deliveries.from("github")
                    .json(BODY)
                    .header("X-Hub-Signature", "sha1=" + "a".repeat(40)))));
  }

  @Test
  void headerIsDoubled() {
    assertEquals(
        List.of(Cause.SECRET_AND_BODY_RIGHT, Cause.HEADER_DOUBLED),
        causes(examine(github(BODY, NEW, BODY).header("x-hub-signature-256", "sha256=0"))));
  }

  private static Stream<Arguments> wrongForms() {
    String hex = hmac(NEW, BODY);
    String base64 = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    return Stream.of(
        Arguments.of(hex, Cause.WRONG_PREFIX, true),
        Arguments.of("SHA256=" + hex, Cause.WRONG_PREFIX, true),
        Arguments.of("v0=" + hex, Cause.WRONG_PREFIX, true),
        Arguments.of("sha1=" + hex, Cause.WRONG_PREFIX, true),
        Arguments.of("sha1=" + hex.substring(24), Cause.WRONG_PREFIX, false),
        Arguments.of("\"sha256=" + hex + "\"", Cause.HEADER_MALFORMED, true),
        Arguments.of("sha256=" + base64, Cause.NOT_HEXADECIMAL, true),
        Arguments.of("sha256=" + "z".repeat(64), Cause.NOT_HEXADECIMAL, false),
        Arguments.of("sha256=" + hex + hex, Cause.WRONG_LENGTH, false),
        Arguments.of("sha256=" + hex.substring(1), Cause.WRONG_LENGTH, false),
        Arguments.of("sha256=", Cause.WRONG_LENGTH, false),
        Arguments.of("", Cause.WRONG_PREFIX, false));
  }

  @ParameterizedTest
  @MethodSource("wrongForms")
  void headerHasAnotherForm(String value, Cause cause, boolean holdsOtherwise) {
    List<Cause> causes =
        causes(examine(Deliveries.from("github").json(BODY).header("X-Hub-Signature-256", value)));
    assertTrue(causes.contains(cause), causes::toString);
    assertEquals(holdsOtherwise, causes.contains(Cause.SECRET_AND_BODY_RIGHT), causes::toString);
    assertFalse(causes.contains(Cause.UNEXPLAINED), causes::toString);
  }

  @Test
  void prefixOfAnotherProviderIsTold() {
    String body = "{\"webhookTimestamp\":%d}".formatted(Samples.NOON.toEpochMilli());
    Diagnosis ofLinear =
        examine(
            Deliveries.from("linear")
                .json(body)
                .header("Linear-Signature", "sha256=" + hmac(OF_LINEAR, body)));
    assertEquals(List.of(Cause.SECRET_AND_BODY_RIGHT, Cause.WRONG_PREFIX), causes(ofLinear));
    says(ofLinear, "begins with sha256=");
    Diagnosis ofSlack =
        examine(
            Deliveries.from("slack")
                .json(BODY)
                .header("X-Slack-Request-Timestamp", Long.toString(NOW))
                .header("X-Slack-Signature", hmac(OF_SLACK, "v0:" + NOW + ":" + BODY)));
    assertEquals(List.of(Cause.SECRET_AND_BODY_RIGHT, Cause.WRONG_PREFIX), causes(ofSlack));
    says(ofSlack, "should begin with v0=");
  }

  // The secret

  @Test
  void secretIsAnotherServices() {
    Diagnosis diagnosis = examine(github(BODY, OF_LINEAR, BODY));
    assertEquals(List.of(Cause.SECRET_OF_ANOTHER_SERVICE), causes(diagnosis));
    says(diagnosis, "secret 1 of 1 of linear");
  }

  @Test
  void secretIsAnOldOneThatIsNoLongerConfigured() {
    assertEquals(List.of(Cause.UNEXPLAINED), causes(examine(github(BODY, ANCIENT, BODY))));
    Diagnosis diagnosis = examine(github(BODY, ANCIENT, BODY), "x", ANCIENT);
    assertEquals(List.of(Cause.SECRET_NOT_CONFIGURED), causes(diagnosis));
    says(diagnosis, SecretFingerprint.of(ANCIENT).value());
  }

  private static Stream<Arguments> spellings() {
    return Stream.of(
        Arguments.of(NEW + "\n", "with a line end (LF)"),
        Arguments.of(NEW + "\r\n", "with a line end (CR LF)"),
        Arguments.of(NEW + " ", "with a space at its end"),
        Arguments.of(" " + NEW, "with a space before it"),
        Arguments.of("\"" + OLD + "\"", "in double quotes"),
        Arguments.of("'" + OLD + "'", "in single quotes"),
        Arguments.of("New_secret_of_github_...", "decoded from hexadecimal"),
        Arguments.of("old-secret-of-github", "decoded from base64"));
  }

  @ParameterizedTest
  @MethodSource("spellings")
  void secretIsSpeltOtherwiseAtItsSender(String used, String said) {
    Diagnosis diagnosis = examine(github(BODY, used, BODY));
    assertEquals(List.of(Cause.SECRET_SPELT_OTHERWISE), causes(diagnosis));
    says(diagnosis, said);
  }

  @ParameterizedTest
  @CsvSource({"\"%s\",without the quotes", "' %s ',without the white space"})
  void secretIsSpeltOtherwiseHere(String here, String said) {
    String configured = here.replace("%s", ANCIENT);
    Diagnosis diagnosis =
        doctor(Map.of("github", List.of(configured)))
            .examine(github(BODY, ANCIENT, BODY).build(), List.of());
    assertEquals(List.of(Cause.SECRET_SPELT_OTHERWISE), causes(diagnosis));
    says(diagnosis, said);
  }

  @Test
  void noSecretIsConfigured() {
    Diagnosis diagnosis =
        doctor(Map.of("github", List.of("  "))).examine(github(BODY, NEW, BODY).build(), List.of());
    assertTrue(causes(diagnosis).contains(Cause.NO_SECRET), diagnosis::toString);
    assertFalse(diagnosis.isAuthentic());
  }

  // The body

  private static Stream<Arguments> rewrites() {
    String compact = BODY;
    return Stream.of(
        Arguments.of("compact", compact),
        Arguments.of(
            "with Python's separators",
            "{\"zen\": \"Größe zählt nicht\", \"path\": \"a/b\", \"n\": [1, 2.50]}"),
        Arguments.of(
            "with Python's separators, with non-ASCII characters escaped",
            "{\"zen\": \"Gr\\u00f6\\u00dfe z\\u00e4hlt nicht\", \"path\": \"a/b\", \"n\": [1,"
                + " 2.50]}"),
        Arguments.of(
            "indented by two spaces",
            """
            {
              "zen": "Größe zählt nicht",
              "path": "a/b",
              "n": [
                1,
                2.50
              ]
            }\
            """),
        Arguments.of(
            "compact, with slashes escaped",
            "{\"zen\":\"Größe zählt nicht\",\"path\":\"a\\/b\",\"n\":[1,2.50]}"),
        Arguments.of(
            "compact, with slashes and non-ASCII characters escaped",
            "{\"zen\":\"Gr\\u00f6\\u00dfe z\\u00e4hlt nicht\",\"path\":\"a\\/b\",\"n\":[1,2.50]}"),
        Arguments.of(
            "compact, with sorted names",
            "{\"n\":[1,2.50],\"path\":\"a/b\",\"zen\":\"Größe zählt nicht\"}"),
        Arguments.of(
            "with Python's separators, with sorted names, with non-ASCII characters escaped",
            "{\"n\": [1, 2.50], \"path\": \"a/b\", \"zen\": \"Gr\\u00f6\\u00dfe z\\u00e4hlt"
                + " nicht\"}"));
  }

  @ParameterizedTest
  @MethodSource("rewrites")
  void jsonWasWrittenAnew(String said, String signed) {
    String received = "{ \"zen\" : \"Größe zählt nicht\",\t\"path\":\"a/b\", \"n\":[ 1, 2.50 ] }";
    Diagnosis diagnosis = examine(github(received, OLD, signed));
    assertEquals(List.of(Cause.BODY_CHANGED), causes(diagnosis));
    says(diagnosis, "signed was the same JSON, " + said + ".");
    says(diagnosis, "secret 2 of 2");
  }

  private static Stream<Arguments> edits() {
    String latin = new String(BODY.getBytes(UTF_8), ISO_8859_1);
    return Stream.of(
        Arguments.of("LF in place of CR LF", "a\r\nb\r\n", "a\nb\n"),
        Arguments.of("CR LF in place of LF", "a\nb\n", "a\r\nb\r\n"),
        Arguments.of("without the line end", BODY + "\n", BODY),
        Arguments.of("without the line end", BODY + "\r\n", BODY),
        Arguments.of("with a line end (LF)", BODY, BODY + "\n"),
        Arguments.of("with a line end (CR LF)", BODY, BODY + "\r\n"),
        Arguments.of("without the white space", " \n" + BODY + "  ", BODY),
        Arguments.of("without the byte order mark", "\uFEFF" + BODY, BODY),
        Arguments.of("with a byte order mark", BODY, "\uFEFF" + BODY),
        Arguments.of("before it was read as ISO-8859-1", latin, BODY),
        Arguments.of("none at all", BODY, ""),
        Arguments.of("as a form", "{\"a\":\"b c\"}", "payload=%7B%22a%22%3A%22b+c%22%7D"));
  }

  @ParameterizedTest
  @MethodSource("edits")
  void bodyWasChangedOnItsWay(String said, String received, String signed) {
    Diagnosis diagnosis = examine(github(received, NEW, signed));
    assertEquals(List.of(Cause.BODY_CHANGED), causes(diagnosis));
    says(diagnosis, said);
  }

  @ParameterizedTest
  @CsvSource({
    "in place of %20, text=a%20b&c=d, text=a+b&c=d",
    "in place of +, text=a+b&c=d, text=a%20b&c=d",
    "in upper case, text=%c3%a4&c=d, text=%C3%A4&c=d",
    "in lower case, text=%C3%A4&c=d, text=%c3%a4&c=d",
    "with its form decoded, payload=%7B%22a%22%3A1%7D, payload={\"a\":1}",
    "JSON of its field payload alone, payload=%7B%22a%22%3A1%7D, {\"a\":1}",
    "with its fields encoded anew, payload={\"a\":\"b c\"}, payload=%7B%22a%22%3A%22b+c%22%7D"
  })
  void formWasDecodedOrEncodedAnew(String said, String received, String signed) {
    Diagnosis diagnosis = examine(slack(received, NOW, OF_SLACK, signed));
    assertEquals(List.of(Cause.BODY_CHANGED), causes(diagnosis));
    says(diagnosis, said);
  }

  @Test
  void onlyTheBeginningOfTheBodyWasSigned() {
    String body = "größer".repeat(20);
    Diagnosis diagnosis = examine(github(body, NEW, body.substring(0, 100)));
    assertEquals(List.of(Cause.BODY_EXTENDED), causes(diagnosis));
    says(
        diagnosis,
        "only the first %d were signed".formatted(body.substring(0, 100).getBytes(UTF_8).length));
  }

  @Test
  void bodyIsNotWhole() {
    String cut = BODY.substring(0, 20);
    assertEquals(List.of(Cause.BODY_CUT_OFF), causes(examine(github(cut, NEW, BODY))));
    Diagnosis announced =
        examine(github("plain", NEW, "plain text").header("Content-Length", "10"));
    assertEquals(List.of(Cause.BODY_CUT_OFF), causes(announced));
    says(announced, "has 5 bytes, and 10 were announced");
  }

  // The time

  @ParameterizedTest
  @CsvSource({"-301,before,301", "301,after,301", "-86400,before,86400"})
  void clocksAreApart(long offset, String direction, long seconds) {
    Diagnosis diagnosis = examine(slack("a=b", NOW + offset, OF_SLACK, "a=b"));
    assertEquals(
        List.of(Cause.SECRET_AND_BODY_RIGHT, Cause.TIME_OUT_OF_TOLERANCE), causes(diagnosis));
    says(
        diagnosis,
        "signed %d seconds %s it was received; 300 are allowed".formatted(seconds, direction));
    String timed = "{\"webhookTimestamp\":%d}".formatted((NOW - 30_000) * 1000);
    Diagnosis ofLinear = examine(linear(timed, OF_LINEAR));
    assertEquals(
        List.of(Cause.SECRET_AND_BODY_RIGHT, Cause.TIME_OUT_OF_TOLERANCE), causes(ofLinear));
    says(ofLinear, "30000 seconds before");
  }

  @Test
  void timeIsInOtherUnits() {
    long millis = Samples.NOON.toEpochMilli();
    assertEquals(
        List.of(Cause.SECRET_AND_BODY_RIGHT, Cause.TIME_IN_OTHER_UNITS),
        causes(examine(slack("a=b", millis, OF_SLACK, "a=b"))));
    assertEquals(
        List.of(Cause.SECRET_AND_BODY_RIGHT, Cause.TIME_IN_OTHER_UNITS),
        causes(
            examine(
                Deliveries.from("slack")
                    .form("a=b")
                    .header("X-Slack-Request-Timestamp", Long.toString(millis))
                    .header("X-Slack-Signature", "v0=" + hmac(OF_SLACK, "v0:" + NOW + ":a=b")))));
    assertEquals(
        List.of(Cause.SECRET_AND_BODY_RIGHT, Cause.TIME_IN_OTHER_UNITS),
        causes(examine(linear("{\"webhookTimestamp\":%d}".formatted(NOW), OF_LINEAR))));
  }

  @Test
  void timeIsMissingOrNoTime() {
    assertEquals(
        List.of(Cause.SIGNED_WITHOUT_TIME, Cause.TIME_MISSING),
        causes(
            examine(
                Deliveries.from("slack")
                    .form("a=b")
                    .header("X-Slack-Signature", "v0=" + hmac(OF_SLACK, "a=b")))));
    assertTrue(
        causes(
                examine(
                    Deliveries.from("slack")
                        .form("a=b")
                        .header("X-Slack-Request-Timestamp", "today")
                        .header("X-Slack-Signature", "v0=" + hmac(OF_SLACK, "v0:today:a=b"))))
            .contains(Cause.TIME_MALFORMED));
    assertEquals(
        List.of(Cause.SECRET_AND_BODY_RIGHT, Cause.TIME_MISSING),
        causes(examine(linear("{\"action\":\"create\"}", OF_LINEAR))));
  }

  @Test
  void numbersThatAreNoTimesAreOutOfTolerance() {
    for (String digits : List.of("0", "999999999999999999")) {
      Diagnosis diagnosis =
          examine(
              Deliveries.from("slack")
                  .form("a=b")
                  .header("X-Slack-Request-Timestamp", digits)
                  .header("X-Slack-Signature", "v0=" + hmac(OF_SLACK, "v0:" + digits + ":a=b")));
      assertTrue(causes(diagnosis).contains(Cause.TIME_OUT_OF_TOLERANCE), diagnosis::toString);
    }
  }

  // The rest

  @Test
  void severalThingsAreWrongAtOnce() {
    assertEquals(
        List.of(Cause.SECRET_OF_ANOTHER_SERVICE, Cause.WRONG_PREFIX),
        causes(
            examine(
                Deliveries.from("github")
                    .json(BODY)
                    .header("X-Hub-Signature-256", hmac(OF_SLACK, BODY)))));
  }

  @Test
  void whatNothingExplainsIsSaidToBeSo() {
    Diagnosis diagnosis = examine(github(BODY, "nobody knows", BODY));
    assertEquals(List.of(Cause.UNEXPLAINED), causes(diagnosis));
    assertFalse(diagnosis.isExplained());
    assertFalse(diagnosis.isAuthentic());
  }

  @Test
  void withoutTheBodyTheHeadersTellWhatTheyCan() {
    assertEquals(
        List.of(Cause.HEADER_MISSING),
        causes(doctor.examineHeaders(Deliveries.from("github").build())));
    Diagnosis kept = doctor.examineHeaders(github("", NEW, BODY).build());
    assertEquals(List.of(Cause.BODY_NOT_KEPT), causes(kept));
    assertFalse(kept.isExplained());
    assertEquals(
        Optional.of(Cause.BODY_NOT_KEPT),
        doctor.examineHeaders(linear("", OF_LINEAR).build()).findings().stream()
            .map(Finding::cause)
            .findFirst());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\0", "{", "[", "{}", "%", "a=%", "a=b&", "\uFEFF", "[[[[[[", "{\"a\":1e999}"})
  void noBodyIsTooOdd(String body) {
    Diagnosis diagnosis = examine(github(body, "nobody knows", BODY));
    assertFalse(diagnosis.isAuthentic());
  }

  @Test
  void deepOrLargeBodiesAreBorne() {
    for (String body : List.of("[".repeat(100_000), "{\"a\":\"" + "/".repeat(300_000) + "\"}")) {
      assertFalse(examine(github(body, "nobody knows", BODY)).isAuthentic());
    }
    String large = "{ \"a\":\"" + "b".repeat(1_000_000) + "\"}";
    Diagnosis rewritten = examine(github(large, NEW, "{\"a\":\"" + "b".repeat(1_000_000) + "\"}"));
    assertEquals(Cause.BODY_CHANGED, first(rewritten));
  }
}
