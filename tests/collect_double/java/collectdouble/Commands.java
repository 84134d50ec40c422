package collectdouble;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.instance.TreeElement;

/** The commands a test may give: load, fill, evaluate, xpath and photo. */
final class Commands {
    /** How often a person who gets stuck in random answers starts over. */
    private static final int MOST_ATTEMPTS = 25;

    private final ObjectMapper json;
    private final Device device = new Device();
    private final MediaFolder media = new MediaFolder();
    private final Map<String, LoadedForm> forms = new HashMap<>();

    Commands(ObjectMapper json) {
        this.json = json;
        Engine.start(device, media);
    }

    JsonNode run(JsonNode command) throws Exception {
        return switch (command.path("do").asText()) {
            case "load" -> load(command);
            case "fill" -> fill(command);
            case "evaluate" -> evaluate(command);
            case "xpath" -> xpath(command);
            case "photo" -> photo(command);
            default -> throw new IllegalArgumentException("unknown command: " + command.path("do").asText());
        };
    }

    private JsonNode load(JsonNode command) throws Exception {
        byte[] xform = Files.readAllBytes(Path.of(command.get("xform_path").asText()));
        LoadedForm form = new LoadedForm(xform, Path.of(command.get("media_dir").asText()), media);
        String key = "form-" + forms.size();
        FormDef definition = form.fresh(device);
        forms.put(key, form);
        TreeElement root = definition.getMainInstance().getRoot();
        ObjectNode answer = json.createObjectNode().put("form", key);
        answer.put("form_id", root.getAttributeValue(null, "id"));
        answer.put("version", root.getAttributeValue(null, "version"));
        answer.put("title", definition.getTitle());
        answer.put("questions", definition.getDeepChildCount());
        ArrayNode warnings = answer.putArray("warnings");
        definition.getParseWarnings().forEach(warnings::add);
        return answer;
    }

    private JsonNode fill(JsonNode command) throws Exception {
        Filling filling = null;
        ObjectNode report = null;
        for (int attempt = 0; filling == null || filling.isStuck() && attempt < MOST_ATTEMPTS; attempt++) {
            filling = new Filling(begun(command), device, command, attempt);
            report = filling.run(json.createObjectNode());
        }
        return report;
    }

    /** The definition with the instance the person opens: a new one, or an earlier one to edit. */
    private FormDef begun(JsonNode command) throws Exception {
        LoadedForm form = form(command);
        device.use(command);
        FormDef definition = command.hasNonNull("last_saved")
            ? form.freshAfter(command.get("last_saved").asText().getBytes(StandardCharsets.UTF_8), device)
            : form.fresh(device);
        boolean edit = command.hasNonNull("edit_of");
        if (edit) {
            form.importInstance(definition, command.get("edit_of").asText().getBytes(StandardCharsets.UTF_8));
        }
        form.initialize(definition, !edit);
        return definition;
    }

    private JsonNode evaluate(JsonNode command) throws Exception {
        FormDef definition = form(command).fresh(device.use(command));
        form(command).importInstance(definition, command.get("xml").asText().getBytes(StandardCharsets.UTF_8));
        Evaluation evaluation = new Evaluation(definition);
        evaluation.rememberSentValues();
        form(command).initialize(definition, false);
        return evaluation.nodes(json.createObjectNode());
    }

    private JsonNode xpath(JsonNode command) throws Exception {
        FormDef definition = form(command).fresh(device.use(command));
        boolean given = command.hasNonNull("xml");
        if (given) {
            form(command).importInstance(definition, command.get("xml").asText().getBytes(StandardCharsets.UTF_8));
        }
        form(command).initialize(definition, !given);
        ObjectNode answer = json.createObjectNode();
        ArrayNode values = answer.putArray("values");
        Evaluation evaluation = new Evaluation(definition);
        for (JsonNode expression : command.get("expressions")) {
            String text = expression.asText();
            String source = device.hasFixedClock() ? DeviceFunctions.onDeviceClock(text) : text;
            evaluation.xpath(source, command.path("context").asText("/"), values.addObject());
        }
        return answer;
    }

    private JsonNode photo(JsonNode command) throws Exception {
        byte[] jpeg = Photo.jpeg(command.get("width").asInt(), command.get("height").asInt(), command.get("seed").asLong());
        Files.write(Path.of(command.get("path").asText()), jpeg);
        return json.createObjectNode().put("size_bytes", jpeg.length);
    }

    private LoadedForm form(JsonNode command) {
        LoadedForm form = forms.get(command.get("form").asText());
        if (form == null) {
            throw new IllegalArgumentException("no such form: " + command.get("form").asText());
        }
        return form;
    }
}
