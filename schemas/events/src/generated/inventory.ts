// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** Hand over what is reserved: it leaves the stock. */
export interface ConfirmStock {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the reservation, chosen by whoever reserves. */
  readonly reservationId: string;
  /** Routing key of the order whose checkout is told the answer; null if nobody waits there. */
  readonly replyTo: null | string;
}

/** Say what an item is and what it costs; the first one brings it into being. */
export interface DescribeItem {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** What it is called in a shop. */
  readonly name: string;
  /** Price of one, in minor units of the currency. */
  readonly unitAmountMinor: bigint;
  /** ISO 4217 code of the price. */
  readonly currency: string;
}

/** What an item is and costs from now on. */
export interface ItemDescribed {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** What it is called in a shop. */
  readonly name: string;
  /** Price of one, in minor units of the currency. */
  readonly unitAmountMinor: bigint;
  /** ISO 4217 code of the price. */
  readonly currency: string;
  /** Broker time of the command. Epoch ms. */
  readonly describedAt: number;
}

/** Take a delivery into stock. */
export interface ReceiveStock {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the delivery: the same one is taken in once. */
  readonly receiptId: string;
  /** How many; at least one. */
  readonly quantity: number;
}

/** Give back what is reserved. */
export interface ReleaseStock {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the reservation, chosen by whoever reserves. */
  readonly reservationId: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Routing key of the order whose checkout is told the answer; null if nobody waits there. */
  readonly replyTo: null | string;
}

/** A reservation was given back before it was made: it will be refused. */
export interface ReservationBarred {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the reservation, chosen by whoever reserves. */
  readonly reservationId: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly barredAt: number;
}

/** A reservation ended by time; its pieces are free again. */
export interface ReservationExpired {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the reservation, chosen by whoever reserves. */
  readonly reservationId: string;
  /** The order that it is for; null for none. */
  readonly orderNo: null | string;
  /** How many; at least one. */
  readonly quantity: number;
  /** Broker time. Epoch ms. */
  readonly expiredAt: number;
}

/** Put pieces aside for somebody. */
export interface ReserveStock {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the reservation, chosen by whoever reserves. */
  readonly reservationId: string;
  /** The order that it is for; null for none. */
  readonly orderNo: null | string;
  /** How many; at least one. */
  readonly quantity: number;
  /** Broker time at which the reservation ends by itself. Epoch ms. */
  readonly expireAt: number;
  /** Routing key of the order whose checkout is told the answer; null if nobody waits there. */
  readonly replyTo: null | string;
}

/** What was reserved left the stock. */
export interface StockConfirmed {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the reservation, chosen by whoever reserves. */
  readonly reservationId: string;
  /** The order that it is for; null for none. */
  readonly orderNo: null | string;
  /** How many; at least one. */
  readonly quantity: number;
  /** Whether the reservation had ended by time and the pieces were taken anew. */
  readonly afterExpiry: boolean;
  /** Broker time of the command. Epoch ms. */
  readonly confirmedAt: number;
}

/** A delivery came into stock. */
export interface StockReceived {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the delivery: the same one is taken in once. */
  readonly receiptId: string;
  /** How many; at least one. */
  readonly quantity: number;
  /** Broker time of the command. Epoch ms. */
  readonly receivedAt: number;
}

/** What was reserved is free again. */
export interface StockReleased {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the reservation, chosen by whoever reserves. */
  readonly reservationId: string;
  /** The order that it is for; null for none. */
  readonly orderNo: null | string;
  /** How many; at least one. */
  readonly quantity: number;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly releasedAt: number;
}

/** Pieces were put aside. */
export interface StockReserved {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the reservation, chosen by whoever reserves. */
  readonly reservationId: string;
  /** The order that it is for; null for none. */
  readonly orderNo: null | string;
  /** How many; at least one. */
  readonly quantity: number;
  /** Broker time at which the reservation ends by itself. Epoch ms. */
  readonly expireAt: number;
  /** Broker time of the command. Epoch ms. */
  readonly reservedAt: number;
}

/** Stock that nobody had reserved was taken out. */
export interface StockWrittenOff {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the correction: the same one counts once. */
  readonly writeOffId: string;
  /** How many; at least one. */
  readonly quantity: number;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly writtenOffAt: number;
}

/** Take out of stock what is broken, lost or was never there. */
export interface WriteOffStock {
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the correction: the same one counts once. */
  readonly writeOffId: string;
  /** How many; at least one. */
  readonly quantity: number;
  /** Why, in words for people. */
  readonly reason: string;
}

export type InventoryEvent =
  | { readonly type: 'ItemDescribed'; readonly data: ItemDescribed }
  | { readonly type: 'ReservationBarred'; readonly data: ReservationBarred }
  | { readonly type: 'ReservationExpired'; readonly data: ReservationExpired }
  | { readonly type: 'StockConfirmed'; readonly data: StockConfirmed }
  | { readonly type: 'StockReceived'; readonly data: StockReceived }
  | { readonly type: 'StockReleased'; readonly data: StockReleased }
  | { readonly type: 'StockReserved'; readonly data: StockReserved }
  | { readonly type: 'StockWrittenOff'; readonly data: StockWrittenOff };

/** Full record names of {@link InventoryEvent}. */
export const inventoryEventNames = [
  'plumbline.inventory.ItemDescribed',
  'plumbline.inventory.ReservationBarred',
  'plumbline.inventory.ReservationExpired',
  'plumbline.inventory.StockConfirmed',
  'plumbline.inventory.StockReceived',
  'plumbline.inventory.StockReleased',
  'plumbline.inventory.StockReserved',
  'plumbline.inventory.StockWrittenOff',
] as const;

export type InventoryCommand =
  | { readonly type: 'ConfirmStock'; readonly data: ConfirmStock }
  | { readonly type: 'DescribeItem'; readonly data: DescribeItem }
  | { readonly type: 'ReceiveStock'; readonly data: ReceiveStock }
  | { readonly type: 'ReleaseStock'; readonly data: ReleaseStock }
  | { readonly type: 'ReserveStock'; readonly data: ReserveStock }
  | { readonly type: 'WriteOffStock'; readonly data: WriteOffStock };

/** Full record names of {@link InventoryCommand}. */
export const inventoryCommandNames = [
  'plumbline.inventory.ConfirmStock',
  'plumbline.inventory.DescribeItem',
  'plumbline.inventory.ReceiveStock',
  'plumbline.inventory.ReleaseStock',
  'plumbline.inventory.ReserveStock',
  'plumbline.inventory.WriteOffStock',
] as const;
