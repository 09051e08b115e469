import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "clocks",
  title: { en: "A wall clock that is set", zh: "被拨动的墙上时钟" },
  holds: {
    en: "The wall clock of a service of its own process is set by an hour or two, ahead and back, again and again, while orders are followed on SQLite and on Postgres. Two answers have to lie 4 s apart here to close an order, or to call a refund or void failed, and each setting of the clock falls between some orders' two: by a true clock none of these ends comes sooner, and none later by what the clock was set. Every order comes to its end and is told, none is lost, nothing goes backwards, and the asking never pauses.",
    zh: "在 SQLite 和 Postgres 上跟踪订单的独立进程，其墙上时钟被反复向前、向后拨动一小时或两小时。这里规定两次应答须相隔 4 秒才能认定订单关闭、退款失败或撤销失败，而每次拨动时钟都落在一些订单的两次应答之间：按真实时钟衡量，没有一个这样的终点来得更早，也没有因拨动而推迟。每笔订单都到达终点并得到通知，没有一笔丢失，没有任何倒退，查询从不停顿。"
  },
  tests: ["packages/node/test/durability/faults.test.ts", "packages/node/test/sync/clock.test.ts"],
  figures: {
    settings: { en: "times that a clock was set", zh: "拨动时钟的次数", atLeast: 36 },
    orders: { en: "orders", zh: "订单", atLeast: 480 },
    confirmed: { en: "of these, ends that take two answers", zh: "其中须两次应答确认的终点", atLeast: 200 },
    shortest: {
      en: "shortest time between two such answers, ms",
      zh: "两次应答的最短间隔，毫秒",
      atLeast: 3950
    },
    silence: { en: "longest time without a question, ms", zh: "最长未发出查询的时间，毫秒", atMost: 5000 },
    lost: { en: "orders lost", zh: "丢失的订单", atMost: 0 },
    backwards: { en: "facts that went backwards", zh: "倒退的事实", atMost: 0 },
    notices: { en: "notices that arrived", zh: "到达的通知", atLeast: 480 }
  }
})
