package collectdouble;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;

/** A real JPEG of a made-up scene: the same seed gives the same bytes, another seed another picture. */
final class Photo {
    private static final int SPOTS = 40;

    private Photo() {
    }

    static byte[] jpeg(int width, int height, long seed) throws IOException {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = image.createGraphics();
        canvas.setPaint(new GradientPaint(0, 0, colour(random), width, height, colour(random)));
        canvas.fillRect(0, 0, width, height);
        for (int spot = 0; spot < SPOTS; spot++) {
            canvas.setColor(colour(random));
            canvas.fillOval(random.nextInt(width), random.nextInt(height), 1 + width / 12, 1 + height / 12);
        }
        canvas.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpg", bytes);
        return bytes.toByteArray();
    }

    private static Color colour(Random random) {
        return new Color(random.nextInt(0x1000000));
    }
}
