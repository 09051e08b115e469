import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "mutated-answers",
  title: { en: "Answers changed on the way", zh: "途中被改动的应答" },
  holds: {
    en: "True, signed answers are changed at random (bytes, JSON structure, Unicode, numbers, names, sizes, values, and names and borders under a signature that still fits) and read as any answer is. None gives a verdict about the order that the true answer doesn't give; what is believed has the true answer's signed text when it is read by another JSON reader; a mere change of spelling changes nothing; nothing but a typed refusal comes of the rest. A true answer of another order, changed or not, concludes nothing about an order whose amount and number are known.",
    zh: "随机改动签名真实的应答（字节、JSON 结构、Unicode、数字、字段名、大小、值，以及签名仍然相符时的字段名与分界），再照常读取。没有一个得出真实应答所没有的订单结论；凡被采信的，用另一个 JSON 解析器读出的待签文本与真实应答相同；仅改写法不改变任何结果；其余都只产生有类型的拒绝。别的订单的真实应答，无论改动与否，对金额和订单号已知的订单不产生任何结论。"
  },
  tests: ["packages/core/test/proof/answers.test.ts"],
  figures: {
    answers: { en: "mutated answers", zh: "改动后的应答", atLeast: 1_000_000 },
    wrongVerdicts: { en: "wrong verdicts", zh: "错误结论", atMost: 0 },
    untypedErrors: { en: "errors without a type", zh: "没有类型的错误", atMost: 0 },
    notRead: { en: "refused: not strict JSON, or not signable", zh: "拒绝：不是严格的 JSON，或无法签名" },
    notSigned: { en: "refused: no signature, or one that does not fit", zh: "拒绝：没有签名，或签名不符" },
    notPlausible: {
      en: "refused: signed, but not plausible",
      zh: "拒绝：签名相符，但不可采信",
      atLeast: 10_000
    },
    believed: { en: "believed, with the true verdict", zh: "采信，结论与真实应答相同", atLeast: 10_000 },
    saidNothing: {
      en: "believed as 9999 or 3333, which say nothing about the order",
      zh: "采信为 9999 或 3333，它们对订单不说明任何问题"
    },
    replays: {
      en: "answers of other orders, changed or not",
      zh: "别的订单的应答，改动或未改动",
      atLeast: 50_000
    },
    slowest: { en: "the slowest answer, ms", zh: "最慢的应答，毫秒", atMost: 250 },
    memory: { en: "growth of the heap at its largest, MiB", zh: "堆的最大增长，MiB", atMost: 256 }
  }
})
