package collectdouble;

import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.javarosa.core.model.Constants;

/** Candidate answers as text, one data type at a time; likely ones first, then wilder ones. */
final class Guesses {
    private static final List<String> WORDS = List.of(
        "Mẫu", "thôn mẫu", "ghi chú mẫu", "Đăk mẫu", "nhà văn hóa", "ngoài rẫy", "không có", "đã trao đổi", "hẹn lại");
    private static final int LONGEST_DIGITS = 64;
    private static final double KON_TUM_LATITUDE = 14.35;
    private static final double KON_TUM_LONGITUDE = 108.0;
    private static final DateTimeFormatter DATE_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private final Random random;
    private final ZonedDateTime now;
    private final Hints hints;
    private int asked;

    Guesses(Random random, Device device, Hints hints) {
        this.random = random;
        this.now = device.now().toInstant().atZone(ZoneId.systemDefault());
        this.hints = hints;
    }

    String next(int dataType) {
        asked++;
        return switch (dataType) {
            case Constants.DATATYPE_INTEGER, Constants.DATATYPE_LONG -> String.valueOf((long) Math.floor(number()));
            case Constants.DATATYPE_DECIMAL -> String.format(Locale.ROOT, "%.1f", number());
            case Constants.DATATYPE_DATE -> date().toString();
            case Constants.DATATYPE_DATE_TIME -> date().atTime(time()).atZone(now.getZone()).format(DATE_TIME);
            case Constants.DATATYPE_TIME -> time().format(TIME);
            case Constants.DATATYPE_BOOLEAN -> String.valueOf(random.nextBoolean());
            case Constants.DATATYPE_GEOPOINT -> point();
            case Constants.DATATYPE_GEOTRACE -> point() + "; " + point();
            case Constants.DATATYPE_GEOSHAPE -> shape();
            default -> text();
        };
    }

    /** Between two numbers the constraint knows, or on or next to one, or anywhere small. */
    private double number() {
        double low = hinted();
        double high = hinted();
        return switch (random.nextInt(4)) {
            case 0 -> low + random.nextInt(3) - 1;
            case 1 -> random.nextInt(10);
            case 2 -> random.nextInt(100);
            default -> Math.min(low, high) + random.nextDouble() * (Math.abs(high - low) + 1);
        };
    }

    private double hinted() {
        return hints.numbers().get(random.nextInt(hints.numbers().size()));
    }

    private LocalDate date() {
        LocalDate near = nearDate();
        return switch (random.nextInt(4)) {
            case 0 -> near.minusDays(random.nextInt(30));
            case 1 -> near.plusDays(random.nextInt(30));
            case 2 -> near.minusDays(random.nextInt(365));
            default -> near;
        };
    }

    private LocalDate nearDate() {
        if (!hints.texts().isEmpty() && random.nextBoolean()) {
            String text = hints.texts().get(random.nextInt(hints.texts().size()));
            try {
                return LocalDate.parse(text.substring(0, Math.min(text.length(), 10)));
            } catch (DateTimeParseException notADate) {
                return now.toLocalDate();
            }
        }
        return now.toLocalDate();
    }

    private LocalTime time() {
        return LocalTime.of(random.nextInt(24), random.nextInt(60));
    }

    private String point() {
        return String.format(Locale.ROOT, "%.5f %.5f 0.0 5.0",
            KON_TUM_LATITUDE + random.nextDouble() * 0.2 - 0.1, KON_TUM_LONGITUDE + random.nextDouble() * 0.2 - 0.1);
    }

    private String shape() {
        String first = point();
        return String.join("; ", first, point(), point(), first);
    }

    private String text() {
        return switch (asked % 6) {
            case 1 -> WORDS.get(random.nextInt(WORDS.size()));
            case 2 -> digits(1 + random.nextInt(12));
            case 3 -> digits(Math.min(Math.max((int) hinted(), 1), LONGEST_DIGITS));
            case 4 -> "0" + (1 + random.nextInt(9)) + digits(8);
            case 5 -> patterned();
            default -> letters(1 + random.nextInt(12));
        };
    }

    /** A text after a pattern or a literal of the constraint; the engine decides whether it fits. */
    private String patterned() {
        if (hints.texts().isEmpty()) {
            return letters(3) + " " + digits(3);
        }
        String hint = hints.texts().get(random.nextInt(hints.texts().size()));
        return random.nextInt(4) == 0 ? hint : new PatternSample(hint, random).text();
    }

    private String digits(int length) {
        StringBuilder digits = new StringBuilder();
        random.ints(length, 0, 10).forEach(digits::append);
        return digits.toString();
    }

    private String letters(int length) {
        StringBuilder letters = new StringBuilder();
        random.ints(length, 'a', 'z' + 1).forEach(letters::appendCodePoint);
        return letters.toString();
    }
}
