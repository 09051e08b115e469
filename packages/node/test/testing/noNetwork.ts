/** For `node --import`: whatever opens a socket, a server or looks up a name throws. */
import dgram from "node:dgram"
import dns from "node:dns"
import net from "node:net"

const refuse = (what: string) => () => {
  throw new Error(`This test must not use the network: ${what}`)
}

net.Socket.prototype.connect = refuse("net.connect")
net.Server.prototype.listen = refuse("net.listen")
dgram.createSocket = refuse("dgram.createSocket")
dns.lookup = Object.assign(refuse("dns.lookup"), { __promisify__: refuse("dns.lookup") })
