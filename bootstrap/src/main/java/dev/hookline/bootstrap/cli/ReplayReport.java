package dev.hookline.bootstrap.cli;

import dev.hookline.application.replay.ReplayPipeline.Replay;
import dev.hookline.application.replay.ReplayPipeline.Replay.Obstacle;
import dev.hookline.domain.pipeline.PipelineId;
import java.util.ArrayList;
import java.util.List;

/** What came of a replay: how many, what to complain of, and the exit code. */
final class ReplayReport {
  private static final int MOST_COMPLAINTS = 20;

  private final List<String> complaints = new ArrayList<>();
  private int replayed;
  private int unsaid;
  private int exitCode = ExitCode.DONE;

  /** A pipeline that was asked for by name: whatever hinders it is worth a word. */
  void addNamed(PipelineId id, Replay outcome) {
    switch (outcome) {
      case Replay.Reopened() -> replayed++;
      case Obstacle obstacle -> complain(id, obstacle);
    }
  }

  /** A pipeline that a filter found: what is open or gone meanwhile was not meant. */
  void addFound(PipelineId id, Replay outcome) {
    switch (outcome) {
      case Replay.StillOpen(), Replay.Unknown() -> {}
      case Replay.Reopened _, Replay.ServiceDisabled _, Replay.Unreadable _ ->
          addNamed(id, outcome);
    }
  }

  private void complain(PipelineId id, Obstacle obstacle) {
    int code =
        switch (obstacle) {
          case Replay.Unknown() -> ExitCode.NOT_FOUND;
          case Replay.StillOpen _, Replay.ServiceDisabled _, Replay.Unreadable _ -> ExitCode.FAILED;
        };
    exitCode = Math.max(exitCode, code);
    if (complaints.size() < MOST_COMPLAINTS) {
      complaints.add(Table.printable(id + ": " + Previews.reason(obstacle)));
    } else {
      unsaid++;
    }
  }

  int replayed() {
    return replayed;
  }

  int exitCode() {
    return exitCode;
  }

  List<String> complaints() {
    if (unsaid == 0) {
      return List.copyOf(complaints);
    }
    var all = new ArrayList<>(complaints);
    all.add("and %d more that could not be replayed; see --dry-run".formatted(unsaid));
    return all;
  }
}
