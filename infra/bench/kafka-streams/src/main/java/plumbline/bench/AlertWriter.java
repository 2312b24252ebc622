package plumbline.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import plumbline.bench.Watched.Evidence;
import plumbline.bench.Watched.Watch;

/** Alerts as the project writes them: framed Avro, the whole envelope, chained by hash. */
final class AlertWriter {
  static final String NAME = "consistency-alerts";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final int raisedId;
  private final int resolvedId;
  private final Schema raised;
  private final Schema resolved;
  private BinaryEncoder encoder;

  AlertWriter(Registry registry, int raisedId, int resolvedId) {
    this.raisedId = raisedId;
    this.resolvedId = resolvedId;
    this.raised = registry.schemaOf(raisedId);
    this.resolved = registry.schemaOf(resolvedId);
  }

  /** What led to an alert. */
  record Cause(String id, String correlationId) {}

  Record<byte[], byte[]> raised(
      String key, Watched order, Rules.Raised change, long nowMs, Cause cause) {
    Watch watch = change.watch();
    String rule = Rules.NAMES[change.rule()];
    String alertId = Ids.alertId(rule, key, watch.trigger().eventId());
    GenericRecord data = new GenericData.Record(raised);
    begin(data, alertId, rule, key);
    data.put("ruleVersion", Rules.VERSION);
    data.put("payNo", order.payNo);
    Schema severity = raised.getField("severity").schema();
    data.put("severity", new GenericData.EnumSymbol(severity, Rules.SEVERITIES[change.rule()]));
    data.put("summary", change.finding().summary());
    data.put("expected", change.finding().expected());
    data.put("actual", change.finding().actual());
    boolean atOnce = watch.deadlineMs() == watch.trigger().time();
    data.put("deadline", atOnce ? null : watch.deadlineMs());
    data.put("detectedAt", nowMs);
    data.put("amountMinor", order.hasPayment() ? order.amountMinor : 0L);
    data.put("currency", order.hasPayment() ? order.currency : "XXX");
    data.put("howSeen", "order and payment events joined by order, in broker time");
    data.put("triggerEventId", watch.trigger().eventId());
    data.put("evidence", evidence(raised, change.finding().evidence()));
    Alert alert = new Alert("AlertRaised", alertId, frame(raisedId, data));
    return chained(alert, key, order, nowMs, cause);
  }

  Record<byte[], byte[]> resolved(
      String key, Watched order, Rules.Resolved change, long nowMs, Cause cause) {
    String rule = Rules.NAMES[change.rule()];
    String alertId = Ids.alertId(rule, key, change.watch().trigger().eventId());
    Watch over = change.supersededBy();
    GenericRecord data = new GenericData.Record(resolved);
    begin(data, alertId, rule, key);
    Schema resolution = resolved.getField("resolution").schema();
    String how = over == null ? "AUTO_RESOLVED" : "SUPERSEDED";
    data.put("resolution", new GenericData.EnumSymbol(resolution, how));
    data.put("supersededBy", over == null ? null : Ids.alertId("C", key, over.trigger().eventId()));
    data.put("reason",
        over == null ? "healed by " + change.healedBy().type() : "the order ended unpaid");
    data.put("resolvedAt", nowMs);
    data.put("evidence", evidence(resolved, List.of(change.healedBy())));
    Alert alert = new Alert("AlertResolved", alertId, frame(resolvedId, data));
    return chained(alert, key, order, nowMs, cause);
  }

  private static void begin(GenericRecord data, String alertId, String rule, String key) {
    int slash = key.indexOf('/');
    data.put("alertId", alertId);
    data.put("rule", rule);
    data.put("tenant", key.substring(0, slash));
    data.put("orderNo", key.substring(slash + 1));
  }

  private static List<GenericRecord> evidence(Schema of, List<Evidence> evidence) {
    Schema item = of.getField("evidence").schema().getElementType();
    List<GenericRecord> records = new ArrayList<>(evidence.size());
    for (Evidence one : evidence) {
      GenericRecord record = new GenericData.Record(item);
      record.put("eventId", one.eventId());
      record.put("type", one.type());
      record.put("topic", one.topic());
      record.put("partition", one.partition());
      record.put("offset", one.offset());
      record.put("time", one.time());
      records.add(record);
    }
    return records;
  }

  private byte[] frame(int schemaId, GenericRecord data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1_024);
    out.write(0);
    for (int shift = 24; shift >= 0; shift -= 8) out.write(schemaId >>> shift);
    encoder = EncoderFactory.get().binaryEncoder(out, encoder);
    try {
      new GenericDatumWriter<GenericRecord>(data.getSchema()).write(data, encoder);
      encoder.flush();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return out.toByteArray();
  }

  private record Alert(String type, String subject, byte[] value) {}

  /** The next event of the order's chain of alerts, with its whole envelope. */
  private static Record<byte[], byte[]> chained(
      Alert alert, String key, Watched order, long nowMs, Cause cause) {
    String version = Long.toString(order.chainVersion + 1);
    String id = Ids.derivedUuid(Ids.slotOf(key), "event", NAME, key, version);
    String time = TIME.format(Instant.ofEpochMilli(nowMs));
    String actor = "system:" + NAME;
    Headers headers = new RecordHeaders();
    headers.add("content-type", Ids.utf8("application/avro"));
    headers.add("ce_specversion", Ids.utf8("1.0"));
    headers.add("ce_id", Ids.utf8(id));
    headers.add("ce_source", Ids.utf8("/plumbline/" + NAME));
    headers.add("ce_type", Ids.utf8(alert.type));
    headers.add("ce_time", Ids.utf8(time));
    headers.add("ce_subject", Ids.utf8(alert.subject));
    headers.add("ce_correlationid", Ids.utf8(cause.correlationId));
    headers.add("ce_actor", Ids.utf8(actor));
    headers.add("ce_causationid", Ids.utf8(cause.id));
    headers.add("ce_aggregateversion", Ids.utf8(version));
    headers.add("ce_previoushash", Ids.utf8(order.chainHash));
    byte[] body = java.util.Arrays.copyOfRange(alert.value, 5, alert.value.length);
    String[] texts = {
      key, id, alert.type, time, alert.subject, actor, cause.correlationId, cause.id, version,
      order.chainHash,
    };
    byte[][] parts = new byte[texts.length + 1][];
    for (int i = 0; i < texts.length; i += 1) parts[i] = Ids.utf8(texts[i]);
    parts[texts.length] = body;
    order.chainHash = Ids.hex(Ids.digest(parts));
    order.chainVersion += 1;
    return new Record<>(Ids.utf8(key), alert.value, nowMs, headers);
  }
}
