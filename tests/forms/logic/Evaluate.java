import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.Date;
import java.util.HashMap;
import java.util.Locale;
import java.util.TimeZone;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.instance.DataInstance;
import org.javarosa.core.model.instance.FormInstance;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.xform.util.XFormUtils;
import org.javarosa.xpath.XPathNodeset;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathFuncExpr;

/**
 * Evaluates expressions with JavaRosa. Argument: a form whose primary instance holds the record. Each line of standard
 * input is "expression TAB path of the context node"; each line of output is "kind TAB text", or "error".
 */
public class Evaluate {
    public static void main(String[] arguments) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Ho_Chi_Minh"));
        org.joda.time.DateTimeZone.setDefault(org.joda.time.DateTimeZone.forID("Asia/Ho_Chi_Minh"));
        Locale.setDefault(Locale.ENGLISH);
        FormDef form = XFormUtils.getFormFromInputStream(new FileInputStream(arguments[0]));
        form.initialize(true, new InstanceInitializationFactory());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        PrintStream answers = new PrintStream(System.out, true, "UTF-8");
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split("\t", -1);
            answers.println(evaluated(form, parts[0], reference(parts[1])));
        }
    }

    private static String evaluated(FormDef form, String expression, TreeReference place) {
        try {
            FormInstance record = form.getMainInstance();
            HashMap<String, DataInstance> lists = new HashMap<>();
            form.getFormInstances().forEach((name, list) -> lists.put(name, list));
            EvaluationContext outer = new EvaluationContext(record, lists, form.getEvaluationContext());
            Object value = XPathParseTool.parseXPath(expression).eval(record, new EvaluationContext(outer, place));
            return kind(value) + "\t" + text(value);
        } catch (Throwable refused) {
            return "error\t";
        }
    }

    private static String kind(Object value) {
        if (value instanceof XPathNodeset) {
            return "nodes " + ((XPathNodeset) value).size();
        }
        return value instanceof Double ? "number" : value instanceof Boolean ? "boolean" : value instanceof Date ? "moment" : "text";
    }

    private static String text(Object value) {
        try {
            return XPathFuncExpr.toString(value);
        } catch (Throwable repeated) {
            return "logic.repeated";
        }
    }

    private static TreeReference reference(String path) {
        TreeReference reference = TreeReference.rootRef();
        for (String step : path.substring(1).split("/")) {
            int bracket = step.indexOf('[');
            String name = bracket < 0 ? step : step.substring(0, bracket);
            int place = bracket < 0 ? 1 : Integer.parseInt(step.substring(bracket + 1, step.length() - 1));
            reference.add(name, place - 1);
        }
        return reference;
    }
}
