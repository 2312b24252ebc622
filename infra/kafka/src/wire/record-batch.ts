/**
 * The record batch of message format 2.
 * https://kafka.apache.org/documentation/#recordbatch
 *
 *    0 baseOffset      int64     21 attributes      int16     43 producerId    int64
 *    8 batchLength     int32     23 lastOffsetDelta int32     51 producerEpoch int16
 *   12 leaderEpoch     int32     27 baseTimestamp   int64     53 baseSequence  int32
 *   16 magic           int8      35 maxTimestamp    int64     57 recordCount   int32
 *   17 crc             uint32    (CRC-32C of 21 … end)        61 records
 */
export const layout = {
  batchLength: 8,
  /** `batchLength` counts what follows it. */
  lengthOverhead: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  recordCount: 57,
  records: 61,
} as const;

export const attribute = {
  compressionMask: 0x07,
  gzip: 1,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
} as const;
