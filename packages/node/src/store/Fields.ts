/** Objects whose absent fields are left out, as JSON and exact optional fields want it. */

/** The fields that have a value. */
export const withoutAbsent = <A extends object>(fields: { readonly [K in keyof A]: A[K] | undefined }): A =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as A
