package collectdouble;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.GroupDef;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;

/**
 * One person filling one form once: walks it question by question, answers what is relevant, is held to the
 * constraints, adds and deletes repeats, and hands over to {@link Finalization}.
 *
 * <p>A refused answer is reported and the question keeps its earlier value, as on a phone where the person cannot
 * swipe on. Where random answers lead to a required question that offers nothing to choose, the filling is
 * <em>stuck</em>: a person would go back; the caller starts over with other random answers. With {@code "constraint_behavior": "on_finalize"} answers are saved unchecked until the end.
 */
final class Filling {
    private static final int MOST_RANDOM_REPEATS = 3;
    private static final double SKIP_OPTIONAL = 0.15;

    private final FormDef form;
    private final Device device;
    private final FormEntryController controller;
    private final FormEntryModel model;
    private final GivenAnswers given;
    private final boolean checkOnSwipe;
    private final boolean edit;
    private final Path folder;
    private final Random random;
    private final Guesser guesser;
    private final Map<String, Integer> repeatCounts = new HashMap<>();
    private ArrayNode refused;
    private boolean stuck;

    Filling(FormDef form, Device device, JsonNode command, int attempt) {
        this.form = form;
        this.device = device;
        this.model = new FormEntryModel(form);
        this.controller = new FormEntryController(model);
        this.given = new GivenAnswers(command.path("answers"));
        this.checkOnSwipe = !"on_finalize".equals(command.path("constraint_behavior").asText());
        this.edit = command.hasNonNull("edit_of");
        this.folder = command.hasNonNull("folder") ? Path.of(command.get("folder").asText()) : null;
        this.random = command.hasNonNull("seed") ? random(command.get("seed").asLong(), attempt) : null;
        this.guesser = random == null ? null : new Guesser(form, random, device);
    }

    /** Random's first numbers for neighbouring seeds are alike; mixed seeds are not. */
    private static Random random(long seed, int attempt) {
        SplittableRandom seeds = new SplittableRandom(seed);
        return new Random(seeds.longs(attempt + 1L).skip(attempt).findFirst().orElseThrow());
    }

    boolean isStuck() {
        return stuck;
    }

    ObjectNode run(ObjectNode report) throws Exception {
        refused = report.putArray("refused");
        int event = controller.stepToNextEvent();
        while (event != FormEntryController.EVENT_END_OF_FORM) {
            event = visit(event);
        }
        ArrayNode unused = report.putArray("unused");
        given.unused().forEach(unused::add);
        return new Finalization(form, controller, edit, device).run(report);
    }

    private int visit(int event) throws Exception {
        switch (event) {
            case FormEntryController.EVENT_QUESTION -> answerQuestion();
            case FormEntryController.EVENT_PROMPT_NEW_REPEAT -> {
                if (instanceNumber() <= wantedInstances()) {
                    controller.newRepeat();
                }
            }
            case FormEntryController.EVENT_REPEAT -> {
                if (mayDelete() && instanceNumber() > wantedInstances()) {
                    return controller.jumpToIndex(controller.deleteRepeat());
                }
            }
            default -> { }
        }
        return controller.stepToNextEvent();
    }

    private boolean mayDelete() {
        GroupDef repeat = (GroupDef) form.getChild(model.getFormIndex());
        return repeat.getCountReference() == null && !repeat.noAddRemove;
    }

    private int instanceNumber() {
        return model.getFormIndex().getReference().getMultLast() + 1;
    }

    private int wantedInstances() {
        FormIndex index = model.getFormIndex();
        TreeReference reference = index.getReference();
        return repeatCounts.computeIfAbsent(Paths.ofRepeat(form, reference), path -> {
            int present = form.getNumRepetitions(index);
            boolean invent = random != null && !edit;
            return given.repeatCount(path).orElseGet(() -> invent ? random.nextInt(MOST_RANDOM_REPEATS + 1) : present);
        });
    }

    private void answerQuestion() throws Exception {
        FormEntryPrompt prompt = model.getQuestionPrompt();
        if (prompt.isReadOnly()) {
            return;
        }
        device.spendTimeOnAnAnswer();
        String path = Paths.of(form, model.getFormIndex().getReference());
        if (given.has(path)) {
            answerAsGiven(prompt, path);
        } else if (guesser != null && prompt.getAnswerValue() == null && !skips(prompt)) {
            answerByGuess(prompt, path);
        } else {
            save(path, prompt.getAnswerValue());
        }
    }

    private boolean skips(FormEntryPrompt prompt) {
        return !prompt.isRequired() && random.nextDouble() < SKIP_OPTIONAL;
    }

    private void answerAsGiven(FormEntryPrompt prompt, String path) {
        Optional<String> text = given.take(path);
        try {
            save(path, text.isEmpty() ? null : AnswerReader.read(prompt, text.get()));
        } catch (AnswerReader.Unanswerable unanswerable) {
            refuse(path, text.orElse(null), unanswerable.getMessage());
        }
    }

    private void answerByGuess(FormEntryPrompt prompt, String path) throws Exception {
        Optional<IAnswerData> answer = guesser.guess(prompt, model.getFormIndex().getReference());
        if (answer.isPresent() && guesser.isFile(prompt) && folder != null) {
            writeFile(answer.get().getDisplayText());
        }
        stuck |= answer.isEmpty() && prompt.isRequired();
        save(path, answer.orElse(null));
    }

    private void writeFile(String name) throws Exception {
        byte[] content = name.endsWith(".jpg")
            ? Photo.jpeg(64, 48, random.nextLong())
            : ("sample " + name + " " + random.nextLong()).getBytes(StandardCharsets.UTF_8);
        Files.write(folder.resolve(name), content);
    }

    private void save(String path, IAnswerData answer) {
        if (!checkOnSwipe) {
            controller.saveAnswer(answer, true);
            return;
        }
        switch (controller.answerQuestion(answer, true)) {
            case FormEntryController.ANSWER_REQUIRED_BUT_EMPTY -> refuse(path, null, "required");
            case FormEntryController.ANSWER_CONSTRAINT_VIOLATED -> refuse(path, answer.uncast().getString(), "constraint");
            default -> { }
        }
    }

    private void refuse(String path, String value, String reason) {
        refused.addObject().put("path", path).put("value", value).put("reason", reason);
    }
}
