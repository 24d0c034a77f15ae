import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.asn1.ua.DSTU4145Params;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.Mac;
import org.bouncycastle.crypto.StreamCipher;
import org.bouncycastle.crypto.digests.DSTU7564Digest;
import org.bouncycastle.crypto.digests.GOST3411Digest;
import org.bouncycastle.crypto.engines.DSTU7624Engine;
import org.bouncycastle.crypto.engines.DSTU7624WrapEngine;
import org.bouncycastle.crypto.engines.GOST28147Engine;
import org.bouncycastle.crypto.macs.DSTU7564Mac;
import org.bouncycastle.crypto.macs.DSTU7624Mac;
import org.bouncycastle.crypto.macs.GOST28147Mac;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.macs.KGMac;
import org.bouncycastle.crypto.modes.AEADBlockCipher;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.modes.CFBBlockCipher;
import org.bouncycastle.crypto.modes.GOFBBlockCipher;
import org.bouncycastle.crypto.modes.KCCMBlockCipher;
import org.bouncycastle.crypto.modes.KCTRBlockCipher;
import org.bouncycastle.crypto.modes.KGCMBlockCipher;
import org.bouncycastle.crypto.modes.KXTSBlockCipher;
import org.bouncycastle.crypto.modes.OFBBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.bouncycastle.crypto.params.ParametersWithSBox;

/**
 * Answers questions about symmetric algorithms, one a line on standard input: algorithm, bits of the block or the digest,
 * bytes of the authentication code, and in hexadecimal key, start vector, additional data and message. The answer is
 * hexadecimal, or a word that begins with an exclamation mark.
 */
public final class BouncyCastle {
    private static final HexFormat HEX = HexFormat.of();

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        StringBuilder out = new StringBuilder();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] field = line.split(" ", -1);
            try {
                out.append(HEX.formatHex(answer(field[0], Integer.parseInt(field[1]), Integer.parseInt(field[2]), HEX.parseHex(field[3]),
                    HEX.parseHex(field[4]), HEX.parseHex(field[5]), HEX.parseHex(field[6]))));
            } catch (Exception e) {
                out.append('!').append(e.getClass().getSimpleName());
            }
            out.append('\n');
        }
        System.out.print(out);
    }

    private static byte[] answer(String algorithm, int bits, int size, byte[] key, byte[] iv, byte[] additional, byte[] message) throws Exception {
        KeyParameter plain = new KeyParameter(key);
        ParametersWithIV withVector = new ParametersWithIV(plain, iv);
        switch (algorithm) {
            case "kupyna":
                return digest(new DSTU7564Digest(bits), message);
            case "kupyna-mac":
                return mac(new DSTU7564Mac(bits), plain, message);
            case "kalyna-ecb":
                return blocks(new DSTU7624Engine(bits), plain, message);
            case "kalyna-cbc":
                return blocks(new CBCBlockCipher(new DSTU7624Engine(bits)), withVector, message);
            case "kalyna-cfb":
                return blocks(new CFBBlockCipher(new DSTU7624Engine(bits), bits), withVector, message);
            case "kalyna-ofb":
                return stream(new OFBBlockCipher(new DSTU7624Engine(bits), bits), withVector, message);
            case "kalyna-ctr":
                return stream(new KCTRBlockCipher(new DSTU7624Engine(bits)), withVector, message);
            case "kalyna-cmac":
                return mac(new DSTU7624Mac(bits, 8 * size), plain, message);
            case "kalyna-gmac":
                return mac(new KGMac(new KGCMBlockCipher(new DSTU7624Engine(bits)), 8 * size), withVector, message);
            case "kalyna-gcm":
                return seal(new KGCMBlockCipher(new DSTU7624Engine(bits)), new AEADParameters(plain, 8 * size, iv), additional, message);
            case "kalyna-ccm":
                return seal(new KCCMBlockCipher(new DSTU7624Engine(bits)), new AEADParameters(plain, 8 * size, iv), additional, message);
            case "kalyna-xts":
                return xts(new KXTSBlockCipher(new DSTU7624Engine(bits)), withVector, message);
            case "kalyna-wrap":
                DSTU7624WrapEngine engine = new DSTU7624WrapEngine(bits);
                engine.init(true, plain);
                return engine.wrap(message, 0, message.length);
            case "gost28147-ecb":
                return blocks(new GOST28147Engine(), new ParametersWithSBox(plain, substitution()), message);
            case "gost28147-cfb":
                return stream(new CFBBlockCipher(new GOST28147Engine(), 64), withSubstitution(plain, iv), message);
            case "gost28147-gamma":
                return stream(new GOFBBlockCipher(new GOST28147Engine()), withSubstitution(plain, iv), message);
            case "gost28147-mac":
                return mac(new GOST28147Mac(), new ParametersWithSBox(plain, substitution()), message);
            case "gost34311":
                return digest(new GOST3411Digest(substitution()), message);
            case "gost34311-hmac":
                return mac(new HMac(new GOST3411Digest(substitution())), plain, message);
            default:
                throw new IllegalArgumentException(algorithm);
        }
    }

    private static byte[] digest(Digest digest, byte[] message) {
        digest.update(message, 0, message.length);
        byte[] out = new byte[digest.getDigestSize()];
        digest.doFinal(out, 0);
        return out;
    }

    private static byte[] mac(Mac mac, CipherParameters parameters, byte[] message) {
        mac.init(parameters);
        mac.update(message, 0, message.length);
        byte[] out = new byte[mac.getMacSize()];
        mac.doFinal(out, 0);
        return out;
    }

    private static byte[] blocks(BlockCipher cipher, CipherParameters parameters, byte[] message) {
        cipher.init(true, parameters);
        byte[] out = new byte[message.length];
        for (int i = 0; i < message.length; i += cipher.getBlockSize()) {
            cipher.processBlock(message, i, out, i);
        }
        return out;
    }

    private static byte[] stream(StreamCipher cipher, CipherParameters parameters, byte[] message) {
        cipher.init(true, parameters);
        byte[] out = new byte[message.length];
        cipher.processBytes(message, 0, message.length, out, 0);
        return out;
    }

    private static byte[] seal(AEADBlockCipher cipher, CipherParameters parameters, byte[] additional, byte[] message) throws Exception {
        cipher.init(true, parameters);
        cipher.processAADBytes(additional, 0, additional.length);
        byte[] out = new byte[cipher.getOutputSize(message.length)];
        int length = cipher.processBytes(message, 0, message.length, out, 0);
        return Arrays.copyOf(out, length + cipher.doFinal(out, length));
    }

    private static byte[] xts(KXTSBlockCipher cipher, CipherParameters parameters, byte[] message) throws Exception {
        cipher.init(true, parameters);
        byte[] out = new byte[message.length];
        cipher.doFinal(out, cipher.processBytes(message, 0, message.length, out, 0));
        return out;
    }

    private static ParametersWithIV withSubstitution(KeyParameter key, byte[] iv) {
        return new ParametersWithIV(new ParametersWithSBox(key, substitution()), iv);
    }

    /** DKE №1, a nibble in each byte. */
    private static byte[] substitution() {
        byte[] packed = DSTU4145Params.getDefaultDKE();
        byte[] table = new byte[packed.length * 2];
        for (int i = 0; i < packed.length; i++) {
            table[2 * i] = (byte) (packed[i] >> 4 & 0xf);
            table[2 * i + 1] = (byte) (packed[i] & 0xf);
        }
        return table;
    }
}
