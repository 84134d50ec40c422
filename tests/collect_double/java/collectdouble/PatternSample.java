package collectdouble;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A text made after a regular expression: literals, classes, groups, alternatives and quantifiers. It knows no
 * look-around and no back-references; what it makes of them simply does not match and is tried again.
 */
final class PatternSample {
    private static final String WORD = "abcdefghijklmnopqrstuvwxyz";
    private static final String DIGITS = "0123456789";
    private static final int MOST_UNBOUNDED = 6;

    private final String pattern;
    private final Random random;
    private int at;

    PatternSample(String pattern, Random random) {
        this.pattern = pattern;
        this.random = random;
    }

    String text() {
        at = 0;
        return alternatives();
    }

    private String alternatives() {
        List<String> options = new ArrayList<>();
        do {
            options.add(sequence());
        } while (take('|'));
        return options.get(random.nextInt(options.size()));
    }

    private String sequence() {
        StringBuilder text = new StringBuilder();
        while (at < pattern.length() && peek() != '|' && peek() != ')') {
            int start = at;
            String once = atom();
            int end = at;
            int times = quantity();
            int after = at;
            for (int time = 0; time < times; time++) {
                at = start;
                text.append(time == 0 ? once : atom());
                at = end;
            }
            at = after;
        }
        return text.toString();
    }

    private String atom() {
        char head = pattern.charAt(at++);
        return switch (head) {
            case '^', '$' -> "";
            case '(' -> group();
            case '[' -> oneOf(members());
            case '\\' -> at < pattern.length() ? oneOf(escaped(pattern.charAt(at++))) : "";
            case '.' -> oneOf(WORD);
            default -> String.valueOf(head);
        };
    }

    private String group() {
        if (pattern.startsWith("?:", at)) {
            at += 2;
        }
        String text = alternatives();
        take(')');
        return text;
    }

    private String members() {
        StringBuilder members = new StringBuilder();
        boolean negated = take('^');
        while (at < pattern.length() && peek() != ']') {
            char first = pattern.charAt(at++);
            if (first == '\\' && at < pattern.length()) {
                members.append(escaped(pattern.charAt(at++)));
            } else if (at + 1 < pattern.length() && peek() == '-' && pattern.charAt(at + 1) != ']') {
                for (char member = first; member <= pattern.charAt(at + 1); member++) {
                    members.append(member);
                }
                at += 2;
            } else {
                members.append(first);
            }
        }
        take(']');
        return negated ? without(members.toString()) : members.toString();
    }

    private static String without(String members) {
        StringBuilder rest = new StringBuilder();
        (WORD + DIGITS).chars().filter(letter -> members.indexOf(letter) < 0).forEach(rest::appendCodePoint);
        return rest.toString();
    }

    private static String escaped(char letter) {
        return switch (letter) {
            case 'd' -> DIGITS;
            case 'w' -> WORD + DIGITS;
            case 's' -> " ";
            default -> String.valueOf(letter);
        };
    }

    private int quantity() {
        if (take('?')) {
            return random.nextInt(2);
        }
        if (take('*')) {
            return random.nextInt(MOST_UNBOUNDED);
        }
        if (take('+')) {
            return 1 + random.nextInt(MOST_UNBOUNDED);
        }
        return take('{') ? counted() : 1;
    }

    private int counted() {
        int close = pattern.indexOf('}', at);
        String[] bounds = (close < 0 ? "1" : pattern.substring(at, close)).split(",", -1);
        at = close < 0 ? pattern.length() : close + 1;
        try {
            int least = Integer.parseInt(bounds[0].trim());
            int most = bounds.length == 1 ? least
                : bounds[1].isBlank() ? least + MOST_UNBOUNDED : Integer.parseInt(bounds[1].trim());
            return least + random.nextInt(Math.max(most - least, 0) + 1);
        } catch (NumberFormatException notAQuantifier) {
            return 1;
        }
    }

    private String oneOf(String letters) {
        return letters.isEmpty() ? "" : String.valueOf(letters.charAt(random.nextInt(letters.length())));
    }

    private char peek() {
        return pattern.charAt(at);
    }

    private boolean take(char expected) {
        if (at < pattern.length() && peek() == expected) {
            at++;
            return true;
        }
        return false;
    }
}
