package collectdouble;

import java.util.ArrayList;
import java.util.List;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.SelectMultiData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.xform.util.XFormAnswerDataParser;

/** Turns a text into the answer Collect's widget for that question would give, or says why it cannot. */
final class AnswerReader {
    private AnswerReader() {
    }

    /** What a person could not enter on the phone. */
    static final class Unanswerable extends Exception {
        private static final long serialVersionUID = 1L;

        Unanswerable(String reason) {
            super(reason);
        }
    }

    static IAnswerData read(FormEntryPrompt prompt, String text) throws Unanswerable {
        return switch (prompt.getControlType()) {
            case Constants.CONTROL_SELECT_ONE -> new SelectOneData(choice(prompt, text));
            case Constants.CONTROL_SELECT_MULTI, Constants.CONTROL_RANK -> new SelectMultiData(choices(prompt, text));
            case Constants.CONTROL_TRIGGER -> new StringData("OK");
            default -> typed(prompt, text);
        };
    }

    private static List<Selection> choices(FormEntryPrompt prompt, String text) throws Unanswerable {
        List<Selection> selections = new ArrayList<>();
        for (String value : text.trim().split("\\s+")) {
            selections.add(choice(prompt, value));
        }
        return selections;
    }

    private static Selection choice(FormEntryPrompt prompt, String value) throws Unanswerable {
        for (SelectChoice choice : prompt.getSelectChoices()) {
            if (choice.getValue().equals(value)) {
                return choice.selection();
            }
        }
        throw new Unanswerable("not_a_choice");
    }

    private static IAnswerData typed(FormEntryPrompt prompt, String text) throws Unanswerable {
        return switch (prompt.getDataType()) {
            case Constants.DATATYPE_TEXT, Constants.DATATYPE_BARCODE, Constants.DATATYPE_BINARY,
                Constants.DATATYPE_GEOTRACE, Constants.DATATYPE_GEOSHAPE -> new StringData(text);
            default -> parsed(prompt, text);
        };
    }

    private static IAnswerData parsed(FormEntryPrompt prompt, String text) throws Unanswerable {
        IAnswerData answer;
        try {
            answer = XFormAnswerDataParser.getAnswerData(text, prompt.getDataType(), prompt.getQuestion());
        } catch (IllegalArgumentException unreadable) {
            throw new Unanswerable("unreadable");
        }
        if (answer == null) {
            throw new Unanswerable("unreadable");
        }
        return answer;
    }
}
