package dev.hookline.bootstrap.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MixTest {
  private static List<Kind> kinds(Mix mix, int from, int count) {
    return IntStream.range(from, from + count).mapToObj(mix::of).toList();
  }

  private static long count(Kind kind, List<Kind> kinds) {
    return kinds.stream().filter(kind::equals).count();
  }

  @Test
  void ofEachThousandExactlySoManyAreOfAKind() {
    var mix = new Mix(0.05, 0.02, 0.001, 7);
    for (int block = 0; block < 3; block++) {
      List<Kind> kinds = kinds(mix, block * 1000, 1000);
      assertEquals(50, count(Kind.DUPLICATE, kinds));
      assertEquals(20, count(Kind.TAMPERED, kinds));
      assertEquals(1, count(Kind.STALE, kinds));
      assertEquals(929, count(Kind.FRESH, kinds));
    }
  }

  @Test
  void theSeedDecidesWhichOnes() {
    assertEquals(
        kinds(new Mix(0.1, 0.1, 0.1, 7), 0, 2000), kinds(new Mix(0.1, 0.1, 0.1, 7), 0, 2000));
    assertNotEquals(
        kinds(new Mix(0.1, 0.1, 0.1, 7), 0, 1000), kinds(new Mix(0.1, 0.1, 0.1, 8), 0, 1000));
  }
}
