/**
 * A notification that Lakala's test platform sent on 2025-03-11, with the test platform's certificate.
 * Sources: `TestVerify` of api/counter_test.go in github.com/sleep-go/lakala-pay; the certificate
 * (APIGW.LAKALA.COM, serial number 01745381C327, to 2030) is the SDK's, in github.com/zengjiaxing/lkl.
 */
export const publishedCallback = {
  signedAtMs: 1_741_694_218_000,
  merchantNo: '82229007392000A',
  serialNo: '01745381C327',
  certificatePem: [
    '-----BEGIN CERTIFICATE-----',
    'MIIEMTCCAxmgAwIBAgIGAXRTgcMnMA0GCSqGSIb3DQEBCwUAMHYxCzAJBgNVBAYT',
    'AkNOMRAwDgYDVQQIDAdCZWlKaW5nMRAwDgYDVQQHDAdCZWlKaW5nMRcwFQYDVQQK',
    'DA5MYWthbGEgQ28uLEx0ZDEqMCgGA1UEAwwhTGFrYWxhIE9yZ2FuaXphdGlvbiBW',
    'YWxpZGF0aW9uIENBMB4XDTIwMTAxMDA1MjQxNFoXDTMwMTAwODA1MjQxNFowZTEL',
    'MAkGA1UEBhMCQ04xEDAOBgNVBAgMB0JlaUppbmcxEDAOBgNVBAcMB0JlaUppbmcx',
    'FzAVBgNVBAoMDkxha2FsYSBDby4sTHRkMRkwFwYDVQQDDBBBUElHVy5MQUtBTEEu',
    'Q09NMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAt1zHL54HiI8d2sLJ',
    'lwoQji3/ln0nsvfZ/XVpOjuB+1YR6/0LdxEDMC/hxI6iH2Rm5MjwWz3dmN/6BZeI',
    'gwGeTOWJUZFARo8UduKrlhC6gWMRpAiiGC8wA8stikc5gYB+UeFVZi/aJ0WN0cpP',
    'JYCvPBhxhMvhVDnd4hNohnR1L7k0ypuWg0YwGjC25FaNAEFBYP9EYUyCJjE//9Z7',
    'sMzHR9SJYCqqo6r9bOH9G6sWKuEp+osuAh+kJIxJMHfipw7w3tEcWG0hce9u/el4',
    'cYJtg8/PPMVoccKmeCzMvarr7jdKP4lenJbtwlgyfs+JgNu60KMUJH8RS72wC9NY',
    'uFz09wIDAQABo4HVMIHSMIGSBgNVHSMEgYowgYeAFCnH4DkZPR6CZxRn/kIqVsMo',
    'dJHpoWekZTBjMQswCQYDVQQGEwJDTjEQMA4GA1UECAwHQmVpSmluZzEQMA4GA1UE',
    'BwwHQmVpSmluZzEXMBUGA1UECgwOTGFrYWxhIENvLixMdGQxFzAVBgNVBAMMDkxh',
    'a2FsYSBSb290IENBggYBaiUALIowHQYDVR0OBBYEFJ2Kx9YZfmWpkKFnC33C0r5D',
    'K3rFMAwGA1UdEwEB/wQCMAAwDgYDVR0PAQH/BAQDAgeAMA0GCSqGSIb3DQEBCwUA',
    'A4IBAQBZoeU0XyH9O0LGF9R+JyGwfU/O5amoB97VeM+5n9v2z8OCiIJ8eXVGKN9L',
    'tl9QkpTEanYwK30KkpHcJP1xfVkhPi/cCMgfTWQ5eKYC7Zm16zk7n4CP6IIgZIqm',
    'TVGsIGKk8RzWseyWPB3lfqMDR52V1tdA1S8lJ7a2Xnpt5M2jkDXoArl3SVSwCb4D',
    'AmThYhak48M++fUJNYII9JBGRdRGbfJ2GSFdPXgesUL2CwlReQwbW4GZkYGOg9LK',
    'CNPK6XShlNdvgPv0CCR08KCYRwC3HZ0y1F0NjaKzYdGNPrvOq9lA495ONZCvzYDo',
    'gmsu/kd6eqxTs/JwdaIYr4sCMg8Z',
    '-----END CERTIFICATE-----',
  ].join('\n'),
  authorization:
    'LKLAPI-SHA256withRSA timestamp="1741694218",nonce_str="dGl8VibGpN0w",signature="' +
    'ejpsXcHGtJucdoFPE8jIdYeVgJv7wSRTURldTsTkqMhTpgXTFTrwPRcWKZVVOaePIJ404YUkZVRT1STv' +
    'WzHr83Xjs/mwk/4uwsZBQsaJMD+zQG9CBsnrRt8UoRyTCtfO5wJ7QVZjIP+QAjNqn2lHFv32tf714IIm' +
    'yvGGBylETw/KziZa3rGvnvsBguH37UjBZ4bCTbaf3mGNCoCdcFQLQPxJIuIwlHH1BzfCqyLgKB46UPKu' +
    'mjnXOmlnQgPjt3uQBxXpgsFDnYWUVJpyvljx7Yf+IXBCiItzqELI0/ZjR6/GhuEJnRuLOB0vbzQg3Oeu' +
    'SbCvutll8/3J0N5qpPOkeg==' +
    '"',
  body:
    '{"channel_id":"95","merchant_no":"82229007392000A","order_create_time":"20250311' +
    '195529","order_efficient_time":"20250315152558","order_info":"这个第一个测试订单，不要删除","o' +
    'rder_status":"2","order_trade_info":{"acc_discount_amount":"","acc_mdiscount_amo' +
    'unt":"","acc_other_discount_amount":"","acc_settle_amount":"1","acc_trade_no":"2' +
    '025031122001468521412228883","acc_type":"04","busi_type":"SCPAY","log_no":"66200' +
    '819100678","pay_mode":"ALIPAY","payer_amount":1,"settle_merchant_no":"8222900739' +
    '2000A","settle_term_no":"D9296381","trade_amount":1,"trade_no":"2025031166200819' +
    '100678","trade_remark":"","trade_status":"S","trade_time":"20250311195612","trad' +
    'e_type":"PAY","user_id1":"sky***@163.com","user_id2":"2088002264868521"},"out_or' +
    'der_no":"202020202028","pay_order_no":"25031111012001101011001746791","term_no":' +
    '"D9296381","total_amount":1,"trans_merchant_no":"82229007392000A","trans_term_no' +
    '":"D9296381"}',
} as const;
