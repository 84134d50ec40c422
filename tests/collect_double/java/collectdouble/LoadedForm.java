package collectdouble;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.xform.parse.XFormParser;
import org.javarosa.xform.util.XFormUtils;

/**
 * One form definition on the phone. It is parsed once; every filling starts from a copy of its blank instance.
 *
 * <p>JavaRosa's now() and today() read the machine's clock and cannot be replaced from outside. Only when a
 * command fixes the clock, a second parse of the same form is used in which the two are renamed to functions of
 * ours that read the device's clock; without a fixed clock the served bytes are parsed untouched.
 */
final class LoadedForm {
    private static final String LAST_SAVED = "last-saved.xml";

    private final byte[] xform;
    private final Path mediaFolder;
    private final MediaFolder media;
    private Parsed untouched;
    private Parsed clocked;

    private record Parsed(FormDef definition, TreeElement blank) {
    }

    LoadedForm(byte[] xform, Path mediaFolder, MediaFolder media) {
        this.xform = xform;
        this.mediaFolder = mediaFolder;
        this.media = media;
    }

    /** The definition with a blank, not yet initialised instance. */
    FormDef fresh(Device device) throws Exception {
        media.use(mediaFolder);
        Parsed parsed = device.hasFixedClock() ? clocked(device) : untouched(device);
        parsed.definition().getMainInstance().setRoot(parsed.blank().deepCopy(true));
        return parsed.definition();
    }

    /** A definition that finds this instance where it looks up what was last saved; parsed anew, as the file is new. */
    FormDef freshAfter(byte[] lastSaved, Device device) throws Exception {
        media.use(mediaFolder);
        Files.write(mediaFolder.resolve(LAST_SAVED), lastSaved);
        return parse(device.hasFixedClock() ? onDeviceClock() : xform, device, "jr://file/" + LAST_SAVED).definition();
    }

    void initialize(FormDef definition, boolean newInstance) {
        definition.initialize(newInstance, new InstanceInitializationFactory());
    }

    /** Puts a saved instance into the definition, as Collect's FormLoaderTask does before it initialises the form. */
    void importInstance(FormDef definition, byte[] instance) throws IOException {
        TreeElement saved = XFormParser.restoreDataModel(instance, null).getRoot();
        TreeElement blank = definition.getMainInstance().getRoot().deepCopy(true);
        if (!saved.getName().equals(blank.getName()) || saved.getMult() != 0) {
            throw new IllegalArgumentException("the instance does not belong to this form: " + saved.getName());
        }
        TreeReference root = TreeReference.rootRef();
        root.add(blank.getName(), TreeReference.INDEX_UNBOUND);
        blank.populate(saved, definition);
        definition.getMainInstance().setRoot(blank);
        FormEntryModel model = new FormEntryController(new FormEntryModel(definition)).getModel();
        if (model.getLanguages() != null) {
            definition.localeChanged(model.getLanguage(), definition.getLocalizer());
        }
    }

    private Parsed untouched(Device device) throws Exception {
        if (untouched == null) {
            untouched = parse(xform, device, null);
        }
        return untouched;
    }

    private Parsed clocked(Device device) throws Exception {
        if (clocked == null) {
            clocked = parse(onDeviceClock(), device, null);
        }
        return clocked;
    }

    private byte[] onDeviceClock() {
        String text = new String(xform, StandardCharsets.UTF_8);
        return DeviceFunctions.onDeviceClock(text).getBytes(StandardCharsets.UTF_8);
    }

    private Parsed parse(byte[] bytes, Device device, String lastSaved) throws Exception {
        FormDef definition = XFormUtils.getFormFromInputStream(new ByteArrayInputStream(bytes), lastSaved);
        definition.setPreloader(device.preloader());
        DeviceFunctions.addTo(definition, device, mediaFolder);
        return new Parsed(definition, definition.getMainInstance().getRoot().deepCopy(true));
    }
}
