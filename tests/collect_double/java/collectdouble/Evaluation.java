package collectdouble;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.xform.util.XFormAnswerDataSerializer;
import org.javarosa.xpath.XPathNodeset;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathFuncExpr;
import org.javarosa.xpath.parser.XPathSyntaxException;

/** What the engine thinks of an instance: each node's state and value after recalculation, and free expressions. */
final class Evaluation {
    private final FormDef form;
    private final XFormAnswerDataSerializer serializer = new XFormAnswerDataSerializer();
    private final Map<String, String> sent = new HashMap<>();

    Evaluation(FormDef form) {
        this.form = form;
    }

    /** To be called between importing the instance and initialising the form, which recalculates. */
    void rememberSentValues() {
        remember(form.getMainInstance().getRoot());
    }

    private void remember(TreeElement element) {
        if (element.getMult() == TreeReference.INDEX_TEMPLATE) {
            return;
        }
        sent.put(Paths.of(element), text(element));
        for (int child = 0; child < element.getNumChildren(); child++) {
            remember(element.getChildAt(child));
        }
    }

    ObjectNode nodes(ObjectNode answer) {
        report(form.getMainInstance().getRoot(), answer.putArray("nodes"));
        return answer;
    }

    private void report(TreeElement element, ArrayNode nodes) {
        if (element.getMult() == TreeReference.INDEX_TEMPLATE) {
            return;
        }
        String path = Paths.of(element);
        IAnswerData value = element.getValue();
        ObjectNode node = nodes.addObject()
            .put("path", path)
            .put("relevant", element.isRelevant())
            .put("required", element.isRequired())
            .put("readonly", !element.isEnabled())
            .put("constraint_ok", form.evaluateConstraint(element.getRef(), value));
        if (!element.isChildable() || !element.hasChildren()) {
            node.put("sent", sent.get(path)).put("value", text(element));
        }
        for (int child = 0; child < element.getNumChildren(); child++) {
            report(element.getChildAt(child), nodes);
        }
    }

    private String text(TreeElement element) {
        return element.getValue() == null
            ? ""
            : serializer.serializeAnswerData(element.getValue(), element.getDataType()).toString();
    }

    /** Evaluates an expression at a node: its type, its text as string() gives it, the paths of a node-set. */
    void xpath(String expression, String contextPath, ObjectNode answer) {
        try {
            TreeReference context = Paths.parse(contextPath);
            EvaluationContext at = new EvaluationContext(form.getEvaluationContext(), context);
            Object value = XPathParseTool.parseXPath(expression).eval(form.getMainInstance(), at);
            if (value instanceof XPathNodeset nodeset) {
                ArrayNode nodes = answer.putArray("nodes");
                nodeset.getReferences().forEach(node -> nodes.add(node.toString(true)));
                value = nodeset.unpack();
            }
            answer.put("type", type(value)).put("text", XPathFuncExpr.toString(value));
        } catch (XPathSyntaxException | RuntimeException failure) {
            answer.put("error", failure.getClass().getSimpleName()).put("message", failure.getMessage());
        }
    }

    private static String type(Object value) {
        if (value instanceof Boolean) {
            return "boolean";
        }
        if (value instanceof Double) {
            return "number";
        }
        return value instanceof Date ? "date" : "string";
    }
}
