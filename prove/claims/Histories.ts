import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "histories",
  title: { en: "Random histories of an order", zh: "订单的随机历史" },
  holds: {
    en: "Orders go through random histories of answers, faults, hints, waits, refunds, voids and resumes, with clocks that jump. After each step, what the machine says is held against a table of facts and their grounds that was written without it: nothing is told without an answer that says so; what takes two answers gets two, in a row and far enough apart; a payment, a failure and a return are told at once, what takes two answers by the second of them, and a payment is never forgotten; nothing moves backwards; a request for a refund or a void is followed; no fault, time or hint ends an order; nothing is told twice in a row; while an order has no end, somebody asks or a person was called, and an end that may prove wrong is asked again. Snapshots survive their journey through JSON, and go on in the same way.",
    zh: "订单经历由应答、故障、提示、等待、退款、撤销和恢复组成的随机历史，时钟还会跳变。每一步之后，都用一张不依据状态机写成的“事实与依据”表核对状态机所言：没有应答说过的，绝不告知；需要两次应答的，必须连续两次且相隔足够久；付款、失败和退回立即告知，需要两次应答的由第二次告知，付款绝不忘记；绝不倒退；退款或撤销的请求必被跟进；故障、时间和提示都不能终结订单；同一事实不连续告知两次；订单没有结果时，总有人在查询，或已请人处理；可能被证明有误的结果会再次查询。快照经 JSON 往返不变，且其后的走向相同。"
  },
  tests: ["packages/machine/test/proof/histories.test.ts"],
  figures: {
    histories: { en: "histories", zh: "历史", atLeast: 1_000_000 },
    steps: { en: "steps", zh: "步", atLeast: 5_000_000 },
    broken: { en: "broken rules", zh: "被违反的规则", atMost: 0 },
    states: { en: "states entered, of 15", zh: "进入过的状态（共 15）", atLeast: 15 },
    pairs: { en: "pairs of a state and an event, of 270", zh: "状态与事件的组合（共 270）", atLeast: 270 },
    fewest: { en: "times that the least frequent pair happened", zh: "最少见的组合出现的次数", atLeast: 50 },
    facts: { en: "facts told", zh: "告知的事实" }
  }
})
