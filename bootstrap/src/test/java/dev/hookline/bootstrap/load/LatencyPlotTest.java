package dev.hookline.bootstrap.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class LatencyPlotTest {
  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(UTF_8)));
  }

  @Test
  void aRunIsDrawnWithAPointForEachSecond() throws Exception {
    String svg =
        LatencyPlot.of(
            "a <b> & c",
            List.of(
                new Sample(1, 900, 0, 900, 2, 20, 60),
                new Sample(2, 1000, 0, 1900, 3, 40, 80),
                new Sample(3, 1000, 0, 2900, 1, 4, 9)));
    Document document = parse(svg);
    assertEquals("svg", document.getDocumentElement().getTagName());
    assertEquals("a <b> & c", document.getElementsByTagName("title").item(0).getTextContent());
    var lines = document.getElementsByTagName("polyline");
    assertEquals(4, lines.getLength());
    for (int i = 0; i < 4; i++) {
      var line = (Element) lines.item(i);
      assertEquals(3, line.getAttribute("points").split(" ", -1).length);
    }
    // The slowest second reaches the upper edge of its panel, since 80 is a line of the grid.
    assertTrue(((Element) lines.item(0)).getAttribute("points").contains(",60.0"), svg);
    assertTrue(svg.contains("prefers-color-scheme: dark"));
  }

  @Test
  void aRunWithoutASecondIsStillAPicture() throws Exception {
    assertEquals(
        4, parse(LatencyPlot.of("none", List.of())).getElementsByTagName("polyline").getLength());
  }
}
