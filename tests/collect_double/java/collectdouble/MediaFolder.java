package collectdouble;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Set;
import org.javarosa.core.reference.InvalidReferenceException;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceFactory;

/** Resolves jr://file-csv/x.csv and its kin to the media folder of the form being read, as Collect does. */
final class MediaFolder implements ReferenceFactory {
    private static final Set<String> ROOTS = Set.of("images", "image", "audio", "video", "file", "file-csv");
    private static final String SCHEME = "jr://";

    private Path folder = Path.of(".");

    void use(Path newFolder) {
        folder = newFolder;
    }

    @Override
    public boolean derives(String uri) {
        int slash = uri.indexOf('/', SCHEME.length());
        return uri.startsWith(SCHEME) && slash > 0 && ROOTS.contains(uri.substring(SCHEME.length(), slash));
    }

    @Override
    public Reference derive(String uri) {
        String name = uri.substring(uri.indexOf('/', SCHEME.length()) + 1);
        return new MediaFile(uri, folder.resolve(name).toFile());
    }

    @Override
    public Reference derive(String uri, String context) throws InvalidReferenceException {
        return derive(context.substring(0, context.lastIndexOf('/') + 1) + uri);
    }

    private record MediaFile(String uri, File file) implements Reference {
        @Override
        public boolean doesBinaryExist() {
            return file.exists();
        }

        @Override
        public InputStream getStream() throws IOException {
            return new FileInputStream(file);
        }

        @Override
        public String getURI() {
            return uri;
        }

        @Override
        public String getLocalURI() {
            return file.getAbsolutePath();
        }

        @Override
        public boolean isReadOnly() {
            return true;
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            throw new IOException("form media are read only: " + uri);
        }

        @Override
        public void remove() throws IOException {
            throw new IOException("form media are read only: " + uri);
        }

        @Override
        public Reference[] probeAlternativeReferences() {
            return new Reference[0];
        }
    }
}
