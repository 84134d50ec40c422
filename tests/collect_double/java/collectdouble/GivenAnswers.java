package collectdouble;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The answers a test gives, by path. A repeat's own path (/data/member) with a number says how many instances it
 * has; without one, the highest [n] used below it does. An answer of null leaves a question empty.
 */
final class GivenAnswers {
    private final Map<String, JsonNode> answers = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();

    GivenAnswers(JsonNode given) {
        given.fields().forEachRemaining(entry -> answers.put(entry.getKey(), entry.getValue()));
    }

    boolean has(String path) {
        return answers.containsKey(path);
    }

    /** The text given for a path; empty when the question is to be left empty. */
    Optional<String> take(String path) {
        used.add(path);
        JsonNode answer = answers.get(path);
        return answer.isNull() || answer.asText().isEmpty() ? Optional.empty() : Optional.of(answer.asText());
    }

    OptionalInt repeatCount(String repeatPath) {
        if (has(repeatPath)) {
            used.add(repeatPath);
            return OptionalInt.of(answers.get(repeatPath).asInt());
        }
        return answers.keySet().stream()
            .filter(path -> path.startsWith(repeatPath + "["))
            .mapToInt(path -> Integer.parseInt(path.substring(repeatPath.length() + 1, path.indexOf(']', repeatPath.length()))))
            .max();
    }

    /** Paths no question was found for: not relevant, read-only, or misspelt. */
    Set<String> unused() {
        Set<String> rest = new java.util.LinkedHashSet<>(answers.keySet());
        rest.removeAll(used);
        return rest;
    }
}
