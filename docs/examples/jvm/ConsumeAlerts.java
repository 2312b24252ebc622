import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Prints alerts as they are raised and as they go on, with Kafka's own client and Avro. Started again
 * with the same group, it goes on after the last alert that it had printed.
 *
 * <pre>
 *   mvn -q -f docs/examples/jvm/pom.xml dependency:copy-dependencies -DoutputDirectory=/tmp/alerts-jvm
 *   java -cp '/tmp/alerts-jvm/*' docs/examples/jvm/ConsumeAlerts.java [group] [count]
 * </pre>
 */
public final class ConsumeAlerts {
  private static final String TOPIC = "alerts.order_payment_inconsistency.v1";
  private static final String BROKERS = setting("PLUMBLINE_KAFKA_BROKERS", "127.0.0.1:19092");
  private static final String REGISTRY =
      setting("PLUMBLINE_REGISTRY_URL", "http://127.0.0.1:18081/apis/ccompat/v7");

  private static final HttpClient http = HttpClient.newHttpClient();
  private static final Map<Integer, Schema> schemas = new HashMap<>();

  public static void main(String[] arguments) throws Exception {
    String group = arguments.length > 0 ? arguments[0] : "alerts-example";
    long count = arguments.length > 1 ? Long.parseLong(arguments[1]) : Long.MAX_VALUE;
    Properties config = new Properties();
    config.put("bootstrap.servers", BROKERS);
    config.put("group.id", group);
    config.put("auto.offset.reset", "earliest");
    // What was handled is committed, below: a record is seen again rather than never.
    config.put("enable.auto.commit", "false");
    // Without it a reader sees events of transactions that never happened.
    config.put("isolation.level", "read_committed");
    config.put("max.poll.records", Long.toString(Math.min(count, 500)));
    config.put("key.deserializer", ByteArrayDeserializer.class.getName());
    config.put("value.deserializer", ByteArrayDeserializer.class.getName());
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
      consumer.subscribe(List.of(TOPIC));
      for (long seen = 0; seen < count; ) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          print(record);
          seen += 1;
        }
        consumer.commitSync();
      }
    }
  }

  private static void print(ConsumerRecord<byte[], byte[]> record) throws Exception {
    GenericRecord event = decode(record.value());
    Object alertId = event.getSchema().getField("alertId") == null ? "-" : event.get("alertId");
    System.out.printf(
        "%s %s %s by %s%n",
        header(record, "ce_time"), header(record, "ce_type"), alertId, header(record, "ce_actor"));
    if (!header(record, "ce_type").equals("AlertRaised")) return;
    // Amounts are minor units, times epoch milliseconds (docs/formats.md).
    System.out.printf(
        "  %s %s %s %s minor units of %s at %s: %s%n",
        event.get("rule"), event.get("severity"), event.get("orderNo"), event.get("amountMinor"),
        event.get("currency"), Instant.ofEpochMilli((long) event.get("detectedAt")),
        event.get("summary"));
  }

  /** A zero byte, the schema's id, and Avro binary, read by the schema that it was written with. */
  private static GenericRecord decode(byte[] value) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(value);
    if (bytes.get() != 0) throw new IllegalArgumentException("not a framed Avro value");
    Schema schema = schemaOf(bytes.getInt());
    var decoder =
        DecoderFactory.get().binaryDecoder(value, bytes.position(), bytes.remaining(), null);
    return new GenericDatumReader<GenericRecord>(schema).read(null, decoder);
  }

  private static Schema schemaOf(int id) throws Exception {
    Schema known = schemas.get(id);
    if (known != null) return known;
    HttpRequest asked = HttpRequest.newBuilder(URI.create(REGISTRY + "/schemas/ids/" + id)).build();
    HttpResponse<String> answer = http.send(asked, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new IllegalStateException(answer.body());
    String text = new ObjectMapper().readTree(answer.body()).get("schema").asText();
    Schema schema = new Schema.Parser().parse(text);
    schemas.put(id, schema);
    return schema;
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header found = record.headers().lastHeader(name);
    return found == null ? "" : new String(found.value(), StandardCharsets.UTF_8);
  }

  private static String setting(String name, String usual) {
    return System.getenv().getOrDefault(name, usual);
  }

  private ConsumeAlerts() {}
}
