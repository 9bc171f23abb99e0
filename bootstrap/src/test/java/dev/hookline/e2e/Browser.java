package dev.hookline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A Chromium without a window, used as a person would: by looking and by keys. */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int MOST_TABS = 40;

  private final ChromeDriver driver;
  private final String home;

  private Browser(ChromeDriver driver, String home) {
    this.driver = driver;
    this.home = home;
  }

  /** Where the browser and its driver are; empty if this machine does not have both. */
  static Optional<Path> program(String name) {
    return Arrays.stream(System.getenv("PATH").split(":", -1))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * @param profile an empty folder
   * @param home what addresses are relative to
   */
  static Browser start(Path chromium, Path chromedriver, Path profile, String home) {
    var options = new ChromeOptions();
    options.setBinary(chromium.toFile());
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--user-data-dir=" + profile);
    var logged = new LoggingPreferences();
    logged.enable(LogType.BROWSER, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logged);
    var service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(chromedriver.toFile())
            .usingAnyFreePort()
            .build();
    return new Browser(new ChromeDriver(service, options), home);
  }

  void open(String path) {
    driver.get(home + path);
  }

  /** The address without the host. */
  String place() {
    return driver.getCurrentUrl().substring(home.length());
  }

  void look(int width, int height, String scheme) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  String text(String selector) {
    return driver.findElement(By.cssSelector(selector)).getText();
  }

  List<String> texts(String selector) {
    return driver.findElements(By.cssSelector(selector)).stream().map(WebElement::getText).toList();
  }

  String asks(String script) {
    return String.valueOf(driver.executeScript("return String(" + script + ")"));
  }

  void type(String keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  void enter() {
    driver.switchTo().activeElement().sendKeys(Keys.ENTER);
  }

  /** Goes on by Tab until what has the focus says so. */
  void tabTo(String label) {
    for (int tabs = 0; tabs < MOST_TABS; tabs++) {
      driver.switchTo().activeElement().sendKeys(Keys.TAB);
      if (focused().equals(label)) {
        return;
      }
    }
    throw new AssertionError("no way to '%s' by Tab; now at '%s'".formatted(label, focused()));
  }

  /** The text, or the name, of what has the focus. */
  String focused() {
    return asks("document.activeElement.textContent.trim() || document.activeElement.name || ''");
  }

  void await(String what, BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!seen(holds)) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("never seen: " + what + "; page: " + text("body"));
      }
      Thread.sleep(50);
    }
  }

  private static boolean seen(BooleanSupplier holds) {
    try {
      return holds.getAsBoolean();
    } catch (StaleElementReferenceException _) {
      // The page has changed while it was looked at.
      return false;
    }
  }

  /** The warnings and errors of the page and the browser since the last time. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(entry -> entry.getLevel() + " " + entry.getMessage())
        .toList();
  }

  /** Fails if the page is wider than what it is seen through. */
  void assertNoSidewaysScroll() {
    assertEquals(
        asks("window.innerWidth"),
        asks("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"),
        () -> place() + " scrolls sideways at " + asks("window.innerWidth") + ": " + widest());
  }

  private String widest() {
    return asks(
        "Array.from(document.querySelectorAll('body *'))"
            + ".filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1)"
            + ".slice(0, 5).map((e) => e.tagName + '.' + e.className).join(' ')");
  }

  @Override
  public void close() {
    driver.quit();
  }
}
