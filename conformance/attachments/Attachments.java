import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.jws.WebMethod;
import jakarta.jws.WebParam;
import jakarta.jws.WebResult;
import jakarta.jws.WebService;
import jakarta.xml.soap.AttachmentPart;
import jakarta.xml.soap.MessageFactory;
import jakarta.xml.soap.MimeHeaders;
import jakarta.xml.soap.SOAPConstants;
import jakarta.xml.soap.SOAPElement;
import jakarta.xml.soap.SOAPHeader;
import jakarta.xml.soap.SOAPMessage;
import jakarta.xml.ws.BindingType;
import jakarta.xml.ws.Endpoint;
import jakarta.xml.ws.handler.MessageContext;
import jakarta.xml.ws.handler.soap.SOAPHandler;
import jakarta.xml.ws.handler.soap.SOAPMessageContext;
import jakarta.xml.ws.soap.MTOM;
import jakarta.xml.ws.soap.SOAPBinding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.xml.namespace.QName;
import org.w3c.dom.Node;

/**
 * Exchanges attachments by SAAJ and Metro, which is JAX-WS.
 *
 * <p>{@code serve} is a provider: at /saaj it sends back what came, at /mtom11 and /mtom12 it does so with a document
 * in the payload. It prints its port and ends with its input. {@code call URL COUNT SEED} is a client: it sends COUNT messages
 * with attachments and prints a line for each, "ok" or what is wrong.
 */
class Attachments {
	static final String NS = "http://example.gov.ua/trembita/attachments";

	public static void main(String[] args) throws Exception {
		if (args[0].equals("serve")) {
			serve();
		} else {
			Random random = new Random(Long.parseLong(args[3]));
			for (int i = 0; i < Integer.parseInt(args[2]); i++) {
				System.out.println(call(args[1], random, i));
			}
		}
	}

	static String sum(byte[] data) throws Exception {
		return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
	}

	// The client.

	static String call(String url, Random random, int number) throws Exception {
		SOAPMessage message = read("text/xml; charset=utf-8", new ByteArrayInputStream(envelope(number).getBytes(StandardCharsets.UTF_8)));
		SOAPElement payload = (SOAPElement) message.getSOAPBody().getFirstChild();
		List<byte[]> contents = new ArrayList<>();
		List<String> ids = new ArrayList<>();
		for (int i = random.nextInt(4); i >= 0; i--) {
			byte[] content = new byte[1 + (random.nextInt(3) == 0 ? random.nextInt(20_000) : random.nextInt(50))]; // SAAJ fails over none
			random.nextBytes(content);
			if (random.nextInt(3) == 0) {
				byte[] ends = "\r\n-".getBytes(StandardCharsets.UTF_8);
				for (int j = 0; j < content.length; j++) {
					content[j] = ends[random.nextInt(3)];
				}
			}
			AttachmentPart part = message.createAttachmentPart();
			part.setRawContentBytes(content, 0, content.length, random.nextBoolean() ? "application/octet-stream" : "a/b; c=\"d e\"");
			String id = "part " + i + "%" + random.nextInt() + "@example.org";
			id = id.replace(" ", random.nextBoolean() ? "." : "_");
			part.setContentId("<" + id + ">");
			payload.addChildElement("ref", "", NS).addTextNode("cid:" + id.replace("%", "%25"));
			message.addAttachmentPart(part);
			contents.add(content);
			ids.add(id);
		}
		message.saveChanges();
		SOAPMessage answer = send(url, message);
		if (answer.getSOAPBody().hasFault()) {
			return "fault " + answer.getSOAPBody().getFault().getFaultCode() + " " + answer.getSOAPBody().getFault().getFaultString();
		}
		List<AttachmentPart> got = parts(answer);
		if (got.size() != contents.size()) {
			return got.size() + " attachments came back of " + contents.size();
		}
		List<String> found = texts(answer, "found");
		for (int i = 0; i < got.size(); i++) {
			if (!Arrays.equals(got.get(i).getRawContentBytes(), contents.get(i))) {
				return "content of an attachment differs";
			}
			if (!got.get(i).getContentId().equals("<" + ids.get(i) + ">")) {
				return "identifier became " + got.get(i).getContentId();
			}
			if (!found.get(i).equals(sum(contents.get(i)))) {
				return "the provider read another content";
			}
		}
		return "ok";
	}

	static String envelope(int number) {
		return "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' xmlns:x='http://x-road.eu/xsd/xroad.xsd' xmlns:i='http://x-road.eu/xsd/identifiers'>"
				+ "<e:Header><x:client i:objectType='SUBSYSTEM'><i:xRoadInstance>SEVDEIR-TEST</i:xRoadInstance><i:memberClass>GOV</i:memberClass>"
				+ "<i:memberCode>00000088</i:memberCode><i:subsystemCode>20_EIS_cons</i:subsystemCode></x:client>"
				+ "<x:service i:objectType='SERVICE'><i:xRoadInstance>SEVDEIR-TEST</i:xRoadInstance><i:memberClass>GOV</i:memberClass>"
				+ "<i:memberCode>42032422</i:memberCode><i:subsystemCode>42_NHSU_prod</i:subsystemCode><i:serviceCode>Echo_v1</i:serviceCode></x:service>"
				+ "<x:id>" + number + "</x:id><x:protocolVersion>4.0</x:protocolVersion></e:Header>"
				+ "<e:Body><Echo_v1 xmlns='" + NS + "'></Echo_v1></e:Body></e:Envelope>";
	}

	static SOAPMessage send(String url, SOAPMessage message) throws Exception {
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		message.writeTo(body);
		HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
		connection.setDoOutput(true);
		connection.setRequestProperty("SOAPAction", "\"\"");
		connection.setRequestProperty("Content-Type", message.getMimeHeaders().getHeader("Content-Type")[0]);
		connection.getOutputStream().write(body.toByteArray());
		InputStream answer = connection.getResponseCode() == 200 ? connection.getInputStream() : connection.getErrorStream();
		return read(connection.getContentType(), answer);
	}

	static SOAPMessage read(String contentType, InputStream body) throws Exception {
		MimeHeaders headers = new MimeHeaders();
		headers.setHeader("Content-Type", contentType);
		String protocol = contentType.contains("soap+xml") ? SOAPConstants.SOAP_1_2_PROTOCOL : SOAPConstants.SOAP_1_1_PROTOCOL;
		return MessageFactory.newInstance(protocol).createMessage(headers, new ByteArrayInputStream(body.readAllBytes()));
	}

	static List<AttachmentPart> parts(SOAPMessage message) {
		List<AttachmentPart> list = new ArrayList<>();
		message.getAttachments().forEachRemaining(list::add);
		return list;
	}

	static List<String> texts(SOAPMessage message, String name) throws Exception {
		List<String> list = new ArrayList<>();
		for (Node node = message.getSOAPBody().getFirstChild().getFirstChild(); node != null; node = node.getNextSibling()) {
			if (name.equals(node.getLocalName())) {
				list.add(node.getTextContent());
			}
		}
		return list;
	}

	// The provider.

	static String seen = ""; // the media type of the last request at /mtom11 and /mtom12

	static final Logger METRO = Logger.getLogger("com.sun.xml.ws");

	static void serve() throws Exception {
		METRO.setLevel(Level.WARNING);
		HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
		server.setExecutor(Executors.newFixedThreadPool(4));
		server.createContext("/saaj", Attachments::echo);
		server.createContext("/seen", exchange -> answer(exchange, "text/plain", seen.getBytes(StandardCharsets.UTF_8)));
		publish(server.createContext("/mtom11"), new Echo11());
		publish(server.createContext("/mtom12"), new Echo12());
		server.start();
		System.out.println(server.getAddress().getPort());
		while (System.in.read() >= 0) {
			continue;
		}
		System.exit(0);
	}

	static void publish(HttpContext context, Object implementation) {
		context.getFilters().add(Filter.beforeHandler("notes the media type", exchange -> seen = exchange.getRequestHeaders().getFirst("Content-Type")));
		Endpoint endpoint = Endpoint.create(implementation);
		endpoint.getBinding().setHandlerChain(List.of(new HeaderEcho()));
		endpoint.publish(context);
	}

	static void answer(HttpExchange exchange, String contentType, byte[] body) throws java.io.IOException {
		exchange.getResponseHeaders().set("Content-Type", contentType);
		exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
		exchange.getResponseBody().write(body);
		exchange.close();
	}

	/** Answers with the header and the attachments of the request, and their digests in the payload. */
	static void echo(HttpExchange exchange) throws java.io.IOException {
		try {
			SOAPMessage request = read(exchange.getRequestHeaders().getFirst("Content-Type"), exchange.getRequestBody());
			boolean twelve = SOAPConstants.URI_NS_SOAP_1_2_ENVELOPE.equals(request.getSOAPPart().getEnvelope().getNamespaceURI());
			SOAPMessage response = MessageFactory.newInstance(twelve ? SOAPConstants.SOAP_1_2_PROTOCOL : SOAPConstants.SOAP_1_1_PROTOCOL).createMessage();
			copy(request.getSOAPHeader(), response.getSOAPHeader());
			SOAPElement payload = response.getSOAPBody().addChildElement(new QName(NS, "Echo_v1Response"));
			for (AttachmentPart part : parts(request)) {
				payload.addChildElement("found", "", NS).addTextNode(sum(part.getRawContentBytes()));
				AttachmentPart copy = response.createAttachmentPart();
				copy.setRawContentBytes(part.getRawContentBytes(), 0, part.getRawContentBytes().length, part.getContentType());
				copy.setContentId(part.getContentId());
				response.addAttachmentPart(copy);
			}
			response.saveChanges();
			ByteArrayOutputStream body = new ByteArrayOutputStream();
			response.writeTo(body);
			answer(exchange, response.getMimeHeaders().getHeader("Content-Type")[0], body.toByteArray());
		} catch (Exception e) {
			e.printStackTrace();
			answer(exchange, "text/plain", e.toString().getBytes(StandardCharsets.UTF_8));
		}
	}

	static void copy(SOAPHeader from, SOAPHeader to) {
		for (Node field = from.getFirstChild(); field != null; field = field.getNextSibling()) {
			to.appendChild(to.getOwnerDocument().importNode(field, true));
		}
	}

	/** Puts the header fields of the request into the response. */
	static class HeaderEcho implements SOAPHandler<SOAPMessageContext> {
		private static final ThreadLocal<SOAPHeader> HEADER = new ThreadLocal<>();

		public boolean handleMessage(SOAPMessageContext context) {
			try {
				if (!(Boolean) context.get(MessageContext.MESSAGE_OUTBOUND_PROPERTY)) {
					HEADER.set(context.getMessage().getSOAPHeader());
					return true;
				}
				SOAPMessage message = context.getMessage();
				SOAPHeader header = message.getSOAPHeader();
				copy(HEADER.get(), header != null ? header : message.getSOAPPart().getEnvelope().addHeader());
				return true;
			} catch (Exception e) {
				throw new IllegalStateException(e);
			}
		}

		public boolean handleFault(SOAPMessageContext context) {
			return true;
		}

		public void close(MessageContext context) {
		}

		public Set<QName> getHeaders() {
			return Set.of();
		}
	}

	/** Sends the document back that is in the payload. */
	@WebService(targetNamespace = NS, name = "Echo", serviceName = "EchoService")
	@MTOM
	public static class Echo11 {
		@WebMethod(operationName = "Echo_v1")
		@jakarta.xml.ws.ResponseWrapper(localName = "Echo_v1Response", targetNamespace = NS)
		@WebResult(name = "data", targetNamespace = NS)
		public byte[] echo(@WebParam(name = "text", targetNamespace = NS) String text, @WebParam(name = "data", targetNamespace = NS) byte[] data) {
			return data;
		}
	}

	/** The same in SOAP 1.2. */
	@WebService(targetNamespace = NS, name = "Echo", serviceName = "EchoService")
	@BindingType(SOAPBinding.SOAP12HTTP_MTOM_BINDING)
	public static class Echo12 extends Echo11 {
	}
}
