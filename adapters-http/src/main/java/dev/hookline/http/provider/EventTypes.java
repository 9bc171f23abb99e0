package dev.hookline.http.provider;

/** What may stand as the type of an event, wherever a provider's text becomes one. */
public final class EventTypes {
  public static final int MAX_LENGTH = 100;

  private EventTypes() {}

  /** 1 to {@value #MAX_LENGTH} printable ASCII characters without spaces. */
  public static boolean isType(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_LENGTH
        && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }
}
