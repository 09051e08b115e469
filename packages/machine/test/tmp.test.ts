import { it } from "@effect/vitest"
import { walk } from "./support/Walk.ts"
it("size", () => { const t=Date.now(); const w = walk(); console.log(w.nodes.length, w.edges.length, Date.now()-t)
 const c = new Map<string,number>(); for (const n of w.nodes) c.set(n.snapshot.result,(c.get(n.snapshot.result)??0)+1); console.log(c) }, 120000)
