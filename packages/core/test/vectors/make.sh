#!/usr/bin/env bash
# Makes vectors.json with the openssl command alone: no line of this project signs here.
# The texts to sign were written down by hand from PROTOCOL.md 4. Keys are kept where there are any,
# and SHA1withRSA (PKCS#1 v1.5) has no randomness, so a second run gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")"

for who in merchant platform; do
  if [ ! -f "$who.key.p8" ]; then
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 2>/dev/null |
      openssl pkcs8 -topk8 -nocrypt -outform DER -out "$who.key.p8"
  fi
  openssl pkey -inform DER -in "$who.key.p8" -pubout -outform DER -out "$who.pub.der"
done

# sign WHO TEXT: base64 on one line
sign() {
  printf '%s' "$2" | openssl dgst -sha1 -keyform DER -sign "$1.key.p8" | openssl base64 -A
}

quoted() {
  printf '"%s"' "$(printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g')"
}

separator=""
# request NAME FIELDS TEXT
request() {
  printf '%s\n    { "name": %s, "fields": %s, "text": %s, "sign": "%s" }' \
    "$separator" "$(quoted "$1")" "$2" "$(quoted "$3")" "$(sign merchant "$3")"
  separator=","
}

# answer NAME JSON TEXT, with @SIGN@ in the JSON where the signature goes
answer() {
  local signature
  signature="$(sign platform "$3")"
  printf '%s\n    { "name": %s, "json": %s, "text": %s }' \
    "$separator" "$(quoted "$1")" "$(quoted "${2/@SIGN@/$signature}")" "$(quoted "$3")"
  separator=","
}

{
  printf '{\n  "note": "Made by make.sh with openssl and keys of this project. See README.md.",\n  "requests": ['
  request "the two required fields" \
    '{ "orderId": "T20171101000001", "merId": "30000102" }' \
    'merId=30000102&orderId=T20171101000001'
  request "every field" \
    '{ "transactionId": "31711011432450012", "payType": "WX", "orderId": "T20171101000002", "orderDate": "20171101", "merId": "30000102" }' \
    'merId=30000102&orderDate=20171101&orderId=T20171101000002&payType=WX&transactionId=31711011432450012'
  request "Chinese in the order number" \
    '{ "merId": "30000102", "orderId": "订单-3", "orderDate": "20240229" }' \
    'merId=30000102&orderDate=20240229&orderId=订单-3'
  printf '\n  ],\n  "answers": ['
  separator=""
  answer "flat, with Chinese" \
    '{"retCode":"0000","retMsg":"交易成功","platDate":"20171101","platTime":"143245","paySeq":"4200000031201711012345678901","transactionId":"31711011432450012","transState":"SUCCESS","amount":"000000000100","payType":"WX","sign":"@SIGN@"}' \
    '000000000100|4200000031201711012345678901|WX|20171101|143245|0000|交易成功|SUCCESS|31711011432450012'
  answer "numbers" \
    '{"amount":100,"sign":"@SIGN@","retCode":"01000000","retMsg":"支付中","rate":1.0,"platDate":20171101,"transactionId":31711011432450012}' \
    '100|20171101|1.0|01000000|支付中|31711011432450012'
  answer "null and empty text" \
    '{"retCode":"88881220","retMsg":"","paySeq":null,"platDate":"","transState":null,"amount":"100","transactionId":"31711011432450012","note":null,"sign":"@SIGN@"}' \
    '100|88881220|31711011432450012'
  answer "a nested object, and names in upper case" \
    '{"retMsg":"支付失败","retCode":"00060780","ext":{"term":"","b":"2","Z":"1","inner":{"x":true}},"Memo":"口罩","transState":"PAYERROR","amount":"100","transactionId":"31711011432450012","sign":"@SIGN@"}' \
    '口罩|100|1|2|true|00060780|支付失败|PAYERROR|31711011432450012'
  printf '\n  ]\n}\n'
} > vectors.json
