import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ua.DSTU4145NamedCurves;
import org.bouncycastle.asn1.ua.DSTU4145PointEncoder;
import org.bouncycastle.crypto.BasicAgreement;
import org.bouncycastle.crypto.agreement.ECDHBasicAgreement;
import org.bouncycastle.crypto.agreement.ECDHCBasicAgreement;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.DSTU4145Signer;
import org.bouncycastle.math.ec.ECPoint;

/**
 * Answers a line for every line it reads. Octets are hexadecimal, - if there are none, least significant first as in
 * certificates.
 *
 * <pre>
 * curve OID …                    nothing to do: it knows the curves
 * verify OID KEY DIGEST SIG      true or false
 * sign OID D DIGEST              KEY SIG
 * key OID KEY                    x and y, big-endian
 * agree OID D KEY standard|cofactor  the shared x, big-endian
 * </pre>
 */
public final class Dstu4145 {
    private static final HexFormat HEX = HexFormat.of();
    private static final SecureRandom RANDOM = new SecureRandom();

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = answer(line.split(" "));
            } catch (RuntimeException e) {
                answer = "error " + e;
            }
            out.println(answer.replace('\n', ' '));
        }
    }

    private static String answer(String[] words) {
        if (words[0].equals("curve")) {
            return "ok";
        }
        ECDomainParameters curve = DSTU4145NamedCurves.getByOID(new ASN1ObjectIdentifier(words[1]));
        int half = (curve.getN().bitLength() + 7) / 8;
        return switch (words[0]) {
            case "verify" -> {
                DSTU4145Signer signer = new DSTU4145Signer();
                signer.init(false, new ECPublicKeyParameters(point(curve, words[2]), curve));
                byte[] signature = octets(words[4]);
                if (signature.length != 2 * half) {
                    throw new IllegalArgumentException("length");
                }
                yield "" + signer.verifySignature(octets(words[3]), number(Arrays.copyOf(signature, half)),
                    number(Arrays.copyOfRange(signature, half, 2 * half)));
            }
            case "sign" -> {
                BigInteger d = number(octets(words[2]));
                DSTU4145Signer signer = new DSTU4145Signer();
                signer.init(true, new ParametersWithRandom(new ECPrivateKeyParameters(d, curve), RANDOM));
                BigInteger[] rs = signer.generateSignature(octets(words[3]));
                byte[] key = reversed(DSTU4145PointEncoder.encodePoint(curve.getG().multiply(d).negate().normalize()));
                yield HEX.formatHex(key) + " " + HEX.formatHex(little(rs[0], half)) + HEX.formatHex(little(rs[1], half));
            }
            case "key" -> {
                ECPoint q = point(curve, words[2]);
                yield q.getAffineXCoord().toBigInteger().toString(16) + " " + q.getAffineYCoord().toBigInteger().toString(16);
            }
            case "agree" -> {
                BasicAgreement agreement = words[4].equals("cofactor") ? new ECDHCBasicAgreement() : new ECDHBasicAgreement();
                agreement.init(new ECPrivateKeyParameters(number(octets(words[2])), curve));
                yield agreement.calculateAgreement(new ECPublicKeyParameters(point(curve, words[3]), curve)).toString(16);
            }
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static ECPoint point(ECDomainParameters curve, String key) {
        return DSTU4145PointEncoder.decodePoint(curve.getCurve(), reversed(octets(key)));
    }

    private static byte[] octets(String word) {
        return word.equals("-") ? new byte[0] : HEX.parseHex(word);
    }

    private static BigInteger number(byte[] little) {
        return new BigInteger(1, reversed(little));
    }

    private static byte[] little(BigInteger v, int length) {
        return Arrays.copyOf(reversed(v.toByteArray()), length);
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] out = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            out[i] = bytes[bytes.length - 1 - i];
        }
        return out;
    }
}
