import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Java's own consumer, asked line by line: the oracle of the history contract. Runs from source:
 *
 * <pre>java -cp 'kafka jars/*' CommittedReader.java host:port</pre>
 *
 * A question is one line of six fields between tabs: topic, partition, offset to start from,
 * isolation level, max.partition.fetch.bytes, max.poll.records. The answer is one line for each
 * record up to the end, "record offset value-in-hex", then "end position end-offset"; or
 * "error text". Ends with its input.
 */
public final class CommittedReader {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long PATIENCE_MS = 20_000;

  private final String brokers;

  /** One consumer for each way of fetching: these are settings of a consumer, not of a read. */
  private final Map<String, KafkaConsumer<byte[], byte[]>> consumers = new HashMap<>();

  private CommittedReader(String brokers) {
    this.brokers = brokers;
  }

  public static void main(String[] args) throws IOException {
    // Log lines must not get among the answers.
    var out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    System.setOut(System.err);
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var reader = new CommittedReader(args[0]);
    out.print("ready\n");
    out.flush();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.print(reader.answer(line.split("\t")));
      out.flush();
    }
    reader.consumers.values().forEach(consumer -> consumer.close());
  }

  private String answer(String[] question) {
    var answer = new StringBuilder();
    try {
      read(question, answer);
      return answer.toString();
    } catch (RuntimeException error) {
      return "error\t" + String.valueOf(error).replaceAll("\\s+", " ") + "\n";
    }
  }

  private void read(String[] question, StringBuilder answer) {
    var at = new TopicPartition(question[0], Integer.parseInt(question[1]));
    var consumer = consumer(question[3], question[4], question[5]);
    consumer.assign(List.of(at));
    consumer.seek(at, Long.parseLong(question[2]));
    long end = consumer.endOffsets(List.of(at)).get(at);
    long until = System.currentTimeMillis() + PATIENCE_MS;
    while (consumer.position(at) < end) {
      if (System.currentTimeMillis() > until) {
        throw new IllegalStateException("stuck at " + consumer.position(at) + " before " + end);
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        var value = record.value() == null ? "" : HexFormat.of().formatHex(record.value());
        answer.append("record\t").append(record.offset()).append('\t').append(value).append('\n');
      }
    }
    answer.append("end\t").append(consumer.position(at)).append('\t').append(end).append('\n');
  }

  private KafkaConsumer<byte[], byte[]> consumer(String isolation, String bytes, String records) {
    return consumers.computeIfAbsent(
        String.join(" ", isolation, bytes, records),
        name -> {
          Map<String, Object> settings = new HashMap<>();
          settings.put("bootstrap.servers", brokers);
          settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
          settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
          settings.put("isolation.level", isolation);
          settings.put("max.partition.fetch.bytes", bytes);
          settings.put("max.poll.records", records);
          settings.put("auto.offset.reset", "none");
          settings.put("enable.auto.commit", "false");
          settings.put("default.api.timeout.ms", (int) PATIENCE_MS);
          // An empty long poll would keep the connection from the next question.
          settings.put("fetch.max.wait.ms", "0");
          return new KafkaConsumer<>(settings);
        });
  }
}
