/** PayPay's answers: HTTP status, code, message and number (README of paypay/paypayopa-sdk-java). */
export interface ResultCode {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly codeId: string;
}

const result = (status: number, code: string, codeId: string, message: string): ResultCode => ({
  ...{ status, code, codeId, message },
});

export const resultCodes = {
  success: result(200, 'SUCCESS', '08100001', 'Success'),
  unauthorized: result(401, 'UNAUTHORIZED', '08100016', 'Unauthorized request'),
  outOfScope: result(401, 'OP_OUT_OF_SCOPE', '08100023', 'The operation is not permitted'),
  badParameters: result(400, 'INVALID_REQUEST_PARAMS', '08100006', 'Invalid request params'),
  rateLimit: result(429, 'RATE_LIMIT', '08100998', 'Too many requests'),
  internal: result(
    500,
    'INTERNAL_SERVER_ERROR',
    '08101000',
    'Something went wrong on PayPay service side',
  ),
  /** Not documented: what stands at a path that is no call. */
  noSuchCall: result(404, 'RESOURCE_NOT_FOUND', '00200001', 'No such call'),
  duplicateCode: result(
    400,
    'DUPLICATE_DYNAMIC_QR_REQUEST',
    '01652073',
    'Duplicate Dynamic QR request error',
  ),
  paymentNotFound: result(
    400,
    'DYNAMIC_QR_PAYMENT_NOT_FOUND',
    '01652075',
    'Dynamic QR payment not found',
  ),
  alreadyPaid: result(400, 'DYNAMIC_QR_ALREADY_PAID', '01652074', 'Dynamic QR already paid'),
  codeNotFound: result(404, 'DYNAMIC_QR_NOT_FOUND', '01652072', 'Dynamic qr code not found'),
  notRefundable: result(400, 'UNACCEPTABLE_OP', '00200013', 'Order cannot be refunded'),
  refundTooHigh: result(400, 'INVALID_PARAMS', '00200015', 'Invalid refund amount'),
  refundInvalid: result(400, 'INVALID_PARAMS', '00200004', 'Invalid parameters received'),
  orderNotFound: result(404, 'RESOURCE_NOT_FOUND', '00200001', 'Order not found'),
  refundNotFound: result(404, 'NO_SUCH_REFUND_ORDER', '00200018', 'Refund not found'),
} as const;
