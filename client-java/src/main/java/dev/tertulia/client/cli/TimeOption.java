package dev.tertulia.client.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A duration: `10`, `0.5`, `10s`, `500ms`, `2m`. Without a unit, it is in seconds.
final class TimeOption implements ITypeConverter<Duration> {
  private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m)?");

  @Override
  public Duration convert(String text) {
    Matcher time = TIME.matcher(text);
    if (!time.matches()) {
      throw new TypeConversionException(
          "'%s' is not a time such as 10, 0.5, 500ms or 2m".formatted(text));
    }
    String unit = time.group(2) == null ? "s" : time.group(2);
    long nanos =
        switch (unit) {
          case "ms" -> 1_000_000L;
          case "m" -> 60_000_000_000L;
          default -> 1_000_000_000L;
        };
    return Duration.ofNanos(
        new BigDecimal(time.group(1)).multiply(BigDecimal.valueOf(nanos)).longValue());
  }
}
