/** Certificates for TLS on loopback, made with the `openssl` command in a directory that is deleted again. */
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export interface Identity {
  readonly key: string
  readonly cert: string
}

export interface Certificates {
  /** Where the files are; for more of them. */
  readonly directory: string
  /** The private authority's certificate, as a file. */
  readonly authorityFile: string
  /** Signed by the authority, for 127.0.0.1, valid today. */
  readonly good: Identity
  /** The same, but no longer valid. */
  readonly expired: Identity
  /** The same, but for another host. */
  readonly otherHost: Identity
  /** For 127.0.0.1, signed by itself. */
  readonly selfSigned: Identity
}

const run = promisify(execFile)

const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256"]

const build = async (directory: string): Promise<Certificates> => {
  const file = (name: string) => join(directory, name)
  const openssl = (...options: ReadonlyArray<string>) => run("openssl", [...options], { cwd: directory })
  const read = async (name: string): Promise<Identity> => ({
    key: await readFile(file(`${name}.key`), "utf8"),
    cert: await readFile(file(`${name}.crt`), "utf8")
  })
  const self = (name: string, subject: string, extensions: ReadonlyArray<string>) =>
    openssl(
      ...["req", "-x509", ...curve, "-keyout", `${name}.key`, "-out", `${name}.crt`, "-days", "2"],
      ...["-subj", subject, ...extensions.flatMap((extension) => ["-addext", extension])]
    )
  const signed = async (name: string, host: string, dates: ReadonlyArray<string>) => {
    await openssl(
      ...["req", ...curve, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", "/CN=test server"],
      ...["-addext", `subjectAltName=${host}`]
    )
    await openssl(
      ...["ca", "-batch", "-config", "ca.cnf", "-in", `${name}.csr`, "-out", `${name}.crt`, "-notext"],
      ...dates
    )
  }
  const valid = ["-days", "2"]
  const past = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
  await writeFile(file("index.txt"), "")
  await writeFile(file("serial"), "01\n")
  await writeFile(
    file("ca.cnf"),
    [
      "[ca]\ndefault_ca=test",
      "[test]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ncertificate=authority.crt",
      "private_key=authority.key\ndefault_md=sha256\npolicy=any\ncopy_extensions=copy\nunique_subject=no",
      "[any]\ncommonName=supplied\n"
    ].join("\n")
  )
  await self("authority", "/CN=test authority", ["basicConstraints=critical,CA:TRUE"])
  await self("self", "/CN=127.0.0.1", ["subjectAltName=IP:127.0.0.1", "basicConstraints=critical,CA:FALSE"])
  // One after the other: `openssl ca` writes its index.
  await signed("good", "IP:127.0.0.1", valid)
  await signed("expired", "IP:127.0.0.1", past)
  await signed("other", "DNS:mofunapi.umfintech.com", valid)
  return {
    directory,
    authorityFile: file("authority.crt"),
    good: await read("good"),
    expired: await read("expired"),
    otherHost: await read("other"),
    selfSigned: await read("self")
  }
}

/** Made anew; the directory ends with the scope. */
export const make: Effect.Effect<Certificates, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "umf-order-sync-tls-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
).pipe(Effect.flatMap((directory) => Effect.promise(() => build(directory))))
