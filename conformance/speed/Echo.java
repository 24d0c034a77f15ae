import com.pkrete.xrd4j.common.message.ServiceRequest;
import com.pkrete.xrd4j.common.message.ServiceResponse;
import com.pkrete.xrd4j.common.util.SOAPHelper;
import com.pkrete.xrd4j.server.deserializer.AbstractCustomRequestDeserializer;
import com.pkrete.xrd4j.server.deserializer.ServiceRequestDeserializerImpl;
import com.pkrete.xrd4j.server.serializer.AbstractServiceResponseSerializer;
import com.sun.management.OperatingSystemMXBean;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.xml.soap.Node;
import javax.xml.soap.SOAPElement;
import javax.xml.soap.SOAPEnvelope;
import javax.xml.soap.SOAPException;
import javax.xml.soap.SOAPMessage;

/**
 * Echoes a message with XRd4J over and over, and prints the processor's time for one, garbage collection and what is still
 * compiled included: {@code Echo REQUEST SECONDS}.
 */
public final class Echo {
	private static final String[] FIELDS = {"firstName", "lastName", "birthDate", "documentNumber", "note"};

	private static final class Reader extends AbstractCustomRequestDeserializer<Map<String, String>> {
		@Override
		protected Map<String, String> deserializeRequest(Node node, SOAPMessage message) {
			return SOAPHelper.nodesToMap(node.getChildNodes());
		}
	}

	private static final class Writer extends AbstractServiceResponseSerializer {
		@Override
		@SuppressWarnings("unchecked")
		protected void serializeResponse(ServiceResponse response, SOAPElement element, SOAPEnvelope envelope) throws SOAPException {
			Map<String, String> said = (Map<String, String>) response.getResponseData();
			for (String name : FIELDS) {
				element.addChildElement(envelope.createName(name)).addTextNode(said.get(name));
			}
		}
	}

	@SuppressWarnings({"unchecked", "rawtypes"})
	private static byte[] echo(byte[] request) throws Exception {
		ServiceRequest read = new ServiceRequestDeserializerImpl().deserialize(SOAPHelper.toSOAP(new ByteArrayInputStream(request)));
		read.setProcessingWrappers(false);
		read.getProducer().setNamespaceUrl("https://register.example/services");
		read.getProducer().setNamespacePrefix("reg");
		new Reader().deserialize(read);
		ServiceResponse answer = new ServiceResponse(read.getConsumer(), read.getProducer(), read.getId());
		answer.setProcessingWrappers(false);
		answer.setAddNamespaceToServiceResponse(false); // it would, in documents of this SAAJ, fail
		answer.setAddNamespaceToRequest(false);
		answer.setAddNamespaceToResponse(false);
		answer.setResponseData(read.getRequestData());
		return SOAPHelper.toByteArray(new Writer().serialize(answer, read));
	}

	public static void main(String[] args) throws Exception {
		byte[] request = Files.readAllBytes(Path.of(args[0]));
		long nanoseconds = (long) (Double.parseDouble(args[1]) * 1e9);
		System.err.println(new String(echo(request), "UTF-8"));
		for (int i = 0; i < 5000; i++) { // until it is compiled
			echo(request);
		}
		OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
		long count = 0;
		long before = process.getProcessCpuTime();
		for (long end = System.nanoTime() + nanoseconds; System.nanoTime() < end; count++) {
			echo(request);
		}
		System.out.printf("BenchmarkEcho/xrd4j\t%8d\t%10d ns/op%n", count, (process.getProcessCpuTime() - before) / count);
	}
}
