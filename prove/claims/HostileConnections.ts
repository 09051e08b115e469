import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "hostile-connections",
  title: { en: "Answers over hostile connections", zh: "恶意连接上的应答" },
  holds: {
    en: "Over real sockets and TLS, whoever answers writes bytes as it likes: wrong framing, lengths and chunks, second answers on a kept-alive connection, status lines, redirects, compression bombs, other encodings, slow and endless answers, ends and resets at any byte, and certificates and handshakes that must not be trusted. No question gets a verdict but the true answer's; all else is a typed error, within the time for one request; no connection stays, nothing is asked elsewhere, and after each of them true answers are believed as before.",
    zh: "在真实的套接字和 TLS 上，应答方随意写出字节：错误的分帧、长度和分块，保持连接上多出的应答，状态行，跳转，压缩炸弹，其他编码，缓慢和没有尽头的应答，任意字节处的关闭与重置，以及不得信任的证书和握手。任何提问都只得到真实应答的结论；其余都是有类型的错误，且在一次请求的时限之内；不留下连接，不向别处提问，其后真实的应答照常被采信。"
  },
  tests: ["packages/node/test/proof/sockets.test.ts"],
  figures: {
    answers: { en: "answers over sockets", zh: "套接字上的应答", atLeast: 20_000 },
    kinds: { en: "kinds of them", zh: "种类", atLeast: 100 },
    handshakes: {
      en: "of these, TLS handshakes that must not be trusted",
      zh: "其中不得信任的 TLS 握手",
      atLeast: 1000
    },
    wrongVerdicts: { en: "wrong verdicts", zh: "错误结论", atMost: 0 },
    believed: { en: "true answers believed", zh: "采信的真实应答", atLeast: 1000 },
    refused: { en: "typed refusals", zh: "有类型的拒绝", atLeast: 10_000 },
    overrun: {
      en: "longest time beyond that for one request, ms",
      zh: "超出一次请求时限的最长时间，毫秒",
      atMost: 2000
    },
    stayed: { en: "connections that stayed", zh: "留下的连接", atMost: 0 },
    elsewhere: { en: "questions asked elsewhere", zh: "向别处的提问", atMost: 0 },
    memory: { en: "growth of memory, servers included, MiB", zh: "内存增长（含服务器），MiB", atMost: 400 }
  }
})
