package dev.hookline.http.offender;

/** Writes to standard output, under a name that says nothing. */
public final class PrintsImpl {
  public void print() {
    System.out.println("seen by nobody");
  }
}
