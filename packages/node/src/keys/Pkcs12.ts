/**
 * Opens a PKCS#12 block with its passphrase: the keys and certificates in it, as DER.
 *
 * The reading itself is node-forge's (`ForgeReader`), since Node has no reader for this format; here its
 * faults are told apart. What becomes of the key is left to `PrivateKey`.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as ForgeReader from "./ForgeReader.ts"
import * as KeyFile from "./KeyFile.ts"
import * as KeyFormat from "./KeyFormat.ts"

/** Keys and certificates of the block, in its order. Without a passphrase the empty one is tried. */
export const open = (
  block: KeyFormat.KeyBlock,
  passphrase: Redacted.Redacted<string> | undefined
): Effect.Effect<
  ForgeReader.Pkcs12,
  KeyFile.Malformed | KeyFile.PassphraseNeeded | KeyFile.PassphraseWrong
> =>
  Effect.gen(function* () {
    const asn1 = yield* Effect.try({
      try: () => ForgeReader.parsePkcs12(Redacted.value(block.content)),
      catch: () => new KeyFile.Malformed({ kind: KeyFormat.names[block.kind], fault: "unreadable" })
    })
    yield* KeyFile.patient(block, ForgeReader.rounds(Redacted.value(block.content)))
    return yield* Effect.try({
      try: () => ForgeReader.openPkcs12(asn1, passphrase === undefined ? "" : Redacted.value(passphrase)),
      catch: () => (passphrase === undefined ? new KeyFile.PassphraseNeeded() : new KeyFile.PassphraseWrong())
    })
  })
