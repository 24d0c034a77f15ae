import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Scanner;

/** Sends a request by Java's HttpClient and prints what came. The call comes as lines: method, URL, body, header fields. */
public class HttpClientCall {
    public static void main(String[] args) throws Exception {
        Scanner in = new Scanner(System.in, StandardCharsets.UTF_8);
        String method = in.nextLine();
        String url = in.nextLine();
        String body = in.nextLine();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        request.method(method, body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        while (in.hasNextLine()) {
            String[] field = in.nextLine().split(": ", 2);
            request.header(field[0], field[1]);
        }
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        StringBuilder out = new StringBuilder("{\"status\":" + answer.statusCode() + ",\"headers\":{");
        String separator = "";
        for (var field : answer.headers().map().entrySet()) {
            out.append(separator).append(quote(field.getKey().toLowerCase())).append(':').append(quote(List.copyOf(field.getValue()).get(0)));
            separator = ",";
        }
        System.out.println(out + "},\"body\":\"" + Base64.getEncoder().encodeToString(answer.body()) + "\"}");
    }

    static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
