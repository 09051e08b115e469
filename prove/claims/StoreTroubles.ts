import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "store-troubles",
  title: { en: "Troubles of the store", zh: "存储故障" },
  holds: {
    en: "A service of its own process goes on by itself after each of these, without being started anew: a disk without a byte of room; a limit by which no file may grow; another process that holds the database's lock; a Postgres that crashes, and one that is shut down for a minute. Meanwhile callers learn that an order was not taken over, and what was taken over stays; nothing is told that was not saved; no fact goes backwards, and every order comes to its end and is told, in order, always with the same key. A file or a folder that may not be written is refused at the start with its reason, and left as it is. Of several processes on one SQLite file one has it and the others are told who; frozen (SIGSTOP) it keeps the file, and killed it leaves it to the next.",
    zh: "以下每种情形之后，独立进程的服务无需重启即自行继续：磁盘一个字节也写不下；限额使文件无法再增长；另一进程持有数据库的锁；Postgres 崩溃，以及被关停一分钟。其间调用方得知订单未被接手，已接手的都保留；未保存的绝不通知；事实不倒退，每笔订单都到达终点并按次序通知，键始终相同。不可写的文件或目录在启动时即被拒绝并说明原因，内容保持原样。多个进程争用一个 SQLite 文件时，只有一个得到它，其余的被告知归谁所有；被冻结（SIGSTOP）时它仍保有文件，被杀死后则让给下一个。"
  },
  tests: ["packages/node/test/durability/faults.test.ts", "packages/node/test/durability/cluster.test.ts"],
  figures: {
    fullDisk: { en: "disk full for, s", zh: "磁盘已满的时长，秒", atLeast: 20 },
    noGrowth: { en: "files not allowed to grow for, s", zh: "文件不得增长的时长，秒", atLeast: 20 },
    locked: {
      en: "database locked by another process for, s",
      zh: "数据库被其他进程锁住的时长，秒",
      atLeast: 30
    },
    away: { en: "Postgres shut down for, s", zh: "Postgres 关停的时长，秒", atLeast: 60 },
    readOnly: { en: "starts refused for what may not be written", zh: "因不可写而拒绝的启动", atLeast: 2 },
    refusedStarts: {
      en: "starts refused for a file that another process has",
      zh: "因文件被其他进程占用而拒绝的启动",
      atLeast: 20
    },
    frozen: { en: "holder of the file frozen for, s", zh: "文件持有者被冻结的时长，秒", atLeast: 15 },
    orders: { en: "orders", zh: "订单", atLeast: 500 },
    refused: { en: "calls refused meanwhile", zh: "其间被拒绝的调用", atLeast: 3 },
    lost: { en: "orders lost", zh: "丢失的订单", atMost: 0 },
    backwards: { en: "facts that went backwards", zh: "倒退的事实", atMost: 0 },
    notices: { en: "notices that arrived", zh: "到达的通知", atLeast: 500 },
    again: { en: "of these, told again", zh: "其中再次通知" }
  }
})
