package dev.hookline.domain.offender;

import com.fasterxml.jackson.core.JsonFactory;

/** Brings JSON into the domain. */
public final class SpeaksJson {
  public final JsonFactory json = new JsonFactory();
}
