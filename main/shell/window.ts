import { BrowserWindow, session, shell, type WebContents } from 'electron'
import type { Log } from '../services/app/log.ts'
import { isLinked, isPage, mayLoad, PAGE_ADDRESS } from './channel.ts'

/** The one window: a sandboxed page that can do nothing but what the contract says. */
export function openWindow(preload: string): BrowserWindow {
  const window = new BrowserWindow({
    name: 'workbench',
    windowStatePersistence: true,
    width: 1440,
    height: 900,
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Bitwright',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  void window.loadURL(PAGE_ADDRESS)
  return window
}

/** Of all that the session could do for a page: copying to the clipboard, and nothing from the network. */
export function closeSession(log: Log): void {
  const ours = session.defaultSession
  const allowed = (permission: string, address: string): boolean => permission === 'clipboard-sanitized-write' && isPage(address)
  ours.setPermissionRequestHandler((_contents, permission, reply, { requestingUrl }) => reply(allowed(permission, requestingUrl)))
  ours.setPermissionCheckHandler((_contents, permission, origin) => allowed(permission, `${origin}/`))
  ours.setDevicePermissionHandler(() => false)
  ours.webRequest.onBeforeRequest(({ url }, reply) => {
    const cancel = !mayLoad(url) && !url.startsWith('devtools:')
    if (cancel) log.add('warning', 'host', `refused to load ${JSON.stringify(url.slice(0, 200))}`)
    reply({ cancel })
  })
}

/** For every page there will ever be: it stays where it is, opens nothing, and embeds nothing. */
export function confine(contents: WebContents, log: Log): void {
  const refuse = (event: { preventDefault(): void }, what: string): void => {
    event.preventDefault()
    log.add('warning', 'host', `refused ${what}`)
  }
  contents.on('will-navigate', event => {
    if (!isPage(event.url)) refuse(event, `to leave the workbench for ${JSON.stringify(event.url.slice(0, 200))}`)
  })
  contents.on('will-redirect', event => {
    if (!isPage(event.url)) refuse(event, 'a redirection')
  })
  contents.on('will-frame-navigate', event => {
    if (!event.isMainFrame) refuse(event, 'a frame')
  })
  contents.on('will-attach-webview', event => refuse(event, 'a webview'))
  contents.setWindowOpenHandler(({ url }) => {
    if (isLinked(url)) void shell.openExternal(url)
    else log.add('warning', 'host', `refused to open ${JSON.stringify(url.slice(0, 200))}`)
    return { action: 'deny' }
  })
}
