/**
 * The sandbox's own keys: a merchant's pair and a platform's pair, made at first start. In a directory
 * they are kept and used again; without one they live in memory only.
 *
 * Formats, signing and verifying are left to `keys`.
 */
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { KeyFile, KeyPair, PrivateKey, PublicKey } from "../keys/index.ts"

/** Some of the four files are there and some are not: nothing is made, nothing is overwritten. */
export class KeysIncomplete extends Schema.TaggedError<KeysIncomplete>()("KeysIncomplete", {
  directory: Schema.String,
  missing: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `${this.directory} holds some of the sandbox's key files, but not ${this.missing.join(" and ")}. Put it back, or delete the other ones (${fileNames.join(", ")}) and new keys will be made`
  }
}

/** Where the merchant's side of the keys lies. */
export interface KeyFiles {
  readonly merchantPrivateKey: string
  readonly merchantCert: string
  readonly platformCert: string
}

/** Both pairs: what the merchant needs, and what the sandbox works with. */
export interface SandboxKeys {
  /** The merchant's private key, PKCS#8 DER. */
  readonly merchantPrivateKey: Redacted.Redacted<Uint8Array>
  /** The platform's certificate, PEM. */
  readonly platformCert: Uint8Array
  /** Where these are, if a directory was given. */
  readonly files: KeyFiles | undefined
  /** Checks requests. */
  readonly merchantPublicKey: PublicKey.PublicKey
  /** Signs answers. */
  readonly platformPrivateKey: PrivateKey.PrivateKey
}

const fileNames = ["merchant.key.p8", "merchant.cert.crt", "platform.key.p8", "platform.cert.crt"] as const

/** The keys in `directory`, made there if there are none; keys in memory where none is given. */
export const load = (
  directory: string | undefined
): Effect.Effect<SandboxKeys, KeysIncomplete | KeyFile.KeyError> =>
  directory === undefined ? inMemory : inDirectory(directory)

const generate = (subject: string) => KeyPair.generate({ subject: `sandbox ${subject}` })

const inMemory: Effect.Effect<SandboxKeys, KeyFile.KeyError> = Effect.gen(function* () {
  const merchant = yield* generate("merchant")
  const platform = yield* generate("platform")
  return {
    merchantPrivateKey: merchant.privateKey,
    platformCert: Buffer.from(platform.certificate),
    files: undefined,
    merchantPublicKey: yield* PublicKey.fromBytes(Buffer.from(merchant.certificate), {
      source: "the sandbox's merchant certificate"
    }),
    platformPrivateKey: yield* PrivateKey.fromBytes(Redacted.value(platform.privateKey), {
      source: "the sandbox's platform key"
    })
  }
})

const inDirectory = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<SandboxKeys, KeysIncomplete | KeyFile.KeyError> {
  const present = yield* namesIn(directory)
  const missing = fileNames.filter((name) => !present.includes(name))
  if (missing.length === fileNames.length) {
    yield* KeyPair.writeTo(yield* generate("merchant"), directory, { name: "merchant" })
    yield* KeyPair.writeTo(yield* generate("platform"), directory, { name: "platform" })
  } else if (missing.length > 0) {
    return yield* new KeysIncomplete({ directory, missing })
  }
  const files: KeyFiles = {
    merchantPrivateKey: join(directory, "merchant.key.p8"),
    merchantCert: join(directory, "merchant.cert.crt"),
    platformCert: join(directory, "platform.cert.crt")
  }
  return {
    merchantPrivateKey: Redacted.make(yield* KeyFile.read(files.merchantPrivateKey), {
      label: "private key"
    }),
    platformCert: yield* KeyFile.read(files.platformCert),
    files,
    merchantPublicKey: yield* PublicKey.fromFile(files.merchantCert),
    platformPrivateKey: yield* PrivateKey.fromFile(join(directory, "platform.key.p8"))
  }
})

/** The names in a directory; none if there is no such directory. */
const namesIn = (directory: string): Effect.Effect<ReadonlyArray<string>, KeyFile.KeyError> =>
  Effect.tryPromise({
    try: () => readdir(directory),
    catch: (error) => KeyFile.codeOf(error)
  }).pipe(
    Effect.catch((code) =>
      code === "ENOENT"
        ? Effect.succeed([])
        : Effect.fail(
            new KeyFile.KeyError({
              source: directory,
              reason: new KeyFile.Unreachable({ action: "read", code })
            })
          )
    )
  )
