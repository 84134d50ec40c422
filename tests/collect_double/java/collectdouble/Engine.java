package collectdouble;

import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.actions.setgeopoint.SetGeopointAction;
import org.javarosa.core.model.actions.setgeopoint.SetGeopointActionHandler;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.PropertyManager;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.parse.XFormParser;

/** Prepares JavaRosa once, as Collect does when it starts: modules, references, device properties, actions. */
final class Engine {
    private Engine() {
    }

    static void start(Device device, MediaFolder media) {
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        PrototypeManager.registerPrototypes(JavaRosaCoreModule.classNames);
        ReferenceManager.instance().addReferenceFactory(media);
        PropertyManager.setPropertyManager(device);
        XFormParser.registerActionHandler(SetGeopointActionHandler.ELEMENT_NAME, new LocationFixes(device));
    }

    /** The phone answers a request for its place at once with the place the test gave (or not at all). */
    private static final class LocationFixes extends SetGeopointActionHandler {
        private final Device device;

        LocationFixes(Device device) {
            this.device = device;
        }

        @Override
        public SetGeopointAction getSetGeopointAction() {
            return new LocationFix(device);
        }
    }

    private static final class LocationFix extends SetGeopointAction {
        private final Device device;

        LocationFix(Device device) {
            super((TreeReference) null);
            this.device = device;
        }

        @Override
        public void requestLocationUpdates() {
            if (!device.location().isEmpty()) {
                saveLocationValue(device.location());
            }
        }
    }
}
