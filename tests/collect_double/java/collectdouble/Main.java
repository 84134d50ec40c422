package collectdouble;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Speaks JSON lines: one command on standard input, one answer on standard output, until the input ends.
 * An error of the form engine is an answer ({"error", "message"}), never the end of the program.
 */
public final class Main {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Main() {
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // the engine prints warnings; they must not mix with the answers
        Commands commands = new Commands(JSON);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            answers.println(JSON.writeValueAsString(answer(commands, JSON.readTree(line))));
        }
    }

    private static JsonNode answer(Commands commands, JsonNode command) {
        try {
            return commands.run(command);
        } catch (Exception | StackOverflowError failure) { // whatever the engine throws is what the caller wants to see
            ObjectNode answer = JSON.createObjectNode();
            answer.put("error", failure.getClass().getSimpleName());
            answer.put("message", String.valueOf(failure.getMessage()));
            return answer;
        }
    }
}
