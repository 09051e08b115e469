/** Order numbers in logs and traces: enough to find the one that is meant, too little to learn it. */

/** The first and the last 2 characters; nothing of a number that is hardly longer. */
export const masked = (orderId: string): string => {
  const characters = [...orderId]
  return characters.length < 8
    ? "***"
    : `${characters.slice(0, 2).join("")}***${characters.slice(-2).join("")}`
}
