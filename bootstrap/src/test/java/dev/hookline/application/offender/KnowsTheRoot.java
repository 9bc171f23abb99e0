package dev.hookline.application.offender;

import dev.hookline.bootstrap.Main;

/** Reaches up to the composition root. */
public final class KnowsTheRoot {
  public final Class<?> root = Main.class;
}
