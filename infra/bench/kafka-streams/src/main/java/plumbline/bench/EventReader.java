package plumbline.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** Framed Avro to records, each writer's schema resolved once. One for each task. */
final class EventReader {
  private record Known(String type, GenericDatumReader<GenericRecord> reader) {}

  private final Registry registry;
  private final Map<Integer, Known> known = new HashMap<>();
  private BinaryDecoder decoder;
  private GenericRecord reused;

  EventReader(Registry registry) {
    this.registry = registry;
  }

  /** The record is overwritten by the next call for the same schema. */
  GenericRecord read(byte[] value) {
    if (value[0] != 0) throw new IllegalArgumentException("the value is not framed Avro");
    int id = ByteBuffer.wrap(value, 1, 4).getInt();
    Known of = known.computeIfAbsent(id, this::learn);
    decoder = DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, decoder);
    try {
      reused = of.reader.read(reused, decoder);
      return reused;
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private Known learn(int id) {
    Schema schema = registry.schemaOf(id);
    return new Known(schema.getName(), new GenericDatumReader<>(schema));
  }

  static String header(Headers headers, String name) {
    Header found = headers.lastHeader(name);
    if (found == null) throw new IllegalArgumentException("no header " + name);
    return new String(found.value(), StandardCharsets.UTF_8);
  }

  static String text(GenericRecord of, String field) {
    Object value = of.get(field);
    return value == null ? null : value.toString();
  }
}
