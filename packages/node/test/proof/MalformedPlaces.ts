/** Paths at which there is no key file, or none that can be read to its end. */
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises"
import { createServer, type Server } from "node:net"
import { join } from "node:path"
import { bytesOf } from "../keys/fixtures.ts"

export interface Place {
  readonly name: string
  readonly path: string
}

const listening = (path: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on("error", reject)
    server.listen(path, () => resolve(server))
  })

/** Makes them in a folder, does something with them, and takes down what has to be taken down. */
export const withPlaces = async (
  folder: string,
  use: (places: ReadonlyArray<Place>) => Promise<void>
): Promise<void> => {
  const inside = (name: string): string => join(folder, name)
  await mkdir(inside("directory.key.p8"))
  await symlink(inside("loop.key.p8"), inside("loop.key.p8"))
  await symlink(inside("nowhere"), inside("dangling.key.p8"))
  await writeFile(inside("plain"), bytesOf("rsa-1024.p8.der"), { mode: 0o600 })
  await writeFile(inside("huge.key.p8"), bytesOf("rsa-1024.p8.der"), { mode: 0o600 })
  // Nothing is written for it: the file has a hole.
  await truncate(inside("huge.key.p8"), 5_000_000_000)
  const places: Array<Place> = [
    { name: "a directory", path: inside("directory.key.p8") },
    { name: "a file that is not there", path: inside("missing.key.p8") },
    { name: "a link to itself", path: inside("loop.key.p8") },
    { name: "a link to nothing", path: inside("dangling.key.p8") },
    { name: "a path through a file", path: inside("plain/merchant.key.p8") },
    { name: "a name that is too long", path: inside(`${"n".repeat(300)}.key.p8`) },
    { name: "a name with a zero in it", path: inside("zero\0.key.p8") },
    { name: "five thousand million bytes", path: inside("huge.key.p8") }
  ]
  if (process.platform === "win32") return use(places)
  places.push({ name: "zeros without end", path: "/dev/zero" }, { name: "nothing", path: "/dev/null" })
  // Its name can't be longer than some hundred characters.
  const server = await listening(inside("s"))
  places.push({ name: "a socket", path: inside("s") })
  // Whoever runs as root may read everything, and can't be refused.
  if (process.getuid?.() !== 0) {
    await writeFile(inside("unreadable.key.p8"), bytesOf("rsa-1024.p8.der"), { mode: 0o000 })
    places.push({ name: "a file that may not be read", path: inside("unreadable.key.p8") })
  }
  try {
    await use(places)
  } finally {
    server.close()
  }
}
