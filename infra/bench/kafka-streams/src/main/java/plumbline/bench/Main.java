package plumbline.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/**
 * The alert join on Kafka Streams. Arguments are `name=value`; names with `streams.` before them go
 * to Kafka Streams as they are. What happens is told on the standard output, a line of JSON each.
 */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Map<String, String> given = new HashMap<>();
    Properties config = new Properties();
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put("auto.offset.reset", "earliest");
    for (String arg : args) {
      int at = arg.indexOf('=');
      String name = arg.substring(0, at);
      String value = arg.substring(at + 1);
      if (name.startsWith("streams.")) config.put(name.substring(8), value);
      else given.put(name, value);
    }
    KafkaStreams streams = new KafkaStreams(topologyOf(given), config);
    streams.setStateListener((now, before) -> say("\"event\":\"state\",\"state\":\"" + now + "\""));
    streams.setGlobalStateRestoreListener(new Restores());
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          return StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(10))));
    streams.start();
    endWithParent();
  }

  /** The standard input is a line to whoever started this; when it breaks, nobody waits. */
  private static void endWithParent() {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) continue;
              } catch (IOException error) {
                // Broken is ended.
              }
              Runtime.getRuntime().halt(1);
            });
    thread.setDaemon(true);
    thread.start();
  }

  private static Topology topologyOf(Map<String, String> given) {
    boolean inMemory = given.get("stores").equals("memory");
    String orders = given.get("orders");
    String payments = given.get("payments");
    Registry registry = new Registry(given.get("registry"));
    long graceMs = Long.parseLong(given.get("graceMs"));
    int raisedId = Integer.parseInt(given.get("raisedId"));
    int resolvedId = Integer.parseInt(given.get("resolvedId"));
    boolean cached = given.get("cache").equals("on");
    var bytes = new ByteArrayDeserializer();
    var bytesOut = new ByteArraySerializer();
    var watched =
        Stores.keyValueStoreBuilder(
            store(AlertJoin.WATCHED, inMemory), Serdes.String(), Watched.serde());
    var timers =
        Stores.keyValueStoreBuilder(
            store(AlertJoin.TIMERS, inMemory), Serdes.Bytes(), Serdes.ByteArray());
    return new Topology()
        .addSource("orders", bytes, bytes, orders)
        .addSource("payments", bytes, bytes, payments)
        .addProcessor(
            "join",
            () ->
                new AlertJoin(
                    orders,
                    new Rules(graceMs),
                    new EventReader(registry),
                    new AlertWriter(registry, raisedId, resolvedId)),
            "orders",
            "payments")
        .addStateStore(cached ? watched.withCachingEnabled() : watched, "join")
        .addStateStore(cached ? timers.withCachingEnabled() : timers, "join")
        .addSink("alerts", given.get("alerts"), bytesOut, bytesOut, "join");
  }

  private static KeyValueBytesStoreSupplier store(String name, boolean inMemory) {
    return inMemory ? Stores.inMemoryKeyValueStore(name) : Stores.persistentKeyValueStore(name);
  }

  private static final class Restores implements StateRestoreListener {
    @Override
    public void onRestoreStart(TopicPartition of, String store, long from, long to) {
      say("\"event\":\"restoring\",\"of\":\"" + of + "\"");
    }

    @Override
    public void onBatchRestored(TopicPartition of, String store, long end, long count) {}

    @Override
    public void onRestoreEnd(TopicPartition of, String store, long count) {
      say("\"event\":\"restored\",\"of\":\"" + of + "\",\"records\":" + count);
    }
  }

  private static synchronized void say(String what) {
    System.out.println("{\"at\":" + System.currentTimeMillis() + "," + what + "}");
  }
}
