import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.ua.DSTU4145Params;
import org.bouncycastle.asn1.ua.UAObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.DSTU7564Digest;
import org.bouncycastle.crypto.digests.GOST3411Digest;
import org.bouncycastle.jce.interfaces.ECPublicKey;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jce.spec.ECPrivateKeySpec;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.ContentVerifier;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.RuntimeOperatorException;
import org.bouncycastle.util.CollectionStore;

/**
 * Signs and verifies by DSTU 4145 with Bouncy Castle, whose CMS layer does not know the algorithm by name: here is what
 * it has to be told.
 *
 * <pre>
 * hash gost34311|kupyna256 FILE           prints the hash in hexadecimal
 * sign CERTIFICATE KEY CONTENT OUT FLAGS  KEY holds the private scalar in hexadecimal; FLAGS are attached or detached,
 *                                         and bare or wrapped, joined by a comma
 * verify CONTAINER CONTENT ROOTS ISSUERS  detached; DSTU chains only
 * crl LIST ISSUERS                        the list's signature
 * </pre>
 */
public final class BouncyCastle {
    private static final AlgorithmIdentifier GOST34311 = new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.804.2.1.1.1.1.2.1"));
    private static final AlgorithmIdentifier DSTU4145 = new AlgorithmIdentifier(UAObjectIdentifiers.dstu4145le);

    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        switch (args[0]) {
            case "hash" -> hash(args[1], Path.of(args[2]));
            case "sign" -> sign(Path.of(args[1]), Files.readString(Path.of(args[2])), Path.of(args[3]), Path.of(args[4]), List.of(args[5].split(",")));
            case "verify" -> verify(Path.of(args[1]), Path.of(args[2]), Path.of(args[3]), Path.of(args[4]));
            case "crl" -> revocationList(Path.of(args[1]), Path.of(args[2]));
            default -> throw new IllegalArgumentException("unknown command " + args[0]);
        }
    }

    private static void hash(String algorithm, Path file) throws Exception {
        Digest digest = algorithm.equals("kupyna256") ? new DSTU7564Digest(256) : gost34311();
        byte[] content = Files.readAllBytes(file);
        digest.update(content, 0, content.length);
        System.out.println(HexFormat.of().formatHex(finish(digest)));
    }

    private static void sign(Path certificateFile, String scalar, Path contentFile, Path out, List<String> flags) throws Exception {
        X509CertificateHolder certificate = new X509CertificateHolder(Files.readAllBytes(certificateFile));
        ECPublicKey publicKey = (ECPublicKey) publicKey(certificate);
        PrivateKey key = KeyFactory.getInstance("DSTU4145", "BC")
            .generatePrivate(new ECPrivateKeySpec(new BigInteger(scalar, 16), publicKey.getParameters()));
        Digest ofCertificate = gost34311();
        ofCertificate.update(certificate.getEncoded(), 0, certificate.getEncoded().length);
        byte[] certificateHash = finish(ofCertificate);

        SignerInfoGeneratorBuilder builder = new SignerInfoGeneratorBuilder(algorithm -> new Gost34311Calculator());
        DefaultSignedAttributeTableGenerator usual = new DefaultSignedAttributeTableGenerator();
        builder.setContentDigest(GOST34311);
        builder.setSignedAttributeGenerator(parameters -> {
            // It adds the time, and the attribute of RFC 6211 that nobody else here sends.
            AttributeTable attributes = usual.getAttributes(parameters);
            return attributes.add(PKCSObjectIdentifiers.id_aa_signingCertificateV2,
                new SigningCertificateV2(new ESSCertIDv2(GOST34311, certificateHash)));
        });
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(builder.build(new Signer(key, flags.contains("wrapped")), certificate));
        generator.addCertificates(new CollectionStore<>(List.of(certificate)));
        CMSSignedData signed = generator.generate(new CMSProcessableByteArray(Files.readAllBytes(contentFile)), flags.contains("attached"));
        Files.write(out, signed.toASN1Structure().getEncoded("DER"));
    }

    private static void verify(Path containerFile, Path contentFile, Path roots, Path issuers) throws Exception {
        CMSSignedData signed =
            new CMSSignedData(new CMSProcessableByteArray(Files.readAllBytes(contentFile)), Files.readAllBytes(containerFile));
        for (SignerInformation signer : signed.getSignerInfos()) {
            X509CertificateHolder certificate = (X509CertificateHolder) signed.getCertificates().getMatches(signer.getSID()).iterator().next();
            SignerInformationVerifier verifier = new SignerInformationVerifier((digest, signature) -> "DSTU4145",
                name -> DSTU4145, new Verifiers(publicKey(certificate), certificate), algorithm -> new Gost34311Calculator());
            if (!signer.verify(verifier)) {
                throw new GeneralSecurityException("the signature does not hold");
            }
            X509CertificateHolder issuer = issuerOf(certificate, certificates(issuers));
            X509CertificateHolder root = issuerOf(issuer, certificates(roots));
            issuerOf(root, List.of(root));
            System.out.println(certificate.getSubject());
        }
    }

    private static void revocationList(Path list, Path issuers) throws Exception {
        X509CRLHolder crl = new X509CRLHolder(Files.readAllBytes(list));
        for (X509CertificateHolder issuer : certificates(issuers)) {
            if (issuer.getSubject().equals(crl.getIssuer()) && crl.isSignatureValid(new Verifiers(publicKey(issuer), issuer))) {
                return;
            }
        }
        throw new GeneralSecurityException("no issuer's key made this list");
    }

    /** Finds who issued a certificate, by name and by the signature itself. */
    private static X509CertificateHolder issuerOf(X509CertificateHolder certificate, List<X509CertificateHolder> candidates) throws Exception {
        for (X509CertificateHolder candidate : candidates) {
            if (candidate.getSubject().equals(certificate.getIssuer())
                && certificate.isSignatureValid(new Verifiers(publicKey(candidate), candidate))) {
                return candidate;
            }
        }
        throw new GeneralSecurityException("no issuer of " + certificate.getSubject());
    }

    private static List<X509CertificateHolder> certificates(Path file) throws Exception {
        List<X509CertificateHolder> found = new ArrayList<>();
        try (PEMParser parser = new PEMParser(Files.newBufferedReader(file))) {
            for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
                found.add((X509CertificateHolder) next);
            }
        }
        return found;
    }

    private static PublicKey publicKey(X509CertificateHolder certificate) throws Exception {
        return BouncyCastleProvider.getPublicKey(certificate.getSubjectPublicKeyInfo());
    }

    /** GOST 34.311 is the hash of GOST R 34.11-94 with another table of substitutions. */
    private static Digest gost34311() {
        byte[] packed = DSTU4145Params.getDefaultDKE();
        byte[] table = new byte[packed.length * 2];
        for (int i = 0; i < packed.length; i++) {
            table[2 * i] = (byte) (packed[i] >> 4 & 0xf);
            table[2 * i + 1] = (byte) (packed[i] & 0xf);
        }
        return new GOST3411Digest(table);
    }

    private static byte[] finish(Digest digest) {
        byte[] out = new byte[digest.getDigestSize()];
        digest.doFinal(out, 0);
        return out;
    }

    private static final class Gost34311Calculator implements DigestCalculator {
        private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return GOST34311;
        }

        @Override
        public OutputStream getOutputStream() {
            return seen;
        }

        @Override
        public byte[] getDigest() {
            Digest digest = gost34311();
            digest.update(seen.toByteArray(), 0, seen.size());
            return finish(digest);
        }
    }

    /** The provider puts r and s into an OCTET STRING of their own, as some producers do; most leave them bare. */
    private record Signer(PrivateKey key, boolean wrapped, ByteArrayOutputStream seen) implements ContentSigner {
        Signer(PrivateKey key, boolean wrapped) {
            this(key, wrapped, new ByteArrayOutputStream());
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return DSTU4145;
        }

        @Override
        public OutputStream getOutputStream() {
            return seen;
        }

        @Override
        public byte[] getSignature() {
            try {
                Signature signature = Signature.getInstance("GOST3411WITHDSTU4145LE", "BC");
                signature.initSign(key);
                signature.update(seen.toByteArray());
                byte[] value = signature.sign();
                return wrapped ? value : Arrays.copyOfRange(value, 2, value.length);
            } catch (GeneralSecurityException e) {
                throw new RuntimeOperatorException("sign", e);
            }
        }
    }

    private record Verifiers(PublicKey key, X509CertificateHolder certificate) implements ContentVerifierProvider {
        @Override
        public boolean hasAssociatedCertificate() {
            return true;
        }

        @Override
        public X509CertificateHolder getAssociatedCertificate() {
            return certificate;
        }

        @Override
        public ContentVerifier get(AlgorithmIdentifier algorithm) {
            return new Verifier(key, algorithm, new ByteArrayOutputStream());
        }
    }

    private record Verifier(PublicKey key, AlgorithmIdentifier algorithm, ByteArrayOutputStream seen) implements ContentVerifier {
        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return algorithm;
        }

        @Override
        public OutputStream getOutputStream() {
            return seen;
        }

        @Override
        public boolean verify(byte[] value) {
            if (!algorithm.getAlgorithm().equals(UAObjectIdentifiers.dstu4145le)) {
                return false;
            }
            try {
                Signature signature = Signature.getInstance("GOST3411WITHDSTU4145LE", "BC");
                signature.initVerify(key);
                signature.update(seen.toByteArray());
                boolean wrapped = value.length > 2 && value[0] == 4 && value[1] == value.length - 2;
                return signature.verify(wrapped ? value : new DEROctetString(value).getEncoded());
            } catch (Exception e) {
                throw new RuntimeOperatorException("verify", e);
            }
        }
    }
}
