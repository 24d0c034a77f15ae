import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Date;
import java.util.Hashtable;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSAuthEnvelopedData;
import org.bouncycastle.cms.CMSAuthEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.Recipient;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.RecipientInformationStore;
import org.bouncycastle.cms.SimpleAttributeTableGenerator;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.bouncycastle.operator.jcajce.JcaAlgorithmParametersConverter;

/**
 * Encrypts and decrypts with Bouncy Castle. Each line of a file of tab-separated values is one task, answered by one
 * line: "ok" or why not.
 *
 * <pre>
 * open FOLDER LINES   container, recipient, content
 * make FOLDER LINES   content, recipient, cipher, container
 * key  FOLDER LINES   name, password
 * </pre>
 */
public final class BouncyCastle {
    private static final String PROVIDER = "BC";

    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        Path folder = Path.of(args[1]);
        for (String line : Files.readAllLines(Path.of(args[2]))) {
            String[] task = line.split("\t");
            try {
                switch (args[0]) {
                    case "open" -> open(folder, task[0], task[1], task[2]);
                    case "make" -> make(folder, task[0], task[1], task[2], task[3]);
                    case "key" -> openKey(folder, task[0], task[1]);
                    default -> throw new IllegalArgumentException("unknown command " + args[0]);
                }
                System.out.println("ok");
            } catch (Exception e) {
                System.out.println(e.toString().replace('\n', ' '));
            }
        }
    }

    private static void open(Path folder, String container, String recipient, String content) throws Exception {
        X509Certificate certificate = certificate(folder, recipient);
        PrivateKey key = key(folder, recipient, certificate.getPublicKey());
        byte[] data = Files.readAllBytes(folder.resolve(container));
        boolean authenticated = ContentInfo.getInstance(data).getContentType().equals(CMSObjectIdentifiers.authEnvelopedData);
        RecipientInformationStore recipients = authenticated
            ? new CMSAuthEnvelopedData(data).getRecipientInfos()
            : new CMSEnvelopedData(data).getRecipientInfos();
        Recipient how = certificate.getPublicKey() instanceof ECPublicKey
            ? new JceKeyAgreeEnvelopedRecipient(key).setProvider(PROVIDER)
            : new JceKeyTransEnvelopedRecipient(key).setProvider(PROVIDER);
        byte[] got = recipients.getRecipients().iterator().next().getContent(how);
        if (!Arrays.equals(got, Files.readAllBytes(folder.resolve(content)))) {
            throw new Exception("other content");
        }
    }

    private static void make(Path folder, String content, String recipient, String cipher, String container) throws Exception {
        RecipientInfoGenerator generator = generator(certificate(folder, recipient));
        CMSProcessableByteArray data = new CMSProcessableByteArray(Files.readAllBytes(folder.resolve(content)));
        ASN1ObjectIdentifier oid = switch (cipher) {
            case "AES128-CBC" -> CMSAlgorithm.AES128_CBC;
            case "AES256-CBC" -> CMSAlgorithm.AES256_CBC;
            case "AES128-GCM" -> CMSAlgorithm.AES128_GCM;
            default -> CMSAlgorithm.AES256_GCM;
        };
        JceCMSContentEncryptorBuilder encryptor = new JceCMSContentEncryptorBuilder(oid).setProvider(PROVIDER);
        byte[] out;
        if (cipher.endsWith("GCM")) {
            CMSAuthEnvelopedDataGenerator g = new CMSAuthEnvelopedDataGenerator();
            g.addRecipientInfoGenerator(generator);
            if (turn % 3 > 0) { // the tag covers these in DER order
                Hashtable<ASN1ObjectIdentifier, Attribute> attributes = new Hashtable<>();
                attributes.put(CMSAttributes.contentType, new Attribute(CMSAttributes.contentType, new DERSet(CMSObjectIdentifiers.data)));
                attributes.put(CMSAttributes.signingTime, new Attribute(CMSAttributes.signingTime, new DERSet(new Time(new Date()))));
                g.setAuthenticatedAttributeGenerator(new SimpleAttributeTableGenerator(new AttributeTable(attributes)));
            }
            out = g.generate(data, (OutputAEADEncryptor) encryptor.build()).getEncoded();
        } else {
            CMSEnvelopedDataGenerator g = new CMSEnvelopedDataGenerator();
            g.addRecipientInfoGenerator(generator);
            out = g.generate(data, encryptor.build()).getEncoded();
        }
        Files.write(folder.resolve(container), out);
    }

    private static void openKey(Path folder, String name, String password) throws Exception {
        X509Certificate certificate = certificate(folder, name);
        KeyStore store = load(folder, name, password);
        if (!certificate.equals(store.getCertificate(name)) || !key(folder, name, certificate.getPublicKey()).equals(store.getKey(name, null))) {
            throw new Exception("another key or certificate");
        }
        try {
            load(folder, name, password + "x");
        } catch (java.io.IOException expected) {
            return;
        }
        throw new Exception("opens with another password");
    }

    private static KeyStore load(Path folder, String name, String password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12", PROVIDER);
        store.load(new ByteArrayInputStream(Files.readAllBytes(folder.resolve(name + ".p12"))), password.toCharArray());
        return store;
    }

    private static int turn;

    /** The hashes, key wraps and paddings take turns. */
    private static RecipientInfoGenerator generator(X509Certificate certificate) throws Exception {
        turn++;
        if (certificate.getPublicKey() instanceof ECPublicKey peer) {
            KeyPairGenerator g = KeyPairGenerator.getInstance("EC", PROVIDER);
            g.initialize(peer.getParams());
            KeyPair own = g.generateKeyPair();
            ASN1ObjectIdentifier[] agreements = {
                CMSAlgorithm.ECDH_SHA256KDF, CMSAlgorithm.ECDH_SHA384KDF, CMSAlgorithm.ECDH_SHA512KDF, CMSAlgorithm.ECCDH_SHA256KDF, CMSAlgorithm.ECDH_SHA1KDF,
            };
            ASN1ObjectIdentifier[] wraps = {CMSAlgorithm.AES128_WRAP, CMSAlgorithm.AES192_WRAP, CMSAlgorithm.AES256_WRAP};
            return new JceKeyAgreeRecipientInfoGenerator(agreements[turn % agreements.length], own.getPrivate(), own.getPublic(), wraps[turn % wraps.length])
                .addRecipient(certificate).setProvider(PROVIDER);
        }
        if (turn % 2 == 0) {
            return new JceKeyTransRecipientInfoGenerator(certificate).setProvider(PROVIDER);
        }
        String hash = turn % 4 == 1 ? "SHA-256" : "SHA-512";
        return new JceKeyTransRecipientInfoGenerator(certificate, new JcaAlgorithmParametersConverter().getAlgorithmIdentifier(
            PKCSObjectIdentifiers.id_RSAES_OAEP,
            new OAEPParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), PSource.PSpecified.DEFAULT)))
            .setProvider(PROVIDER);
    }

    private static X509Certificate certificate(Path folder, String name) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509", PROVIDER)
            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(folder.resolve(name + ".cer"))));
    }

    private static PrivateKey key(Path folder, String name, PublicKey of) throws Exception {
        return KeyFactory.getInstance(of.getAlgorithm(), PROVIDER)
            .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(folder.resolve(name + ".key"))));
    }
}
