package dev.hookline.benchmark.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an intake under too much load has to reach, and what it did.
 *
 * @param unit empty for a plain number
 */
record Aim(String label, Reach reach, double bound, String unit, double value) {
  private static final double TWICE = 2;

  boolean isReached() {
    return reach.isReached(bound, value);
  }

  /** Those that the steps can tell. */
  static List<Aim> of(Overload.Outcome outcome) {
    var aims = new ArrayList<Aim>();
    List<Step> steps = outcome.steps();
    Optional<Step> calm = find(steps, Step.Kind.CURVE, Overload.CALM);
    Optional<Step> twice = find(steps, Step.Kind.CURVE, TWICE);
    Optional<Step> flood = find(steps, Step.Kind.CURVE, Overload.FLOOD);
    if (calm.isPresent()) {
      twice.ifPresent(
          step -> addFlood(aims, "2", step, peakBefore(steps, step), calm.get(), 0.95, 1000));
      flood.ifPresent(
          step -> addFlood(aims, "10", step, peakBefore(steps, step), calm.get(), 0.9, 1500));
    }
    outcome
        .recovery()
        .ifPresent(
            seconds ->
                aims.add(
                    new Aim(
                        "after 10 times the peak: normal again", Reach.AT_MOST, 10, "s", seconds)));
    Optional<Step> alone = find(steps, Step.Kind.NORMAL);
    alone.ifPresent(
        normal -> {
          find(steps, Step.Kind.AMONG_STRANGERS)
              .ifPresent(
                  step -> addCompany(aims, "10 times strangers on top", step, normal, 0.99, 2));
          find(steps, Step.Kind.AMONG_SLOW)
              .ifPresent(step -> addCompany(aims, "slow sockets", step, normal, 0.999, 1.2));
        });
    return aims;
  }

  /** What the same intake took just before: machine and disk are not the same all the time. */
  private static Step peakBefore(List<Step> steps, Step step) {
    return steps.subList(0, steps.indexOf(step)).reversed().stream()
        .filter(before -> before.kind() == Step.Kind.PEAK)
        .findFirst()
        .orElseThrow();
  }

  private static Optional<Step> find(List<Step> steps, Step.Kind kind) {
    return steps.stream().filter(step -> step.kind() == kind).findFirst();
  }

  private static Optional<Step> find(List<Step> steps, Step.Kind kind, double share) {
    return steps.stream().filter(step -> step.kind() == kind && step.share() == share).findFirst();
  }

  private static void addFlood(
      List<Aim> aims, String times, Step step, Step peak, Step calm, double goodput, double p99) {
    String at = times + " times the peak: ";
    aims.add(
        new Aim(
            at + "goodput ÷ peak", Reach.AT_LEAST, goodput, "", step.goodput() / peak.goodput()));
    aims.add(new Aim(at + "p99 of accepted", Reach.AT_MOST, p99, "ms", step.p99()));
    if (step.others() > 0) {
      aims.add(new Aim(at + "p99 of refused", Reach.AT_MOST, 250, "ms", step.turnedAwayP99()));
    }
    aims.add(
        new Aim(
            at + "resident memory ÷ at 0.7",
            Reach.AT_MOST,
            1.25,
            "",
            calm.memory() == 0 ? 0 : step.memory() / calm.memory()));
  }

  private static void addCompany(
      List<Aim> aims, String company, Step step, Step normal, double served, double p99) {
    aims.add(
        new Aim(
            company + ": accepted ÷ without",
            Reach.AT_LEAST,
            served,
            "",
            normal.served() == 0 ? 0 : step.served() / normal.served()));
    aims.add(
        new Aim(
            company + ": p99 ÷ without",
            Reach.AT_MOST,
            p99,
            "",
            normal.p99() == 0 ? 0 : step.p99() / normal.p99()));
  }
}
