import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Log } from '../../../main/services/app/log.ts'

/** What the shell tells Electron, which cannot run here: every setting and every handler, as it was given. */
interface Told {
  options: { webPreferences?: Record<string, unknown> }
  readonly loaded: string[]
  readonly opened: string[]
  readonly handlers: Record<string, (...parts: never[]) => unknown>
}
const electron = vi.hoisted((): Told => ({ options: {}, loaded: [], opened: [], handlers: {} }))
vi.mock('electron', () => ({
  BrowserWindow: class {
    constructor(options: Told['options']) {
      electron.options = options
    }
    once(): void { /* shown when ready */ }
    async loadURL(url: string): Promise<void> {
      electron.loaded.push(url)
    }
  },
  session: {
    defaultSession: {
      setPermissionRequestHandler: (handler: () => void) => (electron.handlers.request = handler),
      setPermissionCheckHandler: (handler: () => boolean) => (electron.handlers.check = handler),
      setDevicePermissionHandler: (handler: () => boolean) => (electron.handlers.device = handler),
      webRequest: { onBeforeRequest: (handler: () => void) => (electron.handlers.before = handler) },
    },
  },
  shell: { openExternal: async (url: string) => void electron.opened.push(url) },
}))
const { closeSession, confine, openWindow } = await import('../../../main/shell/window.ts')

let log: Log
beforeEach(() => {
  log = new Log(() => undefined)
})
const told = (): string => log.after(-1).map(({ message }) => message).join('\n')
const call = (name: string, ...parts: unknown[]): unknown => electron.handlers[name]?.(...(parts as never[]))

describe('the window', () => {
  it('shows our page, sandboxed, with nothing of Node in it', () => {
    openWindow('/preload.cjs')
    expect(electron.loaded).toEqual(['app://workbench/'])
    expect(electron.options.webPreferences).toMatchObject({ preload: '/preload.cjs', sandbox: true, contextIsolation: true, nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false, webSecurity: true, allowRunningInsecureContent: false, experimentalFeatures: false, webviewTag: false })
    expect(electron.options.webPreferences).not.toHaveProperty('enableBlinkFeatures')
  })

  it('has no permission but to copy, and loads nothing from the network', () => {
    closeSession(log)
    const granted = (permission: string, requestingUrl: string): unknown => {
      let answer: unknown
      call('request', null, permission, (yes: boolean) => (answer = yes), { requestingUrl })
      return answer
    }
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'fileSystem']) {
      expect(granted(permission, 'app://workbench/')).toBe(false)
      expect(call('check', null, permission, 'app://workbench')).toBe(false)
    }
    expect(granted('clipboard-sanitized-write', 'app://workbench/')).toBe(true)
    expect(granted('clipboard-sanitized-write', 'https://evil.example/')).toBe(false)
    expect(call('device')).toBe(false)
    const cancelled = (url: string): unknown => {
      let answer: unknown
      call('before', { url }, (reply: { cancel: boolean }) => (answer = reply.cancel))
      return answer
    }
    expect(cancelled('app://workbench/assets/main.js')).toBe(false)
    for (const url of ['https://evil.example/', 'http://127.0.0.1/', 'file:///etc/passwd', 'ws://127.0.0.1/', 'data:text/html,x']) expect(cancelled(url)).toBe(true)
    expect(told()).toContain('refused to load "https://evil.example/"')
  })
})

describe('its page', () => {
  const handlers: Record<string, (event: object) => void> = {}
  let open: (details: { url: string }) => { action: string }
  const contents = {
    on: (name: string, handler: (event: object) => void) => (handlers[name] = handler),
    setWindowOpenHandler: (handler: typeof open) => (open = handler),
  }
  const refused = (name: string, event: object): boolean => {
    const preventDefault = vi.fn()
    handlers[name]?.({ ...event, preventDefault })
    return preventDefault.mock.calls.length > 0
  }

  it('stays where it is, embeds nothing, opens nothing but papers and code in a browser', () => {
    confine(contents as never, log)
    expect(refused('will-navigate', { url: 'app://workbench/' })).toBe(false)
    for (const url of ['https://evil.example/', 'file:///etc/passwd', 'app://evil/']) {
      expect(refused('will-navigate', { url })).toBe(true)
      expect(refused('will-redirect', { url })).toBe(true)
    }
    expect(refused('will-frame-navigate', { url: 'app://workbench/', isMainFrame: true })).toBe(false)
    expect(refused('will-frame-navigate', { url: 'app://workbench/', isMainFrame: false })).toBe(true)
    expect(refused('will-attach-webview', {})).toBe(true)
    expect(open({ url: 'https://arxiv.org/abs/1602.02830' })).toEqual({ action: 'deny' })
    expect(open({ url: 'https://evil.example/' })).toEqual({ action: 'deny' })
    expect(electron.opened).toEqual(['https://arxiv.org/abs/1602.02830'])
    expect(told()).toContain('refused to leave the workbench for "https://evil.example/"')
  })
})
