package dev.hookline.bootstrap.config;

import dev.hookline.bootstrap.config.Setting.Reader;
import dev.hookline.http.intake.Rate;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How written values become typed ones; what does not fit is an exception that says what would. */
final class Readers {
  private static final Pattern RATE = Pattern.compile("([0-9]{1,10}):([0-9]{1,10})");
  private static final Pattern HOST_PORT =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^\\s:/]+):([0-9]{1,5})");
  private static final Pattern DATABASE_HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[^\\s:@\\[\\]]*)(?::([0-9]{1,5}))?");
  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.:%\\[\\]-]{1,255}");

  private Readers() {}

  static final Reader<String> TEXT = Written::text;

  static final Reader<String> NOT_BLANK =
      written -> {
        if (written.text().isBlank()) {
          throw new IllegalArgumentException("is empty");
        }
        return written.text().strip();
      };

  static final Reader<String> HOSTNAME =
      written -> {
        String host = written.text().strip();
        if (!HOST.matcher(host).matches()) {
          throw bad("not a host name or address", host);
        }
        return host;
      };

  static final Reader<Integer> PORT = integer(0, 65535, "a port");

  static final Reader<Boolean> YES_OR_NO =
      written ->
          switch (written.text().strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad("neither true nor false", written.text());
          };

  static final Reader<Rate> RATE_AND_BURST =
      written -> {
        var matcher = RATE.matcher(written.text().strip());
        if (!matcher.matches()) {
          throw bad("not RPS:BURST, such as 500:1000", written.text());
        }
        return new Rate(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
      };

  static final Reader<String> JDBC_URL =
      written -> {
        String url = written.text().strip();
        if (!url.startsWith("jdbc:postgresql:")) {
          throw new IllegalArgumentException("not a URL that starts with jdbc:postgresql://");
        }
        if (url.startsWith("//", "jdbc:postgresql:".length())) {
          requireDatabaseHosts(url.split("[/?]", 4)[2]);
        }
        return url;
      };

  /** The driver would say what is wrong with them, and with it a password that stands there. */
  private static void requireDatabaseHosts(String hosts) {
    if (hosts.contains("@")) {
      throw new IllegalArgumentException(
          "has a user before its host, which the driver does not take; set db.user and"
              + " db.password");
    }
    for (String host : hosts.split(",", -1)) {
      var matcher = DATABASE_HOST.matcher(host);
      if (!matcher.matches()
          || (matcher.group(2) != null && Integer.parseInt(matcher.group(2)) > 65535)) {
        throw new IllegalArgumentException("not jdbc:postgresql://HOST:PORT/DATABASE");
      }
    }
  }

  static final Reader<URI> HTTP_URL =
      written -> {
        try {
          var uri = new URI(written.text().strip());
          String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
          if (uri.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
            return uri;
          }
        } catch (URISyntaxException _) {
          // Said below: what it holds may be a password.
        }
        throw new IllegalArgumentException("not a URL that starts with http:// or https://");
      };

  /** What stands before an {@code @} is a password that no request would carry. */
  static final Reader<URI> TARGET_URL =
      written -> {
        URI url = HTTP_URL.read(written);
        if (url.getRawUserInfo() != null) {
          throw new IllegalArgumentException(
              "has a user before its host, which is not sent; requests are signed with the secret");
        }
        return url;
      };

  static final Reader<URI> API_URL =
      written -> {
        URI url = HTTP_URL.read(written);
        if (url.getRawQuery() != null
            || url.getRawFragment() != null
            || url.getRawUserInfo() != null) {
          throw new IllegalArgumentException("has more than a host, a port and a path");
        }
        return url;
      };

  static final Reader<String> WORD =
      written -> {
        String word = written.text().strip();
        if (!word.matches("[A-Za-z0-9._-]{1,100}")) {
          throw bad("not a word of A-Z a-z 0-9 . _ -", word);
        }
        return word;
      };

  static final Reader<List<String>> COMMAND =
      written -> {
        List<String> words =
            written.node().isLeaf() ? Texts.words(written.text()) : written.items();
        if (words.isEmpty() || words.getFirst().isBlank()) {
          throw new IllegalArgumentException("names no command");
        }
        return List.copyOf(words);
      };

  static final Reader<List<String>> NAMES =
      written -> {
        List<String> names = written.items().stream().map(String::strip).toList();
        if (names.stream().anyMatch(String::isEmpty)) {
          throw new IllegalArgumentException("has an empty entry");
        }
        return names;
      };

  static final Reader<List<String>> SOME_NAMES =
      written -> {
        List<String> names = NAMES.read(written);
        if (names.isEmpty()) {
          throw new IllegalArgumentException("is empty");
        }
        return names;
      };

  static final Reader<List<String>> HOSTS_AND_PORTS =
      written -> {
        List<String> servers = SOME_NAMES.read(written);
        for (String server : servers) {
          var matcher = HOST_PORT.matcher(server);
          if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65535) {
            throw bad("not HOST:PORT", server);
          }
        }
        return servers;
      };

  static final Reader<List<String>> NETWORKS =
      written -> {
        List<String> networks = NAMES.read(written);
        networks.forEach(Readers::requireNetwork);
        return networks;
      };

  /**
   * Standard Webhooks hands keys over in base64, with or without its prefix.
   *
   * @throws IllegalArgumentException if the key is anything else
   */
  static SecretSource signingKey(SecretSource secret) {
    return secret.requiring(Readers::requireSigningKey);
  }

  private static void requireSigningKey(String secret) {
    try {
      if (Base64.getDecoder().decode(secret.replaceFirst("^whsec_", "")).length > 0) {
        return;
      }
    } catch (IllegalArgumentException _) {
      // Said below, without the secret.
    }
    throw new IllegalArgumentException("not whsec_ and base64, or base64");
  }

  static Reader<Integer> integer(int min, int max, String what) {
    return written -> Math.toIntExact(whole(min, max, what).read(written));
  }

  static Reader<Long> whole(long min, long max, String what) {
    return written -> {
      try {
        long number = Long.parseLong(written.text().strip());
        if (number >= min && number <= max) {
          return number;
        }
      } catch (NumberFormatException _) {
        // Said below, with the bounds.
      }
      throw bad("not %s from %d to %d".formatted(what, min, max), written.text());
    };
  }

  static Reader<Duration> duration(String min, String max) {
    return written -> {
      try {
        var duration = Duration.parse(written.text().strip());
        if (duration.compareTo(Duration.parse(min)) < 0
            || duration.compareTo(Duration.parse(max)) > 0) {
          throw bad("not from %s to %s".formatted(min, max), written.text());
        }
        return duration;
      } catch (DateTimeParseException _) {
        throw bad("not an ISO-8601 duration, such as PT8S or P30D", written.text());
      }
    };
  }

  static <E extends Enum<E>> Reader<E> oneOf(Class<E> type) {
    return written -> {
      String wanted = written.text().strip().toUpperCase(Locale.ROOT);
      return Arrays.stream(type.getEnumConstants())
          .filter(constant -> constant.name().equals(wanted))
          .findFirst()
          .orElseThrow(
              () ->
                  bad(
                      Arrays.stream(type.getEnumConstants())
                          .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                          .collect(Collectors.joining(", ", "not one of ", "")),
                      written.text()));
    };
  }

  /** An address, or a network in CIDR form; names would need a look-up and are none. */
  private static void requireNetwork(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    boolean four = IPV4.matcher(address).matches();
    int bits = four ? 32 : 128;
    boolean fits = four ? isIpv4(address) : isIpv6(address);
    if (fits && slash >= 0) {
      String prefix = text.substring(slash + 1);
      fits = prefix.matches("[0-9]{1,3}") && Integer.parseInt(prefix) <= bits;
    }
    if (!fits) {
      throw bad("not an address or network, such as 10.0.0.0/8", text);
    }
  }

  private static boolean isIpv4(String address) {
    return Arrays.stream(address.split("\\.", -1)).allMatch(part -> Integer.parseInt(part) <= 255);
  }

  private static boolean isIpv6(String address) {
    if (!address.contains(":") || !address.matches("[0-9A-Fa-f:.]+")) {
      return false;
    }
    try {
      var _ = java.net.InetAddress.ofLiteral(address);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  static IllegalArgumentException bad(String what, String value) {
    return new IllegalArgumentException("%s: \"%s\"".formatted(what, value.strip()));
  }
}
