import com.sun.xml.ws.api.message.Header;
import com.sun.xml.ws.api.message.Headers;
import com.sun.xml.ws.developer.WSBindingProvider;
import jakarta.jws.WebMethod;
import jakarta.jws.WebParam;
import jakarta.jws.WebService;
import jakarta.xml.ws.Holder;
import jakarta.xml.ws.WebEndpoint;
import jakarta.xml.ws.WebServiceClient;
import jakarta.xml.ws.WebServiceFeature;
import jakarta.xml.ws.soap.MTOMFeature;
import jakarta.xml.ws.soap.SOAPFaultException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * Sends cases by JAX-WS: JaxWs GENERATED FOLDER...
 *
 * <p>GENERATED has a folder of classes that wsimport generated for every description. What is sent goes through the
 * methods of the interface generated; only finding them is left to reflection, since every operation and description
 * has its own.
 */
class JaxWs {
	static final String XROAD = "http://x-road.eu/xsd/xroad.xsd";
	static final String ID = "http://x-road.eu/xsd/identifiers";
	static final String PARTY = "http://x-road.eu/xsd/representation.xsd";

	public static void main(String[] args) throws Exception {
		Map<String, Object> ports = new HashMap<>();
		for (int i = 1; i < args.length; i++) {
			Path folder = Path.of(args[i]);
			StringBuilder result = new StringBuilder();
			try {
				Case asked = new Case(folder);
				boolean mtom = asked.one("mtom") != null;
				Object port = ports.get(asked.one("wsdl") + mtom);
				if (port == null) {
					port = open(Path.of(args[0], asked.one("description")), new URL(asked.one("wsdl")), mtom);
					ports.put(asked.one("wsdl") + mtom, port);
				}
				call(asked, port, result);
			} catch (SOAPFaultException e) {
				result.setLength(0);
				result.append("{\"outcome\": \"fault\", \"faultcode\": ").append(json(e.getFault().getFaultCode()));
				result.append(", \"faultstring\": ").append(json(e.getFault().getFaultString())).append("}");
			} catch (Throwable e) {
				StringWriter trace = new StringWriter();
				e.printStackTrace(new PrintWriter(trace));
				result.setLength(0);
				result.append("{\"outcome\": \"error\", \"text\": ").append(json(trace.toString())).append("}");
			}
			Files.writeString(folder.resolve("result.json"), result);
		}
	}

	/** The port of the service class generated, for a description that is read now. */
	static Object open(Path classes, URL wsdl, boolean mtom) throws Exception {
		URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, JaxWs.class.getClassLoader());
		Thread.currentThread().setContextClassLoader(loader);
		try (var names = Files.list(classes.resolve("generated"))) {
			for (Path name : names.filter(n -> n.toString().endsWith(".class")).toList()) {
				Class<?> type = loader.loadClass("generated." + name.getFileName().toString().replace(".class", ""));
				WebServiceClient service = type.getAnnotation(WebServiceClient.class);
				if (service == null) {
					continue;
				}
				Object made = type.getConstructor(URL.class).newInstance(wsdl);
				for (Method method : type.getMethods()) {
					if (method.isAnnotationPresent(WebEndpoint.class) && method.getParameterCount() == 1) {
						return method.invoke(made, (Object) new WebServiceFeature[] {new MTOMFeature(mtom)});
					}
				}
			}
		}
		throw new IllegalStateException("no service in " + classes);
	}

	static void call(Case asked, Object port, StringBuilder result) throws Throwable {
		Method method = method(port, asked.one("operation"));
		Parameter[] parameters = method.getParameters();
		Object[] given = new Object[parameters.length];
		Map<String, Object> body = new LinkedHashMap<>();
		Map<String, Object> header = new LinkedHashMap<>();
		for (int i = 0; i < parameters.length; i++) {
			WebParam about = parameters[i].getAnnotation(WebParam.class);
			String path = (about.header() ? "header/" : "payload/") + about.name();
			given[i] = argument(asked, path, parameters[i], about.mode());
			(about.header() ? header : body).put(about.name(), given[i]);
		}
		WSBindingProvider provider = (WSBindingProvider) port;
		provider.setOutboundHeaders(byHand(asked, header.keySet()));
		try {
			Object returned = method.invoke(port, given);
			if (method.getReturnType() != void.class) {
				body.put("return", returned); // the only field of the response
			}
		} catch (InvocationTargetException e) {
			throw e.getCause();
		}
		result.append("{\"outcome\": \"response\", \"read\": {");
		String comma = "";
		for (String path : asked.all("read")) {
			List<String> texts = new ArrayList<>();
			texts(body.get(path.split("/")[0]), path.split("/"), 1, texts);
			result.append(comma).append(json(path)).append(": ").append(texts.stream().map(JaxWs::json).toList());
			comma = ", ";
		}
		result.append("}, \"echo\": {\"userId\": ").append(json(echo(provider, header, "userId")));
		result.append(", \"id\": ").append(json(echo(provider, header, "id"))).append("}}");
	}

	/** The method of an operation in the interface generated. */
	static Method method(Object port, String operation) {
		for (Class<?> type : port.getClass().getInterfaces()) {
			if (!type.isAnnotationPresent(WebService.class)) {
				continue;
			}
			for (Method method : type.getMethods()) {
				if (method.getAnnotation(WebMethod.class).operationName().equals(operation)) {
					return method;
				}
			}
		}
		throw new IllegalStateException("no method for " + operation);
	}

	/** The value of a parameter; what comes back is put into a holder. */
	static Object argument(Case asked, String path, Parameter parameter, WebParam.Mode mode) throws Exception {
		if (mode == WebParam.Mode.IN) {
			return value(asked, path, parameter.getType());
		}
		Holder<Object> holder = new Holder<>();
		if (mode == WebParam.Mode.INOUT) {
			var type = ((ParameterizedType) parameter.getParameterizedType()).getActualTypeArguments()[0];
			holder.value = value(asked, path, (Class<?>) type);
		}
		return holder;
	}

	/** The case's value at a path as an object of a type generated; null if there is none. */
	static Object value(Case asked, String path, Class<?> type) throws Exception {
		String text = asked.one(path);
		if (type == String.class || text == null && asked.below(path).isEmpty()) {
			return text;
		}
		if (type == byte[].class) {
			return Base64.getDecoder().decode(text);
		}
		if (type == Boolean.class || type == boolean.class) {
			return Boolean.valueOf(text);
		}
		if (type == Integer.class || type == int.class) {
			return Integer.valueOf(text);
		}
		if (type == javax.xml.datatype.XMLGregorianCalendar.class) {
			return javax.xml.datatype.DatatypeFactory.newInstance().newXMLGregorianCalendar(text);
		}
		if (type.isEnum()) {
			return type.getMethod("fromValue", String.class).invoke(null, text);
		}
		Object made = type.getConstructor().newInstance();
		for (Method setter : type.getMethods()) {
			if (setter.getName().startsWith("set") && setter.getParameterCount() == 1) {
				String name = setter.getName().substring(3);
				for (String part : asked.below(path)) {
					if (part.equalsIgnoreCase(name)) {
						setter.invoke(made, value(asked, path + "/" + part, setter.getParameterTypes()[0]));
					}
				}
			}
		}
		return made;
	}

	/** The header fields for which the interface has no parameter, as elements of one's own making. */
	static List<Header> byHand(Case asked, Collection<String> declared) throws Exception {
		DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
		factory.setNamespaceAware(true);
		Document document = factory.newDocumentBuilder().newDocument();
		List<Header> list = new ArrayList<>();
		for (String name : asked.below("header")) {
			if (declared.contains(name)) {
				continue;
			}
			boolean party = name.equals("representedParty");
			Element element = document.createElementNS(party ? PARTY : XROAD, name);
			if (asked.one("header/" + name) != null) {
				element.setTextContent(asked.one("header/" + name));
			}
			for (String part : asked.below("header/" + name)) {
				String text = asked.one("header/" + name + "/" + part);
				if (part.equals("objectType")) {
					element.setAttributeNS(ID, "id:objectType", text);
				} else {
					Element inner = document.createElementNS(party ? PARTY : ID, part);
					inner.setTextContent(text);
					element.appendChild(inner);
				}
			}
			list.add(Headers.create(element));
		}
		return list;
	}

	/** A header field of the answer: from the holder that was its parameter, or as an element. */
	static String echo(WSBindingProvider provider, Map<String, Object> header, String name) {
		if (header.get(name) instanceof Holder<?> holder) {
			return (String) holder.value;
		}
		for (Header field : provider.getInboundHeaders()) {
			if (field.getNamespaceURI().equals(XROAD) && field.getLocalPart().equals(name)) {
				return field.getStringContent();
			}
		}
		return null;
	}

	/** The values at a path below an object, as XML writes them. */
	static void texts(Object value, String[] path, int at, List<String> to) throws Exception {
		if (value instanceof Holder<?> holder) {
			texts(holder.value, path, at, to);
		} else if (value instanceof Collection<?> list) {
			for (Object one : list) {
				texts(one, path, at, to);
			}
		} else if (value == null) {
			return;
		} else if (at == path.length) {
			to.add(value.toString());
		} else {
			for (String prefix : new String[] {"get", "is"}) {
				for (Method getter : value.getClass().getMethods()) {
					if (getter.getName().equalsIgnoreCase(prefix + path[at]) && getter.getParameterCount() == 0) {
						texts(getter.invoke(value), path, at + 1, to);
					}
				}
			}
		}
	}

	static String json(String text) {
		if (text == null) {
			return "null";
		}
		StringBuilder out = new StringBuilder("\"");
		for (char c : text.toCharArray()) {
			out.append(c == '"' || c == '\\' || c < 0x20 ? String.format("\\u%04x", (int) c) : String.valueOf(c));
		}
		return out.append('"').toString();
	}

	/** A case, as pairs of path and text. */
	static class Case {
		private final Map<String, List<String>> fields = new LinkedHashMap<>();

		Case(Path folder) throws Exception {
			String[] parts = new String(Files.readAllBytes(folder.resolve("case.fields")), StandardCharsets.UTF_8).split("\0", -1);
			for (int i = 0; i + 1 < parts.length; i += 2) {
				fields.computeIfAbsent(parts[i], p -> new ArrayList<>()).add(parts[i + 1]);
			}
		}

		String one(String path) {
			return fields.containsKey(path) ? fields.get(path).get(0) : null;
		}

		List<String> all(String path) {
			return fields.getOrDefault(path, List.of());
		}

		/** The names of what lies below a path, in the order of the case. */
		Collection<String> below(String path) {
			List<String> names = new ArrayList<>();
			for (String field : fields.keySet()) {
				if (field.startsWith(path + "/")) {
					String name = field.substring(path.length() + 1).split("/")[0];
					if (!names.contains(name)) {
						names.add(name);
					}
				}
			}
			return names;
		}
	}
}
