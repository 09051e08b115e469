/**
 * Which Node the package needs. Nothing is imported here: this is read, and must say its piece, where
 * nothing else of the package can be loaded.
 */

/** What is wrong with a Node of this version, such as "20.11.1"; `undefined` where it will do. */
export const refusal = (version: string, who: string): string | undefined => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  return major > 22 || (major === 22 && minor >= 19)
    ? undefined
    : `${who} needs Node 22.19 or later; this is Node ${version}.`
}
