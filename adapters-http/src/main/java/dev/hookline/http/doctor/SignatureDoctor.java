package dev.hookline.http.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.Verification;
import dev.hookline.http.doctor.Finding.Cause;
import dev.hookline.http.json.JsonRewriting;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.HmacSha256;
import dev.hookline.http.provider.SigningScheme;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds out why a signature does not hold, by trying the usual causes one after the other. It needs
 * nothing but the delivery and the secrets, changes nothing, and shows no secret. Safe for use by
 * many threads.
 */
public final class SignatureDoctor {
  /** Each byte costs a computation. */
  private static final int MOST_PREFIXES = 256 * 1024;

  private static final String CONFIGURE =
      "Give the sender the secret that is configured here, or list the sender's here as well.";

  /**
   * A service whose signatures can be looked into.
   *
   * @param secrets those that are valid now; empty if it is not enabled
   * @param tolerance how far a signed time may lie from the receipt
   */
  public record Signing(
      Dialect dialect, Supplier<List<String>> secrets, Optional<Duration> tolerance) {
    Service service() {
      return dialect.profile().service();
    }

    SigningScheme scheme() {
      return dialect.signing();
    }

    /** A blank secret signs nothing. */
    List<String> usable() {
      return secrets.get().stream().filter(secret -> !secret.isBlank()).toList();
    }
  }

  private final Map<Service, Signing> services;

  public SignatureDoctor(List<Signing> services) {
    this.services =
        services.stream().collect(Collectors.toMap(Signing::service, Function.identity()));
  }

  /**
   * Looks into a delivery whose body is there.
   *
   * @param more secrets to try beside those that are configured, such as an old one
   * @throws IllegalArgumentException if its service is unknown
   */
  public Diagnosis examine(Delivery delivery, List<String> more) {
    Signing own = signing(delivery.service());
    List<String> secrets = own.usable();
    if (!secrets.isEmpty()
        && own.dialect().verifier(() -> secrets, own.tolerance()).verify(delivery)
            instanceof Verification.Authentic(int secret, _, _)) {
      return new Diagnosis(
          List.of(
              new Finding(
                  Cause.SIGNATURE_IS_RIGHT,
                  "The signature is right: %s made it."
                      .formatted(configured(own, secrets, secret - 1)),
                  "Nothing: this delivery would be taken.")));
    }
    return new Examination(own, delivery, secrets, more).diagnosis();
  }

  /**
   * Looks into a delivery whose body was not kept: only what its headers tell.
   *
   * @throws IllegalArgumentException if its service is unknown
   */
  public Diagnosis examineHeaders(Delivery delivery) {
    Signing own = signing(delivery.service());
    var findings = new ArrayList<Finding>();
    noSecret(own, own.usable()).ifPresent(findings::add);
    findings.addAll(SignatureClaim.in(delivery.headers(), own.scheme()).findings());
    findings.addAll(SignedTimes.of(delivery, own.scheme(), own.tolerance(), false).findings());
    if (findings.isEmpty()) {
      findings.add(
          new Finding(
              Cause.BODY_NOT_KEPT,
              "The headers are as they should be, and the body was not kept.",
              "Have it sent again and look at once; or keep its bytes at the sender, and run"
                  + " hookline doctor."));
    }
    return new Diagnosis(findings);
  }

  private Signing signing(Service service) {
    Signing own = services.get(service);
    if (own == null) {
      throw new IllegalArgumentException("no service " + service);
    }
    return own;
  }

  private static Optional<Finding> noSecret(Signing own, List<String> secrets) {
    return secrets.isEmpty()
        ? Optional.of(
            new Finding(
                Cause.NO_SECRET,
                "No secret is configured for %s.".formatted(own.service()),
                "Set services.%s.secrets to the secret that its sender has."
                    .formatted(own.service())))
        : Optional.empty();
  }

  private static String configured(Signing of, List<String> secrets, int index) {
    return "secret %d of %d of %s (%s)"
        .formatted(
            index + 1, secrets.size(), of.service(), SecretFingerprint.of(secrets.get(index)));
  }

  /** A secret that may have made the signature, and how it is called. */
  private record Candidate(String name, String secret) {}

  /** One delivery's, whose signature does not hold. */
  private final class Examination {
    private final Signing own;
    private final Delivery delivery;
    private final byte[] body;
    private final List<Candidate> configured;
    private final List<Candidate> given;
    private final SignatureClaim claim;
    private final SignedTimes times;
    private final List<Finding> findings = new ArrayList<>();

    Examination(Signing own, Delivery delivery, List<String> secrets, List<String> more) {
      this.own = own;
      this.delivery = delivery;
      this.body = delivery.body().bytes();
      this.configured = candidates(own, secrets);
      this.given =
          more.stream()
              .filter(secret -> !secret.isBlank())
              .map(
                  secret ->
                      new Candidate(
                          "the given secret (%s)".formatted(SecretFingerprint.of(secret)), secret))
              .toList();
      this.claim = SignatureClaim.in(delivery.headers(), own.scheme());
      this.times = SignedTimes.of(delivery, own.scheme(), own.tolerance(), true);
    }

    private static List<Candidate> candidates(Signing of, List<String> secrets) {
      var candidates = new ArrayList<Candidate>();
      for (int i = 0; i < secrets.size(); i++) {
        candidates.add(new Candidate(SignatureDoctor.configured(of, secrets, i), secrets.get(i)));
      }
      return candidates;
    }

    Diagnosis diagnosis() {
      List<Finding> cut = cutOff();
      Optional<Finding> tried = claim.digest().flatMap(this::tryAll);
      tried.ifPresent(findings::add);
      findings.addAll(claim.findings());
      findings.addAll(cut);
      findings.addAll(times.findings());
      noSecret(own, configured.stream().map(Candidate::secret).toList()).ifPresent(findings::add);
      if (findings.isEmpty() || (claim.digest().isPresent() && tried.isEmpty() && cut.isEmpty())) {
        findings.add(
            new Finding(
                Cause.UNEXPLAINED,
                "None of the usual causes fits: most likely it was signed with a secret that is"
                    + " not known here, or the body was changed on its way.",
                CONFIGURE
                    + " An old secret can be tried with hookline doctor --secret-file. Then compare"
                    + " the bytes that were sent with those that came."));
      }
      return new Diagnosis(findings);
    }

    /** The first guess under which the signature holds; each that holds is proof. */
    private Optional<Finding> tryAll(byte[] digest) {
      return Stream.<Supplier<Optional<Finding>>>of(
              () -> asItIs(digest),
              () -> otherSecrets(digest),
              () -> spellings(digest),
              () -> withoutTime(digest),
              () -> otherBodies(digest),
              () -> shorterBodies(digest))
          .map(Supplier::get)
          .flatMap(Optional::stream)
          .findFirst();
    }

    private Optional<Finding> asItIs(byte[] digest) {
      return signer(digest, configured, body)
          // Without a fault in form or time it would be authentic.
          .map(
              signer ->
                  new Finding(
                      Cause.SECRET_AND_BODY_RIGHT,
                      "The secret and the body are right: %s made the signature."
                          .formatted(signer.name()),
                      "Mend what is said below; nothing else is wrong."));
    }

    private Optional<Finding> otherSecrets(byte[] digest) {
      Optional<Finding> ofGiven =
          signer(digest, given, body)
              .map(
                  signer ->
                      new Finding(
                          Cause.SECRET_NOT_CONFIGURED,
                          "The signature was made with %s, which is not configured here."
                              .formatted(signer.name()),
                          "List it in services.%s.secrets beside the new one until the sender has"
                                  .formatted(own.service())
                              + " the new one too."));
      return ofGiven.or(
          () ->
              services.values().stream()
                  .filter(other -> !other.service().equals(own.service()))
                  .map(other -> signer(digest, candidates(other, other.usable()), body))
                  .flatMap(Optional::stream)
                  .map(
                      signer ->
                          new Finding(
                              Cause.SECRET_OF_ANOTHER_SERVICE,
                              "The signature was made with %s.".formatted(signer.name()),
                              "Give the sender the secret of %s. Where two are mixed up, both are"
                                      .formatted(own.service())
                                  + " wrong."))
                  .findFirst());
    }

    private Optional<Finding> spellings(byte[] digest) {
      return known()
          .flatMap(
              candidate ->
                  KeyGuesses.of(candidate.secret())
                      .filter(guess -> holds(digest, guess.bytes(), body))
                      .map(
                          guess ->
                              new Finding(
                                  Cause.SECRET_SPELT_OTHERWISE,
                                  "The signature was made with %s, %s."
                                      .formatted(candidate.name(), guess.what()),
                                  guess.next())))
          .findFirst();
    }

    private Optional<Finding> withoutTime(byte[] digest) {
      return own.scheme().before("").length == 0
          ? Optional.empty()
          : known()
              .filter(
                  candidate -> HmacSha256.holds(digest, candidate.secret().getBytes(UTF_8), body))
              .map(
                  candidate ->
                      new Finding(
                          Cause.SIGNED_WITHOUT_TIME,
                          "The body alone was signed, with %s.".formatted(candidate.name()),
                          "Sign %sBODY, as one text."
                              .formatted(new String(own.scheme().before("TIME"), UTF_8))))
              .findFirst();
    }

    private Optional<Finding> otherBodies(byte[] digest) {
      List<Candidate> signers = known().toList();
      return BodyGuesses.of(body)
          .map(
              guess ->
                  signer(digest, signers, guess.bytes())
                      .map(
                          signer ->
                              new Finding(
                                  Cause.BODY_CHANGED,
                                  "The secret is right: %s. The body is another: signed was %s."
                                      .formatted(signer.name(), guess.what()),
                                  guess.next())))
          .flatMap(Optional::stream)
          .findFirst();
    }

    private Optional<Finding> shorterBodies(byte[] digest) {
      if (body.length > MOST_PREFIXES) {
        return Optional.empty();
      }
      for (Candidate candidate : known().toList()) {
        for (String time : times.texts()) {
          OptionalInt length =
              HmacSha256.lengthSigned(
                  digest, candidate.secret().getBytes(UTF_8), own.scheme().before(time), body);
          if (length.isPresent()) {
            return Optional.of(
                new Finding(
                    Cause.BODY_EXTENDED,
                    "The secret is right: %s. But of the body's %d bytes only the first %d were signed."
                        .formatted(candidate.name(), body.length, length.getAsInt()),
                    "Sign the whole body; a length counts bytes, not characters."));
          }
        }
      }
      return Optional.empty();
    }

    private Stream<Candidate> known() {
      return Stream.concat(configured.stream(), given.stream());
    }

    private Optional<Candidate> signer(byte[] digest, List<Candidate> candidates, byte[] signed) {
      return candidates.stream()
          .filter(candidate -> holds(digest, candidate.secret().getBytes(UTF_8), signed))
          .findFirst();
    }

    private boolean holds(byte[] digest, byte[] key, byte[] signed) {
      return times.texts().stream()
          .anyMatch(time -> HmacSha256.holds(digest, key, own.scheme().before(time), signed));
    }

    private List<Finding> cutOff() {
      Optional<Long> announced =
          delivery
              .headers()
              .only("Content-Length")
              .filter(text -> text.matches("[0-9]{1,18}"))
              .map(Long::valueOf);
      if (announced.isPresent() && announced.get() != body.length) {
        return List.of(
            new Finding(
                Cause.BODY_CUT_OFF,
                "The body here has %d bytes, and %d were announced."
                    .formatted(body.length, announced.get()),
                "Look into the whole body, with all of its bytes and no others."));
      }
      return JsonRewriting.isCutOff(body)
          ? List.of(
              new Finding(
                  Cause.BODY_CUT_OFF,
                  "The body is the beginning of a JSON document; its end is missing.",
                  "Look into the whole body. If it came like this, something between cuts it off."))
          : List.of();
    }
  }
}
