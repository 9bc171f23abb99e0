package dev.hookline.application.dispatch;

import java.util.UUID;

/** Names one running worker; a restarted worker is another one. */
public record WorkerId(UUID value) {
  @Override
  public String toString() {
    return value.toString();
  }
}
