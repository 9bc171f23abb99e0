package dev.hookline.http.doctor;

import java.util.Locale;

/**
 * One thing that was found out about a signature, in plain words. Nothing of a secret, a signature
 * or a body is in it.
 *
 * @param what was found
 * @param next what to do about it
 */
public record Finding(Cause cause, String what, String next) {

  /** What kind of thing it is. */
  public enum Cause {
    SIGNATURE_IS_RIGHT,
    NO_SECRET,
    HEADER_MISSING,
    HEADER_UNDER_ANOTHER_NAME,
    HEADER_DOUBLED,
    SHA1_ONLY,
    WRONG_PREFIX,
    NOT_HEXADECIMAL,
    WRONG_LENGTH,
    HEADER_MALFORMED,
    SECRET_AND_BODY_RIGHT,
    SECRET_OF_ANOTHER_SERVICE,
    SECRET_NOT_CONFIGURED,
    SECRET_SPELT_OTHERWISE,
    BODY_CHANGED,
    BODY_EXTENDED,
    BODY_CUT_OFF,
    BODY_NOT_KEPT,
    SIGNED_WITHOUT_TIME,
    TIME_MISSING,
    TIME_MALFORMED,
    TIME_IN_OTHER_UNITS,
    TIME_OUT_OF_TOLERANCE,
    UNEXPLAINED;

    /** The name for machines: lower case, words joined by underscores. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
