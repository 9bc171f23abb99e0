package dev.hookline.benchmark.load;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All rounds, for a person and for a machine. */
final class Report {
  private static final int DIGITS = 3;

  private final Map<String, String> settings;
  private final List<Round> rounds;

  /**
   * @param settings under which it was measured, in their order
   */
  Report(Map<String, String> settings, List<Round> rounds) {
    this.settings = settings;
    this.rounds = List.copyOf(rounds);
  }

  private Optional<Spread> spread(Measure measure) {
    return Spread.of(rounds.stream().flatMap(r -> measure.of(r).stream().boxed()).toList());
  }

  private Optional<Spread> spread(Figure figure) {
    return Spread.of(rounds.stream().flatMap(r -> r.get(figure).stream().boxed()).toList());
  }

  /** The table with what is to be reached, then what it was computed from. */
  String text() {
    var lines = new ArrayList<List<String>>();
    lines.add(List.of("MEASURE", "REACH", "MEDIAN", "MIN", "MAX", ""));
    for (Measure measure : Measure.values()) {
      spread(measure)
          .ifPresent(
              spread ->
                  lines.add(
                      row(
                          measure.label(),
                          measure.bound(),
                          spread,
                          measure.unit(),
                          measure.isReachedBy(spread.median()) ? "reached" : "missed")));
    }
    var figures = new ArrayList<List<String>>();
    figures.add(List.of("FIGURE", "", "MEDIAN", "MIN", "MAX", ""));
    for (Figure figure : Figure.values()) {
      spread(figure)
          .ifPresent(spread -> figures.add(row(figure.label(), "", spread, figure.unit(), "")));
    }
    return table(lines) + "\n" + table(figures);
  }

  private static List<String> row(
      String label, String bound, Spread spread, String unit, String verdict) {
    return List.of(
        label,
        bound,
        (number(spread.median()) + " " + unit).strip(),
        number(spread.min()),
        number(spread.max()),
        verdict);
  }

  /** With three digits that count, and without an exponent. */
  static String number(double value) {
    if (value == 0) {
      return "0";
    }
    var rounded = new BigDecimal(value);
    boolean isLarge = Math.abs(value) >= Math.pow(10, DIGITS);
    return (isLarge
            ? rounded.setScale(0, RoundingMode.HALF_UP)
            : rounded.round(new MathContext(DIGITS)).stripTrailingZeros())
        .toPlainString();
  }

  static String table(List<List<String>> rows) {
    var text = new StringBuilder();
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        if (widths[i] > 0) {
          line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
        }
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** One JSON object with every round. */
  String json() {
    ObjectNode whole = JsonMapper.builder().build().createObjectNode();
    ObjectNode how = whole.putObject("settings");
    settings.forEach(how::put);
    ObjectNode measures = whole.putObject("measures");
    for (Measure measure : Measure.values()) {
      spread(measure)
          .ifPresent(
              spread -> {
                ObjectNode one = measures.putObject(measure.name().toLowerCase(Locale.ROOT));
                one.put("measure", measure.label());
                one.put("reach", measure.bound());
                one.put("median", spread.median());
                one.put("min", spread.min());
                one.put("max", spread.max());
                one.put("reached", measure.isReachedBy(spread.median()));
              });
    }
    var all = whole.putArray("rounds");
    for (Round round : rounds) {
      ObjectNode one = all.addObject();
      Stream.of(Figure.values())
          .forEach(figure -> round.get(figure).ifPresent(value -> one.put(figure.key(), value)));
    }
    return whole.toPrettyString();
  }
}
