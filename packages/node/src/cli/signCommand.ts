/** `umf-order sign` and `umf-order verify`: signature trouble, settled alone, for any interface of the platform. */
import { LosslessJson, OrderQueryAnswer, Signature, StringToSign, Text } from "@umf-order-sync/core"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as MerchantSigner from "../keys/MerchantSigner.ts"
import * as PlatformVerifier from "../keys/PlatformVerifier.ts"
import { readPlatformKey, readPrivateKey } from "../UmfOrderSync.ts"
import { Ended, NEGATIVE, UsageError } from "./ExitCode.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"
import * as Stdin from "./Stdin.ts"

const signField = Flag.String("sign-field").pipe(
  Flag.withMetavar("NAME"),
  Flag.withDescription("The field that holds the signature"),
  Flag.withDefault("sign")
)

const usage = (message: string) => new UsageError({ message })

/** The string to sign of a request, refused where a value would read as two. */
const requestText = (
  input: string | undefined,
  field: string,
  unchecked: boolean
): Result.Result<string, UsageError> =>
  Result.gen(function* () {
    if (input === undefined) return yield* Result.fail(usage("Standard input is not UTF-8."))
    const json = yield* Result.mapError(LosslessJson.parse(input), (error) =>
      usage(`Standard input is not strict JSON: ${error.message}`)
    )
    if (json._tag !== "Object") return yield* Result.fail(usage("Standard input must be a JSON object."))
    const leaves = yield* Result.mapError(StringToSign.leaves(json, field), (error) => usage(error.message))
    if (leaves.length === 0) return yield* Result.fail(usage("Standard input has no field to sign."))
    if (!unchecked) {
      for (const leaf of leaves) {
        const [name, value] = [Text.refusal(leaf.name), Text.refusal(leaf.value)]
        const refused = name === undefined ? value : name
        if (refused !== undefined) {
          const what = name === undefined ? "value" : "name"
          return yield* Result.fail(
            usage(`The ${what} of "${leaf.path}" ${refused}. --unchecked signs it all the same.`)
          )
        }
      }
    }
    return StringToSign.requestText(leaves)
  })

export const signCommand = Command.make(
  "sign",
  {
    signField,
    unchecked: Flag.Boolean("unchecked").pipe(
      Flag.withDescription(
        "Sign values with &, =, | or outer white space too; the platform may read them as other fields"
      ),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ signField, unchecked }) {
    const key = yield* readPrivateKey(yield* Options.privateKey)
    const signatureLimit = yield* Options.signatureLimit
    const text = yield* Effect.fromResult(requestText(yield* Stdin.read, signField, unchecked))
    const sign = yield* Signature.Signer.use((signer) => signer.sign(text)).pipe(
      Effect.provide(MerchantSigner.layer(key, { signatureLimit })),
      Effect.catchTag("SigningFailed", (error) => Effect.fail(usage(error.message)))
    )
    yield* Output.json({ text, sign })
  })
).pipe(
  Command.withDescription('Sign a request: a JSON object on stdin; prints {"text","sign"}.'),
  Command.withExamples([
    {
      command: `echo '{"merId":"30000102","orderId":"1"}' | umf-order sign --private-key merchant.key.p8`,
      description: "The string to sign, and the signature"
    }
  ])
)

/** Whether the text on stdin is signed by the platform; never fails for what the text is. */
const verdictOn = (input: string | undefined, field: string) =>
  Effect.gen(function* () {
    if (input === undefined)
      return { valid: false, reason: "NotUtf8: the bytes on standard input are not UTF-8." }
    const message = OrderQueryAnswer.takeApart(input, field)
    const text = textOf(input, field)
    if (Result.isFailure(message)) {
      const { reason, message: what } = message.failure
      return { valid: false, text, reason: `${reason}: ${what}` }
    }
    const verifier = yield* Signature.Verifier
    const valid = yield* verifier.verify(message.success.text, message.success.signature)
    return valid
      ? { valid, text }
      : {
          valid,
          text,
          reason:
            "SignatureWrong: the signature does not fit the text: another key signed it, or it was changed on the way."
        }
  })

/** The string to sign of an answer, where it has one, even without a usable signature. */
const textOf = (input: string, field: string): string | undefined => {
  const json = LosslessJson.parse(input)
  if (Result.isFailure(json) || json.success._tag !== "Object") return undefined
  return Result.getOrUndefined(StringToSign.answer(json.success, field))
}

export const verifyCommand = Command.make(
  "verify",
  { signField },
  Effect.fnUntraced(function* ({ signField }) {
    const key = yield* readPlatformKey(yield* Options.platformCert)
    const verdict = yield* verdictOn(yield* Stdin.read, signField).pipe(
      Effect.provide(PlatformVerifier.layer(key))
    )
    yield* Output.json(verdict)
    if (!verdict.valid) return yield* new Ended({ code: NEGATIVE })
  })
).pipe(
  Command.withDescription(
    'Verify an answer: its raw text on stdin; prints {"valid","text","reason"}. Exit codes: 0 valid, 1 not valid, 2 usage.'
  ),
  Command.withExamples([
    {
      command: "umf-order verify --platform-cert platform.cert.crt < answer.json",
      description: "Check an answer"
    }
  ])
)
