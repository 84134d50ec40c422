package collectdouble;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.RangeQuestion;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.form.api.FormEntryPrompt;

/**
 * Thinks up an answer a person could give: a choice the filter offers, a number within the range, a text the
 * constraint lets through. It tries until the engine accepts one, and gives up after {@value #TRIES} tries.
 */
final class Guesser {
    private static final int TRIES = 200;

    private final FormDef form;
    private final Random random;
    private final Device device;
    private int files;

    Guesser(FormDef form, Random random, Device device) {
        this.form = form;
        this.random = random;
        this.device = device;
    }

    boolean isFile(FormEntryPrompt prompt) {
        return prompt.getDataType() == Constants.DATATYPE_BINARY;
    }

    Optional<IAnswerData> guess(FormEntryPrompt prompt, TreeReference reference) {
        Guesses guesses = new Guesses(random, device, Hints.of(form, reference));
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Optional<String> text = candidate(prompt, guesses, attempt);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            Optional<IAnswerData> answer = read(prompt, text.get());
            if (answer.isPresent() && form.evaluateConstraint(reference, answer.get())) {
                return answer;
            }
        }
        return Optional.empty();
    }

    private static Optional<IAnswerData> read(FormEntryPrompt prompt, String text) {
        try {
            return Optional.of(AnswerReader.read(prompt, text));
        } catch (AnswerReader.Unanswerable unanswerable) {
            return Optional.empty();
        }
    }

    private Optional<String> candidate(FormEntryPrompt prompt, Guesses guesses, int attempt) {
        return switch (prompt.getControlType()) {
            case Constants.CONTROL_SELECT_ONE -> oneOf(values(prompt));
            case Constants.CONTROL_SELECT_MULTI -> someOf(values(prompt), attempt);
            case Constants.CONTROL_RANK -> allOf(values(prompt));
            case Constants.CONTROL_TRIGGER -> Optional.of("OK");
            case Constants.CONTROL_RANGE -> Optional.of(step((RangeQuestion) prompt.getQuestion()));
            default -> Optional.of(isFile(prompt) ? fileName(prompt) : guesses.next(prompt.getDataType()));
        };
    }

    private static List<String> values(FormEntryPrompt prompt) {
        List<String> values = new ArrayList<>();
        for (SelectChoice choice : prompt.getSelectChoices()) {
            values.add(choice.getValue());
        }
        return values;
    }

    private Optional<String> oneOf(List<String> values) {
        return values.isEmpty() ? Optional.empty() : Optional.of(values.get(random.nextInt(values.size())));
    }

    /** Some choices in the order of the list; every second try only one, which exclusive choices need. */
    private Optional<String> someOf(List<String> values, int attempt) {
        if (values.isEmpty() || attempt % 2 == 1) {
            return oneOf(values);
        }
        List<String> chosen = new ArrayList<>(values);
        chosen.removeIf(value -> random.nextBoolean());
        return chosen.isEmpty() ? oneOf(values) : Optional.of(String.join(" ", chosen));
    }

    private Optional<String> allOf(List<String> values) {
        Collections.shuffle(values, random);
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", values));
    }

    private String step(RangeQuestion range) {
        int steps = range.getRangeEnd().subtract(range.getRangeStart()).divide(range.getRangeStep()).abs().intValue();
        return range.getRangeStart()
            .add(range.getRangeStep().multiply(java.math.BigDecimal.valueOf(random.nextInt(steps + 1))))
            .stripTrailingZeros().toPlainString();
    }

    /** Collect names what it records after the moment it was recorded. */
    private String fileName(FormEntryPrompt prompt) {
        files++;
        String extension = switch (prompt.getControlType()) {
            case Constants.CONTROL_IMAGE_CHOOSE -> "jpg";
            case Constants.CONTROL_AUDIO_CAPTURE -> "m4a";
            case Constants.CONTROL_VIDEO_CAPTURE -> "mp4";
            default -> "pdf";
        };
        return (device.now().getTime() + files) + "." + extension;
    }
}
