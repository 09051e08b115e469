import { keyOf, schedule, type Node } from "./support/Walk.ts"
import * as OrderStep from "../src/OrderStep.ts"
import * as OrderSnapshot from "../src/OrderSnapshot.ts"
import { answered, faulted, order, plain, verdicts } from "./support/Samples.ts"
const { start, step } = OrderStep.make(schedule)
const coarse = ({ now, snapshot: { result, asking, context } }: Node): string => {
  const { payment, nextQueryAt, ended, told, operation, suspectedAt, startedAt, restedAt } = context
  const resting = result === "closed" || result === "payFailed" || result === "unresolved"
  const polling = OrderSnapshot.tagOf(result) === "polling"
  return [result, asking, operation, payment === undefined ? "unpaid" : (payment.late ?? "paid"), ended, told,
    polling ? now - startedAt >= 100 : "", suspectedAt === undefined ? "" : now - suspectedAt >= 30,
    resting && process.env.R ? Math.min(2, [50,100].filter(a => (restedAt ?? 0) + a <= now).length) : "",
    asking === "querying" ? "" : nextQueryAt === undefined ? "none" : process.env.N? nextQueryAt<=now+10:"",
    polling ? Math.min(context.contradictions, 2) : "", 
  ].join(" ")
}
const delays = (process.env.D ?? "10,40,200").split(",").map(Number)
const seen = new Map<string, Node>(); const q: Node[] = []
const k = process.env.X ? keyOf : coarse
for (const operation of ["payment","refund","void"] as const) { const s = start({order, at:0, operation}); q.push({now:0,snapshot:s.snapshot,step:s}) }
let e=0; const t=Date.now()
while(q.length && Date.now()-t<40000){ const n=q.pop()!; const key=k(n); if(seen.has(key)) continue; seen.set(key,n)
 for (const d of delays) { const at=n.now+d
  for (const ev of [...verdicts.map(v=>answered(v,at)), faulted(at), faulted(at,"Unverified"), ...plain.map(type=>({type,at}) as any)]) { e++; const s=step(n.snapshot,ev); const m={now:at,snapshot:s.snapshot,step:s}; if(!seen.has(k(m))) q.push(m) } } }
console.log(process.env.X,process.env.R,process.env.N,process.env.D,seen.size,e,Date.now()-t,q.length)
const c:Record<string,number>={}; for(const n of seen.values()) c[n.snapshot.result]=(c[n.snapshot.result]??0)+1; console.log(c)
