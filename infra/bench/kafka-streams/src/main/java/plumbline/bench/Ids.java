package plumbline.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.kafka.common.utils.Utils;

/** Ids and hashes as docs/formats.md has them. */
final class Ids {
  private static final HexFormat HEX = HexFormat.of();

  private Ids() {}

  static int slotOf(String key) {
    return Utils.murmur2(utf8(key)) & 0xffff;
  }

  /** SHA-256 over the parts, each with its length before it. */
  static byte[] digest(byte[]... parts) {
    MessageDigest hash = sha256();
    for (byte[] part : parts) {
      hash.update(ByteBuffer.allocate(4).putInt(part.length).array());
      hash.update(part);
    }
    return hash.digest();
  }

  static byte[] digest(String... parts) {
    byte[][] bytes = new byte[parts.length][];
    for (int i = 0; i < parts.length; i += 1) bytes[i] = utf8(parts[i]);
    return digest(bytes);
  }

  /** A UUID of version 8 that is a function of its parts and carries a slot in its last bytes. */
  static String derivedUuid(int slot, String... parts) {
    byte[] bytes = digest(parts);
    bytes[6] = (byte) ((bytes[6] & 0x0f) | 0x80);
    bytes[8] = (byte) ((bytes[8] & 0x3f) | 0x80);
    bytes[14] = (byte) (slot >>> 8);
    bytes[15] = (byte) slot;
    String hex = HEX.formatHex(bytes, 0, 16);
    return hex.substring(0, 8) + '-' + hex.substring(8, 12) + '-' + hex.substring(12, 16) + '-'
        + hex.substring(16, 20) + '-' + hex.substring(20);
  }

  static String alertId(String rule, String key, String triggerEventId) {
    return derivedUuid(slotOf(key), "alert", rule, key, triggerEventId);
  }

  static String hex(byte[] bytes) {
    return HEX.formatHex(bytes);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException(error);
    }
  }
}
