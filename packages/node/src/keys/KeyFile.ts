/**
 * A key file as the user names it: reading its bytes, and the one error for everything a key can be
 * refused for. No error holds any part of a key, a passphrase, or an error of a crypto library.
 *
 * What is in the bytes is told by `KeyFormat`; what is done with them is left to `PrivateKey`, `PublicKey`
 * and `KeyInfo`.
 */
import { createReadStream } from "node:fs"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as KeyFormat from "./KeyFormat.ts"

/** No key file is larger, in bytes. */
export const maxBytes = 131_072

/** No passphrase is hashed more often; some hundred thousand times are usual. */
export const maxRounds = 2_000_000

const accepted = "PKCS#8, PKCS#1, PKCS#12, X.509 or SPKI, as PEM or DER"

/** The bytes hold nothing that is known as a key or a certificate. */
export class NotAKey extends Schema.TaggedError<NotAKey>()("NotAKey", {
  found: Schema.Literals(["nothing", "too much", "something else"])
}) {
  override get message(): string {
    if (this.found === "nothing") return "is empty. Check the path, and copy the file again"
    if (this.found === "too much")
      return `is larger than ${maxBytes} bytes, so it is no key file. Check the path`
    return `holds no key and no certificate. Give a file in one of these formats: ${accepted}`
  }
}

/** A sound file, but of another kind than is needed here. */
export class WrongKind extends Schema.TaggedError<WrongKind>()("WrongKind", {
  found: Schema.String,
  needed: Schema.Literals(["private key", "public key"])
}) {
  override get message(): string {
    return this.needed === "private key"
      ? `holds ${this.found}, and a private key is needed. Give the merchant's own key (often *.key.p8, *.pem or *.p12)`
      : `holds ${this.found}, and the platform's certificate or public key is needed (often *.cert.crt)`
  }
}

/** The key is encrypted, and no passphrase was given. */
export class PassphraseNeeded extends Schema.TaggedError<PassphraseNeeded>()("PassphraseNeeded", {}) {
  override get message(): string {
    return "is encrypted. Give its passphrase too"
  }
}

/** The passphrase does not open the key. */
export class PassphraseWrong extends Schema.TaggedError<PassphraseWrong>()("PassphraseWrong", {}) {
  override get message(): string {
    return "does not open with this passphrase: it is another one, or the file is damaged or encrypted in a way not known here. Check the passphrase, or write the key anew with: openssl pkcs8 -topk8 -v2 aes-256-cbc"
  }
}

/** The file is of a known kind, but damaged. */
export class Malformed extends Schema.TaggedError<Malformed>()("Malformed", {
  kind: Schema.String,
  fault: Schema.Literals(["cut off", "unreadable", "inconsistent", "unsafe", "too many rounds"])
}) {
  override get message(): string {
    const what = {
      "cut off": "ends before it is complete",
      unreadable: "can't be read",
      inconsistent: "has a private and a public part that don't fit together",
      unsafe:
        "has numbers that no safe RSA key has: a modulus is odd and has 1024 to 16384 bits, an exponent is odd, more than 1, and has 64 bits at most",
      "too many rounds": `wants its passphrase hashed more than ${maxRounds} times, as no sound file does`
    }[this.fault]
    const advice = this.fault === "unsafe" ? ", or get another key" : ", in binary mode if it is no text"
    return `looks like ${this.kind}, but ${what}. Copy the file again${advice}`
  }
}

/** Not an RSA key; the platform signs with RSA only (PROTOCOL.md 4). */
export class NotRsa extends Schema.TaggedError<NotRsa>()("NotRsa", { type: Schema.String }) {
  override get message(): string {
    return `holds a key of type ${this.type}, and the platform takes RSA only. Give the RSA key that is registered with it`
  }
}

/** The key's signatures don't fit the field `sign` (PROTOCOL.md 2). Lengths in characters. */
export class SignatureTooLong extends Schema.TaggedError<SignatureTooLong>()("SignatureTooLong", {
  bits: Schema.Int,
  length: Schema.Int,
  limit: Schema.Int
}) {
  override get message(): string {
    return `holds an RSA key of ${this.bits} bits: its signatures have ${this.length} characters, and the field "sign" takes ${this.limit}. Use a key of 1536 bits or less, or lift the limit (signatureLimit) if the platform told you that it takes longer ones`
  }
}

/** The file could not be read or written; `code` is the operating system's (ENOENT, EACCES). */
export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", {
  action: Schema.Literals(["read", "written"]),
  code: Schema.String
}) {
  override get message(): string {
    return `can't be ${this.action} (${this.code}). Check the path and its permissions`
  }
}

/** A file of that name is there already; keys are never overwritten. */
export class FileExists extends Schema.TaggedError<FileExists>()("FileExists", {}) {
  override get message(): string {
    return "exists already and is left as it is. Choose another directory or name"
  }
}

/** Everything a key can be refused for. */
export const KeyErrorReason = Schema.Union([
  NotAKey,
  WrongKind,
  PassphraseNeeded,
  PassphraseWrong,
  Malformed,
  NotRsa,
  SignatureTooLong,
  Unreachable,
  FileExists
])
export type KeyErrorReason = typeof KeyErrorReason.Type

/** A key was refused: where it came from, and why. None of these goes away by trying again. */
export class KeyError extends Schema.TaggedError<KeyError>()("KeyError", {
  /** The file's path, or another name of the place the key came from ("environment"). */
  source: Schema.String,
  reason: KeyErrorReason
}) {
  /** What, where, and what to do about it, in one or two sentences. */
  override get message(): string {
    return `${this.source} ${this.reason.message}.`
  }

  get isRetryable(): boolean {
    return false
  }
}

/** The operating system's code of a failed file operation; nothing else of the error is kept. */
export const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && Predicate.isString(error.code) ? error.code : "unknown"

/** Whether a text is no path but what a key file holds: put in its place, it would end in every message about it. */
export const looksLikeAKey = (text: string): boolean =>
  /-----BEGIN|[\r\n]/.test(text) ||
  /^[A-Za-z0-9+/=_-]{200,}$/.test(text) ||
  // Bytes that were made a text by mistake.
  /^(?:\d{1,3},){20}/.test(text)

/** How messages call a path that can't be read. */
const sourceOf = (path: string): string =>
  looksLikeAKey(path) ? "What was given as a key file's path, and looks like the key itself," : path

/** The file's bytes, at most one more than `maxBytes`. Fails with `KeyError` (`Unreachable`). */
export const read = (path: string): Effect.Effect<Uint8Array, KeyError> =>
  Effect.tryPromise({
    try: async () => {
      const chunks: Array<Buffer> = []
      for await (const chunk of createReadStream(path, { end: maxBytes })) chunks.push(chunk)
      return Buffer.concat(chunks)
    },
    catch: (error) =>
      new KeyError({
        source: sourceOf(path),
        reason: new Unreachable({ action: "read", code: codeOf(error) })
      })
  })

/** The blocks of a file that holds at least one, all of them complete. Fails with the reason otherwise. */
export const blocks = (bytes: Uint8Array): Effect.Effect<KeyFormat.KeyBlocks, NotAKey | Malformed> => {
  if (bytes.length === 0) return Effect.fail(new NotAKey({ found: "nothing" }))
  if (bytes.length > maxBytes) return Effect.fail(new NotAKey({ found: "too much" }))
  const [first, ...others] = KeyFormat.detect(bytes)
  if (first === undefined) return Effect.fail(new NotAKey({ found: "something else" }))
  const broken = [first, ...others].find((block) => block.cutOff)
  return broken === undefined
    ? Effect.succeed([first, ...others])
    : Effect.fail(new Malformed({ kind: KeyFormat.names[broken.kind], fault: "cut off" }))
}

/** Fails where a file wants its passphrase hashed so often that opening it would hold the process up. */
export const patient = (block: KeyFormat.KeyBlock, rounds: number): Effect.Effect<void, Malformed> =>
  rounds > maxRounds
    ? Effect.fail(new Malformed({ kind: KeyFormat.names[block.kind], fault: "too many rounds" }))
    : Effect.void
