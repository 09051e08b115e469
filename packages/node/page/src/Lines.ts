/** The lines of a stream of bytes, as UTF-8, each as soon as it is whole. */
export async function* of(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ""
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const parts = (rest + value).split("\n")
      rest = parts.pop() ?? ""
      for (const line of parts) if (line !== "") yield line
    }
  } finally {
    // Who stops reading early lets the connection go.
    await reader.cancel().catch(() => {})
  }
}
