package collectdouble;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.IDataReference;
import org.javarosa.core.model.SubmissionProfile;
import org.javarosa.core.model.ValidateOutcome;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.services.transport.payload.ByteArrayPayload;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XPathReference;

/**
 * What Collect does when the person taps "Finalize": validate all, run the post-processors (end time; for an edit
 * the two ids), then write the submission without what is not relevant.
 *
 * <p>Collect stops at the first invalid answer. This double writes the submission all the same and says
 * {@code "valid": false}, so that a test can send what an honest phone would not.
 */
final class Finalization {
    private final FormDef form;
    private final FormEntryController controller;

    Finalization(FormDef form, FormEntryController controller, boolean edit, Device device) {
        this.form = form;
        this.controller = controller;
        if (edit) {
            controller.addPostProcessor(model -> deprecate(model, device));
        }
    }

    @SuppressWarnings("deprecation") // Collect calls the same method
    ObjectNode run(ObjectNode report) throws IOException {
        ValidateOutcome outcome = form.validate(true);
        report.put("valid", outcome == null);
        if (outcome != null) {
            report.putObject("failed")
                .put("path", Paths.of(form, outcome.failedPrompt.getReference()))
                .put("reason", reason(outcome));
        }
        controller.finalizeFormEntry();
        TreeElement root = form.getMainInstance().getRoot();
        report.put("form_id", root.getAttributeValue(null, "id"));
        report.put("version", root.getAttributeValue(null, "version"));
        report.put("title", form.getTitle());
        report.put("instance_id", meta("instanceID"));
        report.put("deprecated_id", meta("deprecatedID"));
        report.put("instance_name", meta("instanceName"));
        listAttachments(root, report.putArray("attachments"));
        report.put("xml", new String(submission(), StandardCharsets.UTF_8));
        return report;
    }

    private static String reason(ValidateOutcome outcome) {
        return outcome.outcome == FormEntryController.ANSWER_REQUIRED_BUT_EMPTY ? "required" : "constraint";
    }

    /** Collect adds deprecatedID without a namespace, even where meta has one. */
    private static void deprecate(FormEntryModel model, Device device) {
        TreeElement meta = model.getForm().getMainInstance().getRoot().getFirstChild("meta");
        TreeElement instanceId = meta.getFirstChild("instanceID");
        TreeElement deprecatedId = new TreeElement("deprecatedID");
        meta.addChild(deprecatedId);
        deprecatedId.setAnswer(instanceId.getValue());
        instanceId.setAnswer(new StringData(device.newInstanceId()));
    }

    private String meta(String name) {
        TreeElement meta = form.getMainInstance().getRoot().getFirstChild("meta");
        TreeElement child = meta == null ? null : meta.getFirstChild(name);
        return child == null || child.getValue() == null ? null : child.getValue().getDisplayText();
    }

    private static void listAttachments(TreeElement element, ArrayNode attachments) {
        if (element.getMult() == TreeReference.INDEX_TEMPLATE || !element.isRelevant()) {
            return;
        }
        if (element.getDataType() == Constants.DATATYPE_BINARY && element.getValue() != null) {
            attachments.addObject()
                .put("path", Paths.of(element))
                .put("name", element.getValue().getDisplayText());
        }
        for (int child = 0; child < element.getNumChildren(); child++) {
            listAttachments(element.getChildAt(child), attachments);
        }
    }

    private byte[] submission() throws IOException {
        SubmissionProfile profile = form.getSubmissionProfile();
        IDataReference part = profile == null || profile.getRef() == null ? new XPathReference("/") : profile.getRef();
        XFormSerializingVisitor visitor = new XFormSerializingVisitor();
        ByteArrayPayload payload = (ByteArrayPayload) visitor.createSerializedPayload(form.getMainInstance(), part);
        return payload.getPayloadStream().readAllBytes();
    }
}
