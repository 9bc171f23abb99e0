package dev.hookline.bootstrap.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Rows for a person: each column as wide as what is in it, nothing that could drive a terminal. */
final class Table {
  private static final int WIDEST = 120;

  private final List<String> heads;
  private final List<List<String>> rows = new ArrayList<>();

  Table(List<String> heads) {
    this.heads = heads;
  }

  void row(String... cells) {
    rows.add(Arrays.stream(cells).map(Table::printable).toList());
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  String text(boolean colours) {
    return text(colours, UnaryOperator.identity());
  }

  /**
   * @param paint puts colour on a cell, if colours are wanted
   */
  String text(boolean colours, UnaryOperator<String> paint) {
    var text = new StringBuilder();
    var bold = colours ? "\u001b[1m%s\u001b[0m" : "%s";
    int[] widths = widths();
    text.append(bold.formatted(line(heads, widths, UnaryOperator.identity()))).append('\n');
    for (List<String> row : rows) {
      text.append(line(row, widths, colours ? paint : UnaryOperator.identity())).append('\n');
    }
    return text.toString();
  }

  private static String line(List<String> cells, int[] widths, UnaryOperator<String> paint) {
    var line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      line.append(paint.apply(cell));
      if (column < cells.size() - 1) {
        line.repeat(' ', widths[column] - length(cell) + 2);
      }
    }
    return line.toString();
  }

  private int[] widths() {
    int[] widths = heads.stream().mapToInt(Table::length).toArray();
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], length(row.get(column)));
      }
    }
    return widths;
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** On one line, without control characters, cut where it gets too wide. */
  static String printable(String text) {
    var clean = new StringBuilder();
    text.replace('\n', ' ')
        .codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .limit(WIDEST)
        .forEach(clean::appendCodePoint);
    return length(text) > WIDEST ? clean + "…" : clean.toString();
  }
}
