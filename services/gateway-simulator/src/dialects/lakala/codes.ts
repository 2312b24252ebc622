import type { Refusal } from '../../books/decide.ts';

/**
 * What stands in `code`. Documented are 000000 for done, and for refunds RFD11105 and RFD11112 for
 * "not known, ask later" with every other code meaning that it failed (o.lakala.com, documents 892
 * and 893). The others have no published list: these here only stand for "another code", and a
 * client that reads more than that into them reads what Lakala never promised.
 */
export const lakalaCodes = {
  success: { code: '000000', msg: '操作成功' },
  refundUnknown: { code: 'RFD11112', msg: '网络请求超时' },
  signatureInvalid: { code: 'SIM00401', msg: '签名验证失败' },
  noSuchCall: { code: 'SIM00404', msg: '接口不存在' },
  badRequest: { code: 'SIM00400', msg: '请求参数错误' },
  internal: { code: 'SIM00500', msg: '系统异常' },
  rateLimited: { code: 'SIM00429', msg: '请求过于频繁' },
} as const;

export interface LakalaCode {
  readonly code: string;
  readonly msg: string;
}

export const refusalCodes: Readonly<Record<Refusal, LakalaCode>> = {
  NOT_FOUND: { code: 'SIM10001', msg: '订单不存在' },
  REFERENCE_REUSED: { code: 'SIM10002', msg: '商户订单号重复' },
  ALREADY_PAID: { code: 'SIM10003', msg: '订单已支付' },
  NOT_PAID: { code: 'SIM10004', msg: '原交易未成功' },
  EXCEEDS_PAID: { code: 'SIM10005', msg: '退款金额超过可退金额' },
  CURRENCY_DIFFERS: { code: 'SIM10006', msg: '币种不一致' },
  BOOKS_FULL: { code: 'SIM00429', msg: '请求过于频繁' },
};

/** `order_status`. */
export const orderStatus = {
  pending: '0',
  paid: '2',
  failed: '3',
  expired: '4',
  cancelled: '5',
  refunded: '6',
  closed: '7',
} as const;
