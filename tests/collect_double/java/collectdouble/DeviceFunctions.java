package collectdouble;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.condition.IFunctionHandler;
import org.javarosa.core.model.utils.DateUtils;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.xpath.expr.XPathFuncExpr;

/** Functions the phone adds to the engine: pulldata() over the form's CSV files, and a clock that can be fixed. */
final class DeviceFunctions {
    private static final String PREFIX = "device-";

    private DeviceFunctions() {
    }

    /** The same expressions with now() and today() read from the device's clock. */
    static String onDeviceClock(String expressions) {
        return expressions.replaceAll("(?<![\\w-])(now|today)\\(\\s*\\)", PREFIX + "$1()");
    }

    static void addTo(FormDef definition, Device device, Path mediaFolder) {
        Lists lists = new Lists(mediaFolder);
        FormEntryController controller = new FormEntryController(new FormEntryModel(definition));
        controller.addFunctionHandler(new Handler("pulldata", true, lists::pull));
        controller.addFunctionHandler(new Handler(PREFIX + "now", false, arguments -> device.now()));
        controller.addFunctionHandler(
            new Handler(PREFIX + "today", false, arguments -> DateUtils.roundDate(device.now())));
    }

    private record Handler(String name, boolean raw, Function<Object[], Object> body) implements IFunctionHandler {
        @Override
        public String getName() {
            return name;
        }

        @Override
        @SuppressWarnings("rawtypes") // the engine's interface is raw
        public List<Class[]> getPrototypes() {
            return raw ? List.of() : List.<Class[]>of(new Class[0]);
        }

        @Override
        public boolean rawArgs() {
            return raw;
        }

        @Override
        public boolean realTime() {
            return false;
        }

        @Override
        public Object eval(Object[] arguments, EvaluationContext context) {
            return body.apply(arguments);
        }
    }

    /** CSV files read once per form; the first row whose key column equals the key answers, "" when none does. */
    private static final class Lists {
        private final Path folder;
        private final Map<String, Map<String, CSVRecord>> rowsByKey = new HashMap<>();

        Lists(Path folder) {
            this.folder = folder;
        }

        Object pull(Object[] arguments) {
            String list = XPathFuncExpr.toString(arguments[0]);
            String column = XPathFuncExpr.toString(arguments[1]);
            String keyColumn = XPathFuncExpr.toString(arguments[2]);
            CSVRecord row = rowsByKey.computeIfAbsent(list + "\n" + keyColumn, unused -> read(list, keyColumn))
                .get(XPathFuncExpr.toString(arguments[3]));
            return row == null || !row.isMapped(column) ? "" : row.get(column);
        }

        private Map<String, CSVRecord> read(String list, String keyColumn) {
            Path file = folder.resolve(list.endsWith(".csv") ? list : list + ".csv");
            CSVFormat format = CSVFormat.DEFAULT.withFirstRecordAsHeader();
            Map<String, CSVRecord> rows = new HashMap<>();
            try (CSVParser parser = format.parse(Files.newBufferedReader(file, StandardCharsets.UTF_8))) {
                for (CSVRecord row : parser) {
                    rows.putIfAbsent(row.get(keyColumn), row);
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            return rows;
        }
    }
}
