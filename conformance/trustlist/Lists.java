import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.signature.SignatureCryptographicVerification;
import eu.europa.esig.dss.spi.signature.AdvancedSignature;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import eu.europa.esig.dss.xades.tsl.TrustedListV5SignatureParametersBuilder;
import eu.europa.esig.dss.xades.validation.XMLDocumentAnalyzer;
import java.io.File;
import java.security.KeyStore;
import java.util.List;

/**
 * Signs a list of trusted services with EU DSS, or verifies the signature of one:
 * sign LIST P12 ALGORITHM DIGEST OUT, with the password "test"; verify LIST.
 */
public class Lists {
    public static void main(String[] a) throws Exception {
        if (a[0].equals("verify")) {
            verify(new FileDocument(a[1]));
            return;
        }
        sign(new FileDocument(a[1]), new File(a[2]), EncryptionAlgorithm.valueOf(a[3]), DigestAlgorithm.valueOf(a[4]), a[5]);
    }

    static void sign(DSSDocument list, File p12, EncryptionAlgorithm algorithm, DigestAlgorithm digest, String out) throws Exception {
        try (Pkcs12SignatureToken token = new Pkcs12SignatureToken(p12, new KeyStore.PasswordProtection("test".toCharArray()))) {
            DSSPrivateKeyEntry key = token.getKeys().get(0);
            TrustedListV5SignatureParametersBuilder builder = new TrustedListV5SignatureParametersBuilder(key.getCertificate(), list);
            builder.setDigestAlgorithm(digest).setReferenceDigestAlgorithm(digest);
            builder.setEncryptionAlgorithm(algorithm);
            XAdESSignatureParameters parameters = builder.build();
            XAdESService service = new XAdESService(new CommonCertificateVerifier());
            var value = token.sign(service.getDataToSign(list, parameters), parameters.getSignatureAlgorithm(), key);
            service.signDocument(list, parameters, value).save(out);
        }
    }

    static void verify(DSSDocument list) {
        XMLDocumentAnalyzer analyzer = new XMLDocumentAnalyzer(list);
        analyzer.setCertificateVerifier(new CommonCertificateVerifier());
        List<AdvancedSignature> signatures = analyzer.getSignatures();
        SignatureCryptographicVerification result = signatures.get(0).getSignatureCryptographicVerification();
        boolean good = signatures.size() == 1 && result.isReferenceDataFound() && result.isReferenceDataIntact() && result.isSignatureIntact();
        System.out.println(good ? "intact" : "not intact: " + result.getErrorMessage());
        System.exit(good ? 0 : 1);
    }
}
