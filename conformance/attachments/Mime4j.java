import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.james.mime4j.parser.AbstractContentHandler;
import org.apache.james.mime4j.parser.MimeStreamParser;
import org.apache.james.mime4j.stream.BodyDescriptor;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.MimeConfig;

/**
 * Reads multipart messages with Apache James Mime4j, set up as it is when X-Road's security servers read what an information
 * system sends: Mime4j FOLDER.
 *
 * <p>Of every case NUMBER.body with the Content-Type NUMBER.type it writes NUMBER.parts, a line for each part: its
 * Content-Type, its Content-ID and the digest of its content, all as they came; and NUMBER.forwarded, the message put
 * together again from these. Prints "ok" for each, or what is wrong.
 */
class Mime4j {
	public static void main(String[] args) throws Exception {
		List<Path> cases;
		try (var files = Files.list(Path.of(args[0]))) {
			cases = files.filter(file -> file.toString().endsWith(".body")).sorted().toList();
		}
		for (Path body : cases) {
			try {
				read(body.toString().replaceAll("\\.body$", ""));
				System.out.println("ok");
			} catch (Exception e) {
				System.out.println(body.getFileName() + ": " + e);
			}
		}
	}

	static class Part extends ByteArrayOutputStream {
		String type, id;
		final List<String> fields = new ArrayList<>();
	}

	static void read(String base) throws Exception {
		String contentType = Files.readString(Path.of(base + ".type"));
		List<Part> parts = new ArrayList<>();
		MimeStreamParser parser = new MimeStreamParser(new MimeConfig.Builder().setHeadlessParsing(contentType).build());
		parser.setContentHandler(new AbstractContentHandler() {
			private Part part;

			@Override
			public void startHeader() {
				part = new Part();
			}

			@Override
			public void field(Field field) {
				switch (field.getName().toLowerCase()) {
					case "content-type" -> part.type = field.getBody();
					case "content-id" -> part.id = field.getBody();
				}
				part.fields.add(field.getName() + ": " + field.getBody());
			}

			@Override
			public void body(BodyDescriptor descriptor, InputStream content) throws IOException {
				content.transferTo(part);
				parts.add(part);
			}
		});
		try (InputStream body = Files.newInputStream(Path.of(base + ".body"))) {
			parser.parse(body);
		}
		Matcher boundary = Pattern.compile("boundary=\"([^\"]+)\"").matcher(contentType);
		if (!boundary.find()) {
			throw new IllegalArgumentException("no boundary");
		}
		ByteArrayOutputStream forwarded = new ByteArrayOutputStream();
		StringBuilder list = new StringBuilder();
		for (Part part : parts) {
			String sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(part.toByteArray()));
			list.append(part.type).append('\t').append(part.id).append('\t').append(sum).append('\n');
			String head = "--" + boundary.group(1) + "\r\n" + String.join("\r\n", part.fields) + "\r\n\r\n";
			forwarded.write(head.getBytes(StandardCharsets.ISO_8859_1));
			part.writeTo(forwarded);
			forwarded.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
		}
		forwarded.write(("--" + boundary.group(1) + "--\r\n").getBytes(StandardCharsets.ISO_8859_1));
		Files.write(Path.of(base + ".forwarded"), forwarded.toByteArray());
		Files.writeString(Path.of(base + ".parts"), list);
	}
}
