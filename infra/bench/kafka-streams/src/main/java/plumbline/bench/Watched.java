package plumbline.bench;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** What is kept of one order: the joined view, what is watched, the chain of its alerts. */
final class Watched {
  static final String FIRST_HASH = "0".repeat(64);

  record Evidence(
      String eventId, String type, String topic, int partition, long offset, long time) {}

  record Watch(Evidence trigger, long deadlineMs, boolean open) {}

  enum OrderStatus { PENDING, WAITING_PAYMENT, PAID, FAILED, EXPIRED, CANCELLED }

  enum PaymentStatus { INIT, PAYING, SUCCESS, FAILED, CLOSED }

  enum Reported { SUCCESS, FAILED }

  OrderStatus orderStatus;
  Evidence orderSince;
  String payNo;
  PaymentStatus paymentStatus;
  Evidence paymentSince;
  long amountMinor;
  String currency;
  Reported reported;
  Evidence reportedSeen;
  /** By the number of the rule: A, B, C. */
  final Watch[] watches = new Watch[3];
  long chainVersion;
  String chainHash = FIRST_HASH;
  String correlationId = "";

  boolean hasOrder() {
    return orderStatus != null;
  }

  boolean hasPayment() {
    return paymentStatus != null;
  }

  /** When the timer of this order is due; 0 for none. */
  long dueMs() {
    long due = 0;
    for (Watch watch : watches) {
      if (watch == null || watch.open) continue;
      due = due == 0 ? watch.deadlineMs : Math.min(due, watch.deadlineMs);
    }
    return due;
  }

  static Serde<Watched> serde() {
    return Serdes.serdeFrom(
        (topic, value) -> value == null ? null : value.toBytes(),
        (topic, bytes) -> bytes == null ? null : fromBytes(bytes));
  }

  private byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(hasOrder() ? orderStatus.ordinal() : -1);
      if (hasOrder()) write(out, orderSince);
      out.writeByte(hasPayment() ? paymentStatus.ordinal() : -1);
      if (hasPayment()) {
        out.writeUTF(payNo);
        write(out, paymentSince);
        out.writeLong(amountMinor);
        out.writeUTF(currency);
        out.writeByte(reported == null ? -1 : reported.ordinal());
        if (reported != null) write(out, reportedSeen);
      }
      for (Watch watch : watches) {
        out.writeByte(watch == null ? 0 : watch.open ? 2 : 1);
        if (watch == null) continue;
        write(out, watch.trigger);
        out.writeLong(watch.deadlineMs);
      }
      out.writeLong(chainVersion);
      out.writeUTF(chainHash);
      out.writeUTF(correlationId);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return bytes.toByteArray();
  }

  private static Watched fromBytes(byte[] bytes) {
    Watched read = new Watched();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int order = in.readByte();
      if (order >= 0) {
        read.orderStatus = ORDER_STATUSES[order];
        read.orderSince = evidence(in);
      }
      int payment = in.readByte();
      if (payment >= 0) {
        read.paymentStatus = PAYMENT_STATUSES[payment];
        read.payNo = in.readUTF();
        read.paymentSince = evidence(in);
        read.amountMinor = in.readLong();
        read.currency = in.readUTF();
        int reported = in.readByte();
        if (reported >= 0) {
          read.reported = reported == 0 ? Reported.SUCCESS : Reported.FAILED;
          read.reportedSeen = evidence(in);
        }
      }
      for (int i = 0; i < read.watches.length; i += 1) {
        int kind = in.readByte();
        if (kind == 0) continue;
        Evidence trigger = evidence(in);
        read.watches[i] = new Watch(trigger, in.readLong(), kind == 2);
      }
      read.chainVersion = in.readLong();
      read.chainHash = in.readUTF();
      read.correlationId = in.readUTF();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return read;
  }

  private static final OrderStatus[] ORDER_STATUSES = OrderStatus.values();
  private static final PaymentStatus[] PAYMENT_STATUSES = PaymentStatus.values();

  private static void write(DataOutputStream out, Evidence of) throws IOException {
    out.writeUTF(of.eventId);
    out.writeUTF(of.type);
    out.writeUTF(of.topic);
    out.writeInt(of.partition);
    out.writeLong(of.offset);
    out.writeLong(of.time);
  }

  private static Evidence evidence(DataInputStream in) throws IOException {
    return new Evidence(
        in.readUTF(), in.readUTF(), in.readUTF(), in.readInt(), in.readLong(), in.readLong());
  }
}
