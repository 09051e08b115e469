/** The names of the scripts that ship with the sandbox, for editors to offer. What each plays: `umf-order sandbox`. */
export type ScriptName =
  /** How a payment can go. */
  | "paid"
  | "paid-after-3"
  | "paid-without-state"
  | "notpay-then-paid"
  | "new-fields"
  | "pay-error"
  | "closed"
  | "closed-once-then-paid"
  /** Closed for 2 minutes, then paid after all: money that arrives late. */
  | "closed-then-paid"
  /** Being paid for ever: ends with a person. */
  | "never-decided"
  /** What follows a payment, once a refund or a void is asked for. */
  | "paid-then-refund"
  | "refund-after-2"
  | "refund-fails"
  | "paid-then-void"
  | "void-fails"
  /** Troubles of the platform, or of the way to it. */
  | "platform-fault-then-paid"
  | "platform-fault"
  | "contradictory"
  | "signature-rejected"
  | "slow-then-paid"
  | "cut-then-paid"
  | "reset-then-paid"
  | "slow-drip"
  | "huge-body"
  | "html"
  | "bad-gateway"
  | "bad-gateway-then-paid"
  | "rate-limited"
  | "redirect"
  /** Answers that look like a payment that did not happen. */
  | "wrong-signature"
  | "unsigned"
  | "replayed"
  | "wrong-amount"
  | "renamed"
  | "merged"
