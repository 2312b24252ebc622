/**
 * The result codes of PayPay's Open Payment API by what they mean for a call. What is not listed is
 * unknown, and so is every code under a status of 500 and above: PayPay says that such an outcome
 * "should be treated as unknown payment status".
 * Sources: "Error Handling" of https://www.paypay.ne.jp/opa/doc/v1.0/dynamicqrcode (OpenAPI 1.1), and
 * DynamicQRCode.md of github.com/paypay/paypayopa-sdk-java for DYNAMIC_QR_ALREADY_PAID.
 */
export type CodeMeaning =
  | 'done'
  /** Refused because of what was asked. */
  | 'refused'
  /** Refused because of the moment or because of who asks. */
  | 'refused-for-now'
  | 'not-found'
  | 'paid';

type Codes = Readonly<Record<string, { readonly status: number; readonly means: CodeMeaning }>>;

const common: Codes = {
  SUCCESS: { status: 200, means: 'done' },
  INVALID_REQUEST_PARAMS: { status: 400, means: 'refused' },
  MISSING_REQUEST_PARAMS: { status: 400, means: 'refused' },
  INVALID_PARAMS: { status: 400, means: 'refused' },
  UNAUTHORIZED: { status: 401, means: 'refused-for-now' },
  OP_OUT_OF_SCOPE: { status: 401, means: 'refused-for-now' },
  OPA_CLIENT_NOT_FOUND: { status: 404, means: 'refused-for-now' },
  RATE_LIMIT: { status: 429, means: 'refused-for-now' },
};

/**
 * DUPLICATE_DYNAMIC_QR_REQUEST is not here: an earlier request has made a code under this number, so
 * that "refused" would deny a code that a payer may hold.
 */
export const createCodes: Codes = {
  ...common,
  SUCCESS: { status: 201, means: 'done' },
  DYNAMIC_QR_BAD_REQUEST: { status: 400, means: 'refused' },
};

/**
 * A payment is not found when its code was never made, was deleted or has expired unpaid; in each
 * case "payment for the QR code cannot be triggered".
 */
export const queryCodes: Codes = {
  ...common,
  DYNAMIC_QR_PAYMENT_NOT_FOUND: { status: 400, means: 'not-found' },
};

export const closeCodes: Codes = {
  ...common,
  DYNAMIC_QR_BAD_REQUEST: { status: 400, means: 'refused' },
  DYNAMIC_QR_ALREADY_PAID: { status: 400, means: 'paid' },
  DYNAMIC_QR_NOT_FOUND: { status: 404, means: 'not-found' },
};

export const refundCodes: Codes = {
  ...common,
  REQUEST_ACCEPTED: { status: 202, means: 'done' },
  UNACCEPTABLE_OP: { status: 400, means: 'refused' },
  CANCELED_USER: { status: 400, means: 'refused' },
  THROTTLED_MULTIPLE_REFUND_REJECTED: { status: 400, means: 'refused-for-now' },
  REFUND_LIMIT_EXCEEDED: { status: 400, means: 'refused' },
  REFUND_WINDOW_EXCEED: { status: 400, means: 'refused' },
  ORDER_NO_LONGER_AVAILABLE: { status: 400, means: 'refused' },
  USER_STATE_IS_NOT_ACTIVE: { status: 401, means: 'refused' },
  MERCHANT_MULTIPLE_REFUND_REJECTED: { status: 403, means: 'refused' },
  NO_SUCH_REFUND_ORDER: { status: 404, means: 'refused' },
  RESOURCE_NOT_FOUND: { status: 404, means: 'refused' },
};

export const queryRefundCodes: Codes = {
  ...common,
  NO_SUCH_REFUND_ORDER: { status: 404, means: 'not-found' },
};

/**
 * `null`: unknown. A refusal counts under any status of its hundred, since PayPay's pages give some
 * codes with 400 in one place and 404 in another.
 */
export function meaningOf(codes: Codes, status: number, code: string): CodeMeaning | null {
  const known = Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (known === undefined) return null;
  return Math.floor(status / 100) === Math.floor(known.status / 100) ? known.means : null;
}
