package dev.hookline.bootstrap.load;

import java.util.List;
import java.util.Random;

/**
 * Sentences as people write them of a fault: ASCII, with nothing that JSON would have to escape.
 */
final class Prose {
  private static final List<String> OPENINGS =
      words(
          "since yesterday|as far as I can tell|on the build machine|with the new release|after a"
              + " restart|in our second workshop|when nobody looks|on a cold morning|without the"
              + " cover|if you hold it by the rim|for about one user in ten|in the log from"
              + " Tuesday");
  private static final List<String> SUBJECTS =
      words(
          "the widget|its axle|the left bearing|our test rig|the second turn|a customer in Oslo|the"
              + " counter|the dashboard|that patch|the retry queue|my colleague|the config"
              + " file|version 4|the cleanup job|the spare part|one of the springs|the cache");
  private static final List<String> VERBS =
      words(
          "wobbles against|does not reach|overtakes|seems to ignore|waits for|was replaced"
              + " by|reports twice on|never mentions|grinds along|loses track of|depends on|is"
              + " slower than|starts before|looks just like|gets in the way of|agrees with");
  private static final List<String> OBJECTS =
      words(
          "the frame|a missing screw|the migration|what we measured|the old handle|its own"
              + " shadow|the timeout of %d ms|issue number %d|line %d of the report|the third"
              + " attempt|the drawing|every other request|the limit of %d per hour|the lower"
              + " plate|a half-open door|step %d|batch %d|the rubber ring|our guess from last"
              + " week");
  private static final List<String> CLOSINGS =
      words(
          "and then it stops|which is new|so please have a look|but only once|and I cannot say"
              + " why|as the video shows|though the numbers are fine|until someone taps it|and that"
              + " is all I know|which surprised us|so we went back to %d|but not on port %d");

  private final Random random;

  Prose(long seed) {
    random = new Random(seed);
  }

  private static List<String> words(String separated) {
    return List.of(separated.split("\\|"));
  }

  /** One sentence with a blank behind it. */
  String sentence() {
    var sentence = new StringBuilder();
    if (random.nextBoolean()) {
      sentence.append(any(OPENINGS)).append(", ");
    }
    sentence.append(any(SUBJECTS)).append(' ').append(any(VERBS)).append(' ').append(any(OBJECTS));
    if (random.nextInt(3) > 0) {
      sentence.append(", ").append(any(CLOSINGS));
    }
    sentence.setCharAt(0, Character.toUpperCase(sentence.charAt(0)));
    return sentence.append(". ").toString();
  }

  private String any(List<String> phrases) {
    String phrase = phrases.get(random.nextInt(phrases.size()));
    return phrase.replace("%d", Integer.toString(random.nextInt(2, 9000)));
  }
}
