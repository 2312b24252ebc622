package plumbline.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import plumbline.bench.AlertWriter.Cause;
import plumbline.bench.Watched.Evidence;
import plumbline.bench.Watched.OrderStatus;
import plumbline.bench.Watched.PaymentStatus;
import plumbline.bench.Watched.Reported;

/**
 * Joins both topics by order, judges, and writes alerts. Timers are state, ordered by due time, and
 * fire by stream time: looked at before each record, since a stream-time punctuator runs after the
 * record that moved the time on, which would judge a view of later than the deadline.
 */
final class AlertJoin implements Processor<byte[], byte[], byte[], byte[]> {
  static final String WATCHED = "watched";
  static final String TIMERS = "timers";
  private static final byte[] NOTHING = new byte[0];

  private final String ordersTopic;
  private final Rules rules;
  private final EventReader reader;
  private final AlertWriter writer;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<String, Watched> watched;
  private KeyValueStore<Bytes, byte[]> timers;
  /** No timer is due before this: a deadline is never set in the past. */
  private long lookedUntilMs = 0;
  private long streamTimeMs = 0;

  AlertJoin(String ordersTopic, Rules rules, EventReader reader, AlertWriter writer) {
    this.ordersTopic = ordersTopic;
    this.rules = rules;
    this.reader = reader;
    this.writer = writer;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.watched = context.getStateStore(WATCHED);
    this.timers = context.getStateStore(TIMERS);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    streamTimeMs = Math.max(streamTimeMs, record.timestamp());
    if (lookedUntilMs < streamTimeMs) fireTimers();
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (key.indexOf('/') < 0) return;
    String id = EventReader.header(record.headers(), "ce_id");
    String type = EventReader.header(record.headers(), "ce_type");
    String correlationId = EventReader.header(record.headers(), "ce_correlationid");
    GenericRecord event = reader.read(record.value());
    if (!type.equals(event.getSchema().getName()))
      throw new IllegalArgumentException(type + " and " + event.getSchema().getName());
    RecordMetadata at = context.recordMetadata().orElseThrow();
    Evidence seen = new Evidence(id, type, at.topic(), at.partition(), at.offset(), streamTimeMs);
    Watched order = watched.get(key);
    if (order == null) order = new Watched();
    long dueBefore = order.dueMs();
    boolean changed =
        at.topic().equals(ordersTopic)
            ? withOrderEvent(order, type, seen)
            : withPaymentEvent(order, type, event, seen);
    if (!changed) return;
    order.correlationId = correlationId;
    step(key, order, dueBefore, seen, new Cause(id, correlationId), streamTimeMs);
  }

  /**
   * One look for each moment of stream time, from where the last one ended: further back there is
   * nothing but what RocksDB keeps of deleted keys, and that would be read each time.
   */
  private void fireTimers() {
    List<Bytes> due = new ArrayList<>();
    Bytes begin = timerKey(lookedUntilMs, "");
    Bytes end = timerKey(streamTimeMs, "");
    try (KeyValueIterator<Bytes, byte[]> range = timers.range(begin, end)) {
      while (range.hasNext()) due.add(range.next().key);
    }
    for (Bytes at : due) {
      ByteBuffer bytes = ByteBuffer.wrap(at.get());
      fire(at, bytes.getLong(), StandardCharsets.UTF_8.decode(bytes).toString());
    }
    lookedUntilMs = streamTimeMs;
  }

  private void fire(Bytes at, long dueMs, String key) {
    timers.delete(at);
    Watched order = watched.get(key);
    if (order == null) throw new IllegalStateException("a deadline without an order: " + key);
    Cause cause = new Cause("timer:deadline:" + dueMs, order.correlationId);
    step(key, order, 0, null, cause, dueMs);
  }

  private void step(
      String key, Watched order, long dueBefore, Evidence seen, Cause cause, long nowMs) {
    Rules.Changes changes = rules.judge(order, nowMs, seen);
    for (Rules.Raised change : changes.raised())
      context.forward(writer.raised(key, order, change, nowMs, cause));
    for (Rules.Resolved change : changes.resolved())
      context.forward(writer.resolved(key, order, change, nowMs, cause));
    watched.put(key, order);
    long due = order.dueMs();
    if (due == dueBefore) return;
    if (dueBefore != 0) timers.delete(timerKey(dueBefore, key));
    if (due != 0) timers.put(timerKey(due, key), NOTHING);
  }

  private static Bytes timerKey(long dueMs, String key) {
    byte[] bytes = Ids.utf8(key);
    return Bytes.wrap(ByteBuffer.allocate(8 + bytes.length).putLong(dueMs).put(bytes).array());
  }

  private static boolean withOrderEvent(Watched order, String type, Evidence seen) {
    OrderStatus status =
        switch (type) {
          case "OrderCreated" -> OrderStatus.PENDING;
          case "OrderAwaitingPayment" -> OrderStatus.WAITING_PAYMENT;
          case "OrderPaid" -> OrderStatus.PAID;
          case "OrderFailed" -> OrderStatus.FAILED;
          case "OrderExpired" -> OrderStatus.EXPIRED;
          case "OrderCancelled" -> OrderStatus.CANCELLED;
          default -> null;
        };
    if (status == null || (status != OrderStatus.PENDING && !order.hasOrder())) return false;
    order.orderStatus = status;
    order.orderSince = seen;
    return true;
  }

  private static boolean withPaymentEvent(
      Watched order, String type, GenericRecord event, Evidence seen) {
    if (type.equals("PaymentCreated")) {
      order.payNo = EventReader.text(event, "payNo");
      order.amountMinor = (Long) event.get("amountMinor");
      order.currency = EventReader.text(event, "currency");
      order.reported = null;
      order.reportedSeen = null;
      return become(order, PaymentStatus.INIT, seen);
    }
    if (!order.hasPayment()) return false;
    switch (type) {
      case "PaymentProcessing":
        return become(order, PaymentStatus.PAYING, seen);
      case "PaymentSucceeded":
        return become(order, PaymentStatus.SUCCESS, seen);
      case "PaymentFailed":
        return become(order, PaymentStatus.FAILED, seen);
      case "PaymentClosed":
        return become(order, PaymentStatus.CLOSED, seen);
      case "PaymentReportContradicted":
        String reported = EventReader.text(event, "reportedStatus");
        if (reported.equals("UNKNOWN")) return false;
        order.reported = reported.equals("FAILED") ? Reported.FAILED : Reported.SUCCESS;
        order.reportedSeen = seen;
        return true;
      case "PaymentReportConfirmed":
        order.reported = null;
        order.reportedSeen = null;
        return true;
      default:
        return false;
    }
  }

  private static boolean become(Watched order, PaymentStatus status, Evidence seen) {
    order.paymentStatus = status;
    order.paymentSince = seen;
    return true;
  }
}
