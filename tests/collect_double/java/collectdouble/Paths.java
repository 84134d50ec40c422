package collectdouble;

import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;

/** Node paths as the project writes them: [n] stands on every repeat instance and nowhere else. */
final class Paths {
    private Paths() {
    }

    static String of(TreeElement element) {
        String above = element.getParent() instanceof TreeElement parent && parent.getName() != null ? of(parent) : "";
        if (element.isAttribute()) {
            return above + "/@" + element.getName();
        }
        return above + "/" + element.getName() + (element.isRepeatable() ? "[" + (element.getMult() + 1) + "]" : "");
    }

    static String of(FormDef form, TreeReference reference) {
        return of(form.getMainInstance().resolveReference(reference));
    }

    /** The path of a repeat without its own [n]: /data/household[2]/member for its members. */
    static String ofRepeat(FormDef form, TreeReference instance) {
        TreeElement parent = form.getMainInstance().resolveReference(instance.getParentRef());
        return of(parent) + "/" + instance.getNameLast();
    }

    /** The reference a path means; [n] may be left out where there is one instance. */
    static TreeReference parse(String path) {
        TreeReference reference = TreeReference.rootRef();
        for (String step : path.split("/")) {
            if (step.isEmpty()) {
                continue;
            }
            int bracket = step.indexOf('[');
            String name = bracket < 0 ? step : step.substring(0, bracket);
            int index = bracket < 0 ? 0 : Integer.parseInt(step.substring(bracket + 1, step.length() - 1)) - 1;
            reference.add(name, index);
        }
        return reference;
    }
}
