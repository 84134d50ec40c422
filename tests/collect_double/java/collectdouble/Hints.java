package collectdouble;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.condition.Constraint;
import org.javarosa.core.model.condition.IConditionExpr;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.xpath.XPathConditional;

/** What a constraint gives away about the answers it accepts: its numbers, its texts, the answers it looks at. */
record Hints(List<Double> numbers, List<String> texts) {
    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.'\"-])\\d+(?:\\.\\d+)?");
    private static final Pattern TEXT = Pattern.compile("'([^']*)'|\"([^\"]*)\"");

    static Hints of(FormDef form, TreeReference reference) {
        Hints hints = new Hints(new ArrayList<>(List.of(0.0)), new ArrayList<>());
        Constraint constraint = form.getMainInstance().resolveReference(reference).getConstraint();
        if (constraint != null) {
            hints.readExpression(constraint.constraint);
            hints.readAnswers(form, constraint.constraint, reference);
        }
        return hints;
    }

    private void readExpression(IConditionExpr expression) {
        String source = ((XPathConditional) expression).xpath;
        if (source == null) {
            return;
        }
        Matcher text = TEXT.matcher(source);
        while (text.find()) {
            texts.add(text.group(1) == null ? text.group(2) : text.group(1));
        }
        Matcher number = NUMBER.matcher(text.replaceAll(" "));
        while (number.find()) {
            numbers.add(Double.parseDouble(number.group()));
        }
    }

    private void readAnswers(FormDef form, IConditionExpr expression, TreeReference reference) {
        for (TreeReference trigger : expression.getTriggers(reference)) {
            if (trigger.getInstanceName() != null) {
                continue;
            }
            TreeElement element = form.getMainInstance().resolveReference(trigger.contextualize(reference));
            IAnswerData answer = element == null ? null : element.getValue();
            if (answer != null) {
                readAnswer(answer.uncast().getString());
            }
        }
    }

    private void readAnswer(String text) {
        texts.add(text);
        if (text.matches("-?\\d+(\\.\\d+)?")) {
            numbers.add(Double.parseDouble(text));
        }
    }
}
