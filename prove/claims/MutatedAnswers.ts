import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "mutated-answers",
  title: { en: "Answers changed on the way", zh: "途中被改动的应答" },
  holds: {
    en: "True, signed answers are changed at random, in chains of up to four mutations: bytes, JSON structure, Unicode, numbers, names, values, sizes and depths; names, borders and nesting under a signature that still fits; older answers of the same order and answers of other orders, as they are and in disguise. They are read as any answer is, with a real RSA signature. A judge that reads JSON with another reader says what may come of it. Where the order's number is known, whatever is believed has the signed text of a true answer about this order and gives that answer's verdict (two oddities of the platform's own are counted below: they move no money, and call no payment failed); another order's answer that names a number concludes nothing, and one without a number (the platform does not know that order) at most that this one may be closed, which takes two such answers. Where only the amount is known, no answer of an order that names other amounts alone says that money moved. A changed signed text is always refused; a mere change of spelling changes nothing; all else is a typed refusal, in bounded time and memory.",
    zh: "对签名真实的应答随机施加至多四步的连续改动：字节、JSON 结构、Unicode、数字、字段名、值、大小与深度；签名仍然相符时的字段名、分界与嵌套；重放同一订单更早的应答和别的订单的应答，原样或经过伪装。随后照常读取，并用真实的 RSA 验签。由使用另一个 JSON 解析器的独立判定程序判断结果是否允许。已知平台订单号时，凡被采信的，其待签文本必与本订单某份真实应答相同，结论也与那份应答相同（平台自身的两种怪异情形另行计数：不涉及资金变动，也不会把支付认作失败）；别的订单带有订单号的应答得不出任何结论；不带订单号的（平台不认识那笔订单）至多表明本订单可能已关闭，而这需要两次这样的应答。只知道金额时，只列有其他金额的订单的应答不会被认作资金已变动。待签文本被改动的一律拒绝；仅改写法不改变任何结果；其余都是有类型的拒绝，耗时和内存均有上限。"
  },
  tests: ["packages/core/test/proof/answers.test.ts"],
  figures: {
    answers: { en: "mutated answers", zh: "改动后的应答", atLeast: 1_000_000 },
    mutations: { en: "kinds of mutation", zh: "改动的种类", atLeast: 80 },
    seldomest: { en: "times that the rarest of them was done", zh: "其中最少的一种所做的次数", atLeast: 400 },
    wrongVerdicts: { en: "wrong verdicts", zh: "错误结论", atMost: 0 },
    untypedErrors: { en: "errors without a type", zh: "没有类型的错误", atMost: 0 },
    notRead: { en: "refused: not strict JSON, or not signable", zh: "拒绝：不是严格的 JSON，或无法签名" },
    notSigned: { en: "refused: no signature, or one that does not fit", zh: "拒绝：没有签名，或签名不符" },
    notPlausible: {
      en: "refused: signed, but not plausible",
      zh: "拒绝：签名相符，但不可采信",
      atLeast: 10_000
    },
    true: { en: "believed, with the true verdict", zh: "采信，结论与真实应答相同", atLeast: 10_000 },
    older: {
      en: "believed as the older answer of this order that they are, with its true verdict",
      zh: "作为同一订单更早的应答采信，结论与那份应答相同",
      atLeast: 1000
    },
    nothing: {
      en: "believed as 9999, 3333 or a price that reads as “being paid”, which conclude nothing",
      zh: "采信为 9999、3333，或被读成“支付中”的价格，它们不产生任何结论"
    },
    asState: {
      en: "of a true message that is itself a word of transState, without one beside it: believed as that state, undecided, or failed where closed is the truth",
      zh: "真实应答的 retMsg 本身就是 transState 的取值、且没有 transState：被采信为该状态，即未决，或真相为已关闭时的支付失败"
    },
    othersRefused: {
      en: "refused as the answers of other orders",
      zh: "作为别的订单的应答而拒绝",
      atLeast: 10_000
    },
    undecided: {
      en: "answers of other orders that were believed, as undecided",
      zh: "被采信为“未决”的别的订单的应答"
    },
    alike: {
      en: "answers of other orders that were believed where they have no number, or where the number is unknown and the amount is the same, stands beside it as another price, or is unknown",
      zh: "没有订单号，或订单号未知、金额又相同、另列有同额价格或未知时，被采信的别的订单的应答"
    },
    respelt: { en: "of these, mere changes of spelling", zh: "其中仅改写法的", atLeast: 10_000 },
    slowest: { en: "the slowest answer, ms", zh: "最慢的应答，毫秒", atMost: 100 },
    heap: {
      en: "growth of the live heap at its largest, MiB",
      zh: "存活堆内存的最大增长，MiB",
      atMost: 32
    },
    memory: {
      en: "growth of the process's memory at its largest, MiB",
      zh: "进程内存的最大增长，MiB",
      atMost: 256
    }
  }
})
