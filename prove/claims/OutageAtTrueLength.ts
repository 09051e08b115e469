import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "outage-at-true-length",
  title: { en: "An outage at its true length", zh: "真实时长的停机" },
  holds: {
    en: "The same story with nothing shortened, on a clock that a test moves: the default schedule (40 minutes to a person), the default breaker and time-outs, a real SQLite store, real signatures, and a platform in memory. It answers in time, then takes 30 s, then answers nothing for two and a half minutes, then 9999 for ten minutes, in which the service starts anew with all orders overdue; then it recovers. No second, wherever it begins, sees more requests than the limit, at the start and at the recovery too. While nothing answers, one request is sent for each period of the breaker. No order is concluded; those that had gone to a person before, and whose turn to be asked again comes meanwhile, are found paid after it. After the recovery new orders are asked within a second, and every order ends as paid and is told once.",
    zh: "同一过程，时长不作缩短，由测试推动时钟：默认查询计划（40 分钟后交人工）、默认断路器与超时、真实的 SQLite 存储、真实的签名，以及内存中的平台。平台先及时应答，然后 30 秒才应答，随后两分半钟毫无应答，再返回十分钟 9999，其间服务重新启动，所有订单均已逾期；最后恢复。任意一秒，无论从何时算起，请求数都不超过限速，启动时和恢复时也是如此。无应答期间，断路器每个周期只放行一次请求。没有订单被下结论；此前已交人工、其间轮到再次查询的订单，恢复后得知已支付。恢复后新订单一秒之内即被查询，每笔订单都以已支付告终，并通知一次。"
  },
  tests: ["packages/node/test/load/trueLength.test.ts"],
  figures: {
    orders: { en: "orders in flight", zh: "在途订单", atLeast: 50_000 },
    limit: { en: "limit, requests a second", zh: "限速，每秒请求数" },
    busiest: {
      en: "requests in the busiest second, % of the limit",
      zh: "最忙一秒的请求数，占限速的百分比",
      atMost: 100
    },
    dead: { en: "requests while nothing was answered, 150 s", zh: "毫无应答的 150 秒内的请求", atMost: 76 },
    faults: { en: "requests while 9999 was answered, 600 s", zh: "返回 9999 的 600 秒内的请求", atMost: 116 },
    probes: { en: "of these, at most within 15 s", zh: "其中任意 15 秒内至多", atMost: 1 },
    atOnce: { en: "requests at once, at most", zh: "同时进行的请求，至多", atMost: 64 },
    concluded: { en: "orders concluded during the outage", zh: "停机期间下了结论的订单", atMost: 0 },
    unresolved: {
      en: "of the orders, those at a person before it",
      zh: "其中此前已交人工的订单"
    },
    queue: {
      en: "from the recovery to the last waiting order's query, s",
      zh: "从恢复到最后一笔等待订单的查询，秒"
    },
    fresh: {
      en: "longest wait of a new order meanwhile, ms",
      zh: "其间新订单的最长等待，毫秒",
      atMost: 1000
    },
    unended: { en: "orders that did not end as paid", zh: "没有以已支付告终的订单", atMost: 0 },
    growth: {
      en: "memory above that with all orders handed over, test and platform included, MiB",
      zh: "超出全部订单交付后的内存（含测试与平台），MiB",
      atMost: 300
    }
  }
})
