package org.chromaproxy.support;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real Chromium without a screen: this machine's, or the one that {@link Programs} brings. */
public final class Browser implements AutoCloseable {
    /** A name that this browser alone knows, for this machine. */
    public static final String OTHER_NAME = "dashboard.test";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ChromeDriver driver;

    public Browser() {
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(Programs.find("chromium").toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--window-size=1280,1000",
                "--host-resolver-rules=MAP " + OTHER_NAME + " 127.0.0.1");
        options.setCapability("goog:loggingPrefs", logs);
        // A certificate that a guide had its reader make is nobody's.
        options.setAcceptInsecureCerts(true);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(Programs.find("chromedriver").toFile())
                .build();
        driver = new ChromeDriver(service, options);
    }

    public void open(String address) {
        driver.get(address);
    }

    /** What an element shows; empty if it is not there. */
    public String text(String selector) {
        return String.valueOf(driver.executeScript(
                "const e = document.querySelector(arguments[0]); return e ? e.innerText : '';", selector));
    }

    public Object run(String script) {
        return Objects.requireNonNull(driver.executeScript(script));
    }

    public void awaitText(String selector, String text) {
        await().atMost(PATIENCE)
                .failFast(() -> severe().stream().anyMatch(line -> line.contains("Error:")))
                .untilAsserted(() -> {
                    String shown = text(selector);
                    if (!shown.contains(text)) {
                        throw new AssertionError(selector + " shows [" + shown + "], not [" + text + "]");
                    }
                });
    }

    public void awaitNoText(String selector, String text) {
        await().atMost(PATIENCE).until(() -> !text(selector).contains(text));
    }

    /** A click as a user's, on what is shown. */
    public void click(String selector) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            driver.executeScript("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector);
            driver.findElement(By.cssSelector(selector)).click();
            return true;
        });
    }

    public void type(String selector, String text) {
        driver.findElement(By.cssSelector(selector)).clear();
        driver.findElement(By.cssSelector(selector)).sendKeys(text + Keys.ENTER);
    }

    /** A key as a keyboard sends it: to what has the focus then, which the page may just have drawn anew. */
    public void press(Keys key) {
        new Actions(driver).sendKeys(key).perform();
    }

    /** Looks as a device with that theme and size does. */
    public void look(String theme, int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 700));
    }

    /** Writes what is seen to {@code target/dashboard/NAME.png}. */
    public void picture(String name) throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "dashboard"));
        Files.write(folder.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    }

    private final List<String> complaints = new ArrayList<>();

    /** The errors on the console since the start. */
    public List<String> severe() {
        for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
            if (entry.getLevel().equals(Level.SEVERE)) {
                complaints.add(entry.getMessage());
            }
        }
        return complaints;
    }

    /** The requests since the last call. */
    public List<JsonNode> requests() throws IOException {
        List<JsonNode> requests = new ArrayList<>();
        for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
            JsonNode message = JSON.readTree(entry.getMessage()).path("message");
            if (message.path("method").asText().equals("Network.requestWillBeSent")) {
                requests.add(message.at("/params/request"));
            }
        }
        return requests;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
