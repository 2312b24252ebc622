package plumbline.bench;

import java.util.ArrayList;
import java.util.List;
import plumbline.bench.Watched.Evidence;
import plumbline.bench.Watched.OrderStatus;
import plumbline.bench.Watched.PaymentStatus;
import plumbline.bench.Watched.Reported;
import plumbline.bench.Watched.Watch;

/** Rules A, B and C, and what is watched of them: the same as in streams/consistency-alerts. */
final class Rules {
  static final String[] NAMES = {"A", "B", "C"};
  static final String[] SEVERITIES = {"WARNING", "CRITICAL", "CRITICAL"};
  static final int VERSION = 1;

  record Finding(String summary, String expected, String actual, List<Evidence> evidence) {}

  record Raised(int rule, Watch watch, Finding finding) {}

  record Resolved(int rule, Watch watch, Watch supersededBy, Evidence healedBy) {}

  record Changes(List<Raised> raised, List<Resolved> resolved) {}

  private final long[] graceMs;

  Rules(long graceOfA) {
    this.graceMs = new long[] {graceOfA, 0, 0};
  }

  /** After an event (`cause`), or when a grace is over (`cause` null). Changes the watches. */
  Changes judge(Watched order, long nowMs, Evidence cause) {
    List<Raised> raised = List.of();
    List<Resolved> resolved = List.of();
    for (int rule = 0; rule < NAMES.length; rule += 1) {
      Watch watch = order.watches[rule];
      Finding finding = find(rule, order);
      if (finding == null) {
        if (watch == null) continue;
        order.watches[rule] = null;
        if (watch.open() && cause != null) {
          resolved = resolved.isEmpty() ? new ArrayList<>() : resolved;
          resolved.add(new Resolved(rule, watch, null, cause));
        }
        continue;
      }
      if (watch == null) {
        if (cause == null) continue;
        watch = new Watch(cause, cause.time() + graceMs[rule], false);
      }
      if (watch.open()) continue;
      boolean due = watch.deadlineMs() <= nowMs;
      order.watches[rule] = due ? new Watch(watch.trigger(), watch.deadlineMs(), true) : watch;
      if (due) {
        raised = raised.isEmpty() ? new ArrayList<>() : raised;
        raised.add(new Raised(rule, watch, finding));
      }
    }
    return new Changes(raised, superseded(raised, resolved));
  }

  /** C takes over when A ends because the order ended unpaid. */
  private static List<Resolved> superseded(List<Raised> raised, List<Resolved> resolved) {
    for (int i = 0; i < resolved.size(); i += 1) {
      Resolved gone = resolved.get(i);
      if (gone.rule() != 0) continue;
      for (Raised over : raised) {
        if (over.rule() != 2) continue;
        resolved.set(i, new Resolved(gone.rule(), gone.watch(), over.watch(), gone.healedBy()));
      }
    }
    return resolved;
  }

  private static Finding find(int rule, Watched w) {
    return switch (rule) {
      case 0 -> orderDoesNotShowPayment(w);
      case 1 -> paidOrderFailedPayment(w);
      default -> lateSuccess(w);
    };
  }

  private static Finding orderDoesNotShowPayment(Watched w) {
    if (w.paymentStatus != PaymentStatus.SUCCESS) return null;
    if (w.orderStatus != OrderStatus.PENDING && w.orderStatus != OrderStatus.WAITING_PAYMENT)
      return null;
    return new Finding(
        "payment " + w.payNo + " succeeded and the order is still " + w.orderStatus,
        "order PAID",
        "order " + w.orderStatus,
        List.of(w.paymentSince, w.orderSince));
  }

  private static Finding paidOrderFailedPayment(Watched w) {
    if (w.orderStatus != OrderStatus.PAID || !w.hasPayment()) return null;
    if (w.paymentStatus == PaymentStatus.FAILED) {
      return new Finding(
          "the order is PAID and payment " + w.payNo + " is FAILED",
          "payment SUCCESS",
          "payment FAILED",
          List.of(w.orderSince, w.paymentSince));
    }
    if (w.reported != Reported.FAILED) return null;
    return new Finding(
        "the order is PAID and the gateway reports that payment " + w.payNo + " failed",
        "gateway reports SUCCESS",
        "gateway reports FAILED",
        List.of(w.orderSince, w.paymentSince, w.reportedSeen));
  }

  private static Finding lateSuccess(Watched w) {
    if (!w.hasPayment() || !w.hasOrder()) return null;
    boolean endedUnpaid =
        w.orderStatus == OrderStatus.FAILED
            || w.orderStatus == OrderStatus.EXPIRED
            || w.orderStatus == OrderStatus.CANCELLED;
    if (!endedUnpaid) return null;
    Evidence late = w.reported == Reported.SUCCESS ? w.reportedSeen : null;
    Evidence received = w.paymentStatus == PaymentStatus.SUCCESS ? w.paymentSince : late;
    if (received == null) return null;
    return new Finding(
        "payment " + w.payNo + " succeeded and the order had ended " + w.orderStatus,
        "no money for an ended order",
        "order " + w.orderStatus + ", payment succeeded",
        late == null
            ? List.of(w.orderSince, received)
            : List.of(w.orderSince, w.paymentSince, received));
  }
}
