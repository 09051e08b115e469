import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "outage",
  title: { en: "An outage with 50,000 orders in flight", zh: "五万笔订单在途时的停机" },
  holds: {
    en: "The platform takes 30 s for an answer, then answers nothing for three minutes, then 9999 for ten, then recovers; meanwhile the service is killed and started again with all orders overdue. All lengths of time are divided by one number; processes, sockets and the SQLite store are real. The rate limit holds in every second of the test, which is 20 of the platform's, and after the start too; while the platform is down the breaker lets next to nothing through; memory grows with the queries at once, not with the orders that wait; new orders are asked in between, however long the queue; nothing is concluded during the outage, and after it every order ends as paid and is told.",
    zh: "平台先是 30 秒才应答，随后三分钟毫无应答，再返回十分钟 9999，然后恢复；其间服务被杀死并在所有订单都逾期时重新启动。所有时长除以同一个数；进程、套接字和 SQLite 存储都是真实的。限速在测试的每一秒（平台的 20 秒）都成立，重启之后也是；平台停机时，断路器几乎不放行任何请求；内存随同时进行的查询增长，而不随等待的订单增长；无论队列多长，新订单都能及时查询；停机期间不下任何结论，恢复后每笔订单都以已支付告终并通知。"
  },
  tests: ["packages/node/test/load/outage.test.ts"],
  figures: {
    orders: { en: "orders in flight", zh: "在途订单", atLeast: 50_000 },
    scale: { en: "lengths of time divided by", zh: "时长除以" },
    busiest: {
      en: "requests in the busiest second, % of the limit",
      zh: "最忙一秒的请求数，占限速的百分比",
      atMost: 100
    },
    slow: { en: "requests while the platform was slow", zh: "平台缓慢期间的请求" },
    dead: { en: "requests while it answered nothing", zh: "毫无应答期间的请求", atMost: 1000 },
    faults: { en: "requests while it answered 9999", zh: "返回 9999 期间的请求", atMost: 2000 },
    concluded: { en: "orders concluded during the outage", zh: "停机期间下了结论的订单", atMost: 0 },
    recovery: {
      en: "from the recovery to the last order's end, s of the platform's time",
      zh: "从恢复到最后一笔订单结束，平台时间，秒"
    },
    fresh: {
      en: "longest wait of a new order during the recovery, s of the platform's time",
      zh: "恢复期间新订单的最长等待，平台时间，秒",
      atMost: 60
    },
    unended: { en: "orders that did not end as paid", zh: "没有以已支付告终的订单", atMost: 0 },
    untold: { en: "orders that were not told", zh: "没有通知的订单", atMost: 0 },
    memory: { en: "memory of the service at its largest, MiB", zh: "服务的最大内存，MiB", atMost: 800 },
    growth: {
      en: "of that, above what it was with all orders handed over, MiB",
      zh: "其中超出全部订单交付后的部分，MiB",
      atMost: 300
    }
  }
})
