import eu.europa.esig.dss.asic.cades.ASiCWithCAdESSignatureParameters;
import eu.europa.esig.dss.asic.cades.signature.ASiCWithCAdESService;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * Verifies and makes signatures with EU DSS, one for each line of standard input, and says what came of it in a line of
 * standard output. Nothing is fetched: the files root.cer, ca.cer, ca.crl and root.crl of the folder are all there is.
 *
 * <pre>
 * verify  FILE  CONTENT or -  lists or none           ->  indication/subindication[/TIME_STAMP]  level ...   (of each signature)
 * extend  OUT   cades|asics|asice  FILE   CONTENT or -  ->  done   (from B-T to B-LTA)
 * sign    OUT   cades|asics|asice  LEVEL  attached|detached  KEY  CERTIFICATE  new|old  DOCUMENT...  ->  done
 * </pre>
 */
public final class Dss {
    private final Path folder;
    private final CertificateToken root;
    private final CertificateToken authority;
    private final KeyEntityTSPSource stamps;
    private final Date stamped;
    private final Date stated;

    /** Signatures are stamped before the lists are stated, and extended when they are. */
    private Dss(Path folder, Date stamped, Date stated) throws Exception {
        this.folder = folder;
        this.stamped = stamped;
        this.stated = stated;
        root = certificate("root.cer");
        authority = certificate("ca.cer");
        stamps = new KeyEntityTSPSource(key("tsa.key"), certificate("tsa.cer"), List.of(certificate("tsa.cer"), authority, root));
        stamps.setTsaPolicy("0.4.0.2023.1.1");
    }

    public static void main(String[] args) throws Exception {
        Dss dss = new Dss(Path.of(args[0]), date(args[1]), date(args[2]));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String answer;
            try {
                String[] words = line.split("\t");
                answer = switch (words[0]) {
                    case "verify" -> dss.verify(words);
                    case "extend" -> dss.extend(words);
                    default -> dss.sign(words);
                };
            } catch (Exception e) {
                answer = "exception\t" + String.valueOf(e).replaceAll("\\s+", " ");
            }
            System.out.println(answer);
        }
    }

    private static Date date(String seconds) {
        return new Date(Long.parseLong(seconds) * 1000);
    }

    private CertificateToken certificate(String name) {
        return DSSUtils.loadCertificate(folder.resolve(name).toFile());
    }

    private InputStream list(String name) throws IOException {
        return new ByteArrayInputStream(Files.readAllBytes(folder.resolve(name)));
    }

    private PrivateKey key(String name) throws Exception {
        byte[] encoded = Files.readAllBytes(folder.resolve(name));
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (InvalidKeySpecException e) {
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        }
    }

    private CommonCertificateVerifier verifier(boolean lists) throws IOException {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        trusted.addCertificate(root);
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        verifier.setAIASource(null);
        if (lists) {
            CommonCertificateSource known = new CommonCertificateSource();
            known.addCertificate(authority);
            verifier.setAdjunctCertSources(known);
            verifier.setCrlSource(new ExternalResourcesCRLSource(list("ca.crl"), list("root.crl")));
        }
        return verifier;
    }

    private String verify(String[] words) throws IOException {
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(folder.resolve(words[1]).toFile()));
        validator.setCertificateVerifier(verifier(words[3].equals("lists")));
        if (!words[2].equals("-")) {
            validator.setDetachedContents(List.of(new FileDocument(folder.resolve(words[2]).toFile())));
        }
        SimpleReport report = validator.validateDocument().getSimpleReport();
        StringBuilder out = new StringBuilder();
        for (String id : report.getSignatureIdList()) {
            // DSS passes over a time-stamp that is wrong when the signature is good without it.
            boolean stampsPass = report.getSignatureTimestamps(id).stream().allMatch(t -> t.getIndication() == Indication.PASSED);
            out.append(out.length() > 0 ? "\t" : "").append(report.getIndication(id)).append('/').append(report.getSubIndication(id))
                    .append(stampsPass ? "" : "/TIME_STAMP").append('\t').append(report.getSignatureFormat(id));
        }
        return out.length() > 0 ? out.toString() : "no signatures";
    }

    private String sign(String[] words) throws Exception {
        List<DSSDocument> documents = new ArrayList<>();
        for (int i = 8; i < words.length; i++) {
            File file = folder.resolve(words[i]).toFile();
            documents.add(new InMemoryDocument(Files.readAllBytes(file.toPath()), file.getName()));
        }
        // A level with statements is reached from one with a time-stamp, so that the lists are younger than it.
        SignatureLevel level = SignatureLevel.valueOf("CAdES_BASELINE_" + words[3]);
        boolean isLong = words[3].startsWith("LT");
        SignatureLevel first = isLong ? SignatureLevel.CAdES_BASELINE_T : level;
        stamps.setProductionTime(stamped);
        PrivateKey key = key(words[5]);
        CertificateToken signer = certificate(words[6]);
        DSSDocument signed;
        if (words[2].equals("cades")) {
            CAdESSignatureParameters parameters = new CAdESSignatureParameters();
            parameters.setSignaturePackaging(words[4].equals("detached") ? SignaturePackaging.DETACHED : SignaturePackaging.ENVELOPING);
            fill(parameters, first, signer, words[7]);
            CAdESService service = new CAdESService(verifier(true));
            service.setTspSource(stamps);
            ToBeSigned data = service.getDataToSign(documents.get(0), parameters);
            signed = service.signDocument(documents.get(0), parameters, value(data, key));
            if (isLong) {
                parameters.setSignatureLevel(level);
                parameters.setDetachedContents(documents);
                stamps.setProductionTime(stated);
                signed = service.extendDocument(signed, parameters);
            }
        } else {
            ASiCWithCAdESSignatureParameters parameters = new ASiCWithCAdESSignatureParameters();
            parameters.aSiC().setContainerType(words[2].equals("asice") ? ASiCContainerType.ASiC_E : ASiCContainerType.ASiC_S);
            fill(parameters, first, signer, words[7]);
            ASiCWithCAdESService service = new ASiCWithCAdESService(verifier(true));
            service.setTspSource(stamps);
            ToBeSigned data = service.getDataToSign(documents, parameters);
            signed = service.signDocument(documents, parameters, value(data, key));
            if (isLong) {
                parameters.setSignatureLevel(level);
                stamps.setProductionTime(stated);
                signed = service.extendDocument(signed, parameters);
            }
        }
        Files.write(folder.resolve(words[1]), DSSUtils.toByteArray(signed));
        return "done";
    }

    private String extend(String[] words) throws Exception {
        stamps.setProductionTime(stated);
        DSSDocument document = new FileDocument(folder.resolve(words[3]).toFile());
        DSSDocument extended;
        if (words[2].equals("cades")) {
            CAdESSignatureParameters parameters = new CAdESSignatureParameters();
            parameters.setSignatureLevel(SignatureLevel.CAdES_BASELINE_LTA);
            if (!words[4].equals("-")) {
                parameters.setDetachedContents(List.of(new FileDocument(folder.resolve(words[4]).toFile())));
            }
            CAdESService service = new CAdESService(verifier(true));
            service.setTspSource(stamps);
            extended = service.extendDocument(document, parameters);
        } else {
            ASiCWithCAdESSignatureParameters parameters = new ASiCWithCAdESSignatureParameters();
            parameters.setSignatureLevel(SignatureLevel.CAdES_BASELINE_LTA);
            parameters.aSiC().setContainerType(words[2].equals("asice") ? ASiCContainerType.ASiC_E : ASiCContainerType.ASiC_S);
            ASiCWithCAdESService service = new ASiCWithCAdESService(verifier(true));
            service.setTspSource(stamps);
            extended = service.extendDocument(document, parameters);
        }
        Files.write(folder.resolve(words[1]), DSSUtils.toByteArray(extended));
        return "done";
    }

    private void fill(CAdESSignatureParameters parameters, SignatureLevel level, CertificateToken signer, String index) {
        parameters.setSignatureLevel(level);
        parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
        parameters.setSigningCertificate(signer);
        parameters.setCertificateChain(signer, authority, root);
        parameters.bLevel().setSigningDate(stamped);
        // The form of the index of archive time-stamps: of EN 319 122-1 or of TS 101 733.
        parameters.setEn319122(index.equals("new"));
    }

    private static SignatureValue value(ToBeSigned data, PrivateKey key) throws Exception {
        boolean isRSA = key.getAlgorithm().equals("RSA");
        Signature signature = Signature.getInstance(isRSA ? "SHA256withRSA" : "SHA256withECDSA");
        signature.initSign(key);
        signature.update(data.getBytes());
        return new SignatureValue(isRSA ? SignatureAlgorithm.RSA_SHA256 : SignatureAlgorithm.ECDSA_SHA256, signature.sign());
    }
}
