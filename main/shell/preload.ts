import { contextBridge, ipcRenderer } from 'electron'
import type { Carrier } from '../contract/app/bridge.ts'
import { ASK, TELL } from './channel.ts'

/**
 * All that the page gets: a way to ask and a way to hear (renderer/bridge.ts looks for it under this name). Neither ipcRenderer nor an event
 * of it passes through; what is asked is checked where it arrives.
 */
const carrier: Carrier = {
  ask: (route, input) => ipcRenderer.invoke(ASK, route, input),
  listen: hear => {
    ipcRenderer.on(TELL, (_event, event: string, data: unknown) => hear(event, data))
  },
}
contextBridge.exposeInMainWorld('bitwright', carrier)
