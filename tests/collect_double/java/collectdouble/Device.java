package collectdouble;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.OffsetDateTime;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.javarosa.core.model.data.DateData;
import org.javarosa.core.model.data.DateTimeData;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.utils.DateUtils;
import org.javarosa.core.model.utils.IPreloadHandler;
import org.javarosa.core.model.utils.QuestionPreloader;
import org.javarosa.core.services.IPropertyManager;
import org.javarosa.core.services.properties.IPropertyRules;
import org.javarosa.core.util.PropertyUtils;

/**
 * What a phone knows of itself: its clock, its properties (deviceid, username, phonenumber, email), its place.
 * The clock is the machine's unless a command fixes it; a fixed clock moves on as questions are answered.
 */
final class Device implements IPropertyManager {
    private static final long MILLIS_PER_ANSWER = 6_000;

    private final Map<String, String> properties = new HashMap<>();
    private Long fixedMillis;
    private String location = "";
    private String instanceId = "";

    /** Takes the clock, the properties and the place from a command. */
    Device use(JsonNode command) {
        fixedMillis = command.hasNonNull("now")
            ? (Long) OffsetDateTime.parse(command.get("now").asText()).toInstant().toEpochMilli()
            : null;
        location = command.path("location").asText("");
        instanceId = command.path("instance_id").asText("");
        properties.clear();
        command.path("meta").fields().forEachRemaining(
            entry -> properties.put(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue().asText()));
        return this;
    }

    boolean hasFixedClock() {
        return fixedMillis != null;
    }

    Date now() {
        return fixedMillis == null ? new Date() : new Date(fixedMillis);
    }

    void spendTimeOnAnAnswer() {
        if (fixedMillis != null) {
            fixedMillis += MILLIS_PER_ANSWER;
        }
    }

    String location() {
        return location;
    }

    String newInstanceId() {
        return instanceId.isEmpty() ? "uuid:" + PropertyUtils.genUUID() : instanceId;
    }

    /** Preloads that read this clock and these properties instead of the machine's. */
    QuestionPreloader preloader() {
        QuestionPreloader preloader = new QuestionPreloader();
        preloader.addPreloadHandler(new Preload("timestamp"));
        preloader.addPreloadHandler(new Preload("date"));
        preloader.addPreloadHandler(new Preload("uid"));
        preloader.addPreloadHandler(new Preload("property"));
        return preloader;
    }

    private final class Preload implements IPreloadHandler {
        private final String kind;

        Preload(String kind) {
            this.kind = kind;
        }

        @Override
        public String preloadHandled() {
            return kind;
        }

        @Override
        public IAnswerData handlePreload(String parameters) {
            return switch (kind) {
                case "timestamp" -> "start".equals(parameters) ? new DateTimeData(now()) : null;
                case "date" -> "today".equals(parameters) ? new DateData(DateUtils.roundDate(now())) : null;
                case "uid" -> new StringData(newInstanceId());
                default -> text(getSingularProperty(parameters));
            };
        }

        @Override
        public boolean handlePostProcess(TreeElement node, String parameters) {
            if (!kind.equals("timestamp") || !"end".equals(parameters)) {
                return false;
            }
            node.setAnswer(new DateTimeData(now()));
            return true;
        }

        private IAnswerData text(String value) {
            return value.isEmpty() ? null : new StringData(value);
        }
    }

    @Override
    public String getSingularProperty(String name) {
        return properties.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    @Override
    public List<String> getProperty(String name) {
        return List.of(getSingularProperty(name));
    }

    @Override
    public void setProperty(String name, String value) {
        properties.put(name.toLowerCase(Locale.ROOT), value);
    }

    @Override
    public void setProperty(String name, List<String> values) {
        setProperty(name, String.join(" ", values));
    }

    @Override
    public void addRules(IPropertyRules rules) {
        throw new UnsupportedOperationException("a phone has no property rules");
    }

    @Override
    public List<IPropertyRules> getRules() {
        return List.of();
    }
}
