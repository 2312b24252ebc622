/** Payment numbers that this process has given out, so that their readers are answered from then on. */
export interface KnownPayNos {
  add(payNo: string, orderNo: string): void;
  orderNoOf(payNo: string): string | null;
}

export function createKnownPayNos(max: number): KnownPayNos {
  // A Map iterates in order of insertion: its first key is the oldest.
  const orderNos = new Map<string, string>();
  return {
    add(payNo, orderNo) {
      orderNos.delete(payNo);
      orderNos.set(payNo, orderNo);
      const oldest = orderNos.keys().next();
      if (orderNos.size > max && !oldest.done) orderNos.delete(oldest.value);
    },
    orderNoOf: (payNo) => orderNos.get(payNo) ?? null,
  };
}
