import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "kills",
  title: { en: "Kills with 1,000 orders in flight", zh: "千笔订单在途时被杀死" },
  holds: {
    en: "A service of its own process follows 1,000 orders, while more are handed over, refunded and voided, and is killed (SIGKILL) at random moments: in its start, with queries under way, between the storing of an order and its caller's learning of it; on SQLite and on Postgres, told outside of the store's transactions and in them. On Postgres the next process is spared the wait for the killed one's lease, which another proof waits for. After each kill the tables are held against what they were before. Every order that was handed over comes to the end that the platform's script gives it; none is lost; no state, version, count, history entry or notice goes backwards; each result is told at least once, in order, always with the same key and the same content, and exactly once where the handler writes it in the same database.",
    zh: "一个独立进程的服务跟踪 1,000 笔订单，其间不断有订单交入、退款和撤销，并在随机时刻被杀死（SIGKILL）：启动途中、查询途中、订单已存而调用方尚未得知时；分别在 SQLite 和 Postgres 上，通知在存储的事务之外和之内。在 Postgres 上，下一个进程不必等待被杀者的租约到期，那由另一项证明等待。每次杀死之后，都将各表与之前所见逐一核对。每笔交入的订单都到达平台脚本所定的终点；没有一笔丢失；状态、版本、计数、历史条目和通知都不倒退；每个结果至少通知一次，按次序，键与内容始终相同；处理函数写入同一数据库时恰好一次。"
  },
  tests: ["packages/node/test/durability/kill.test.ts"],
  figures: {
    killsSqlite: {
      en: "kills on SQLite with these orders in flight",
      zh: "这些订单在途时在 SQLite 上的杀死次数",
      atLeast: 500
    },
    killsPostgres: { en: "the same on Postgres", zh: "同上，在 Postgres 上", atLeast: 200 },
    inFlight: {
      en: "orders in flight at each of these kills, at least",
      zh: "其中每次杀死时的在途订单，至少",
      atLeast: 1000
    },
    medianInFlight: {
      en: "their median, on the store where it is least",
      zh: "其中位数，取最小的存储",
      atLeast: 1000
    },
    moreKills: {
      en: "further kills, while tables are made and while all orders end",
      zh: "另外的杀死次数：建表时，以及全部订单走向终点时"
    },
    underWay: { en: "kills with queries under way", zh: "查询途中的杀死次数", atLeast: 100 },
    atStart: { en: "kills in the middle of a start", zh: "启动途中的杀死次数", atLeast: 50 },
    unanswered: {
      en: "kills between the storing of an order and its caller's learning of it",
      zh: "订单已存而调用方尚未得知时的杀死次数",
      atLeast: 1
    },
    orders: { en: "orders", zh: "订单", atLeast: 4000 },
    queries: { en: "queries", zh: "查询" },
    lost: { en: "orders lost", zh: "丢失的订单", atMost: 0 },
    backwards: { en: "facts that went backwards", zh: "倒退的事实", atMost: 0 },
    notices: { en: "notices that arrived", zh: "到达的通知", atLeast: 4000 },
    again: { en: "of these, told again after a kill", zh: "其中因杀死而再次通知", atLeast: 1 },
    againInTransaction: {
      en: "told again where the handler writes in the same database",
      zh: "处理函数写入同一数据库时的重复通知",
      atMost: 0
    }
  }
})
