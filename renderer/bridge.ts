import { createBridge, type Carrier } from '../main/contract/app/bridge.ts'
import type { Bridge } from '../main/contract/app/index.ts'
import { socketCarrier, type Socket } from '../main/contract/app/socket.ts'

/** The path at which the browser host speaks the contract. */
const SOCKET_PATH = 'bridge'

declare global {
  interface Window {
    /** Put there by the desktop's preload script, before anything of ours runs. */
    readonly bitwright?: Carrier
  }
}

let current: Bridge | undefined

/** The page's one way to everything outside it: the desktop's preload script where there is one, else the host that served the page. */
export function bridge(): Bridge {
  current ??= window.bitwright ? createBridge('electron', window.bitwright) : createBridge('browser', socketCarrier({ open: openSocket, later: (work, milliseconds) => setTimeout(work, milliseconds) }))
  return current
}

/** Another way, for tests of components. */
export function useBridge(other: Bridge): void {
  current = other
}

/** The browser's own socket calls its listeners with more than the contract's asks for. */
function openSocket(): Socket {
  const address = new URL(SOCKET_PATH, window.location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  address.search = ''
  const open = new WebSocket(address)
  open.binaryType = 'arraybuffer'
  const socket: Socket = { binaryType: 'arraybuffer', onopen: null, onmessage: null, onclose: null, onerror: null, send: data => open.send(data), close: () => open.close() }
  open.onopen = event => socket.onopen?.(event as never)
  open.onmessage = ({ data }: MessageEvent<unknown>) => socket.onmessage?.({ data })
  open.onclose = ({ code, reason }) => socket.onclose?.({ code, reason })
  open.onerror = event => socket.onerror?.(event as never)
  return socket
}
