import { app, type BrowserWindow, ipcMain } from 'electron'
import { fileURLToPath } from 'node:url'
import { Workbench } from '../services/app/workbench.ts'
import { openHome } from '../services/home.ts'
import { ASK, isTrusted, TELL } from './channel.ts'
import { dialogsOver } from './dialogs.ts'
import { showMenu } from './menu.ts'
import { declareScheme, servePage } from './page.ts'
import { placesOf } from './places.ts'
import { closeSession, confine, openWindow } from './window.ts'

/** The desktop face: a window, and the same services as behind every other face. Nothing listens on a port. */
const PRELOAD = fileURLToPath(new URL('../preload/preload.cjs', import.meta.url))

app.enableSandbox()
declareScheme()
// The first holds the home; another start shows its window.
if (app.requestSingleInstanceLock()) void app.whenReady().then(start)
else app.quit()

async function start(): Promise<void> {
  const home = await openHome()
  const { page, nodePath, entry } = placesOf({ packaged: app.isPackaged, root: app.getAppPath(), resources: process.resourcesPath, platform: process.platform, env: process.env })
  let window: BrowserWindow | undefined
  const workbench = new Workbench({ home, face: 'electron', engine: { nodePath, entry }, dialogs: dialogsOver(() => window) })
  const { log } = workbench
  app.on('web-contents-created', (_event, contents) => confine(contents, log))
  closeSession(log)
  servePage(page, log)

  const connection = workbench.connect((event, data) => {
    if (window && !window.isDestroyed()) window.webContents.send(TELL, event, data)
  })
  ipcMain.handle(ASK, async ({ senderFrame }, route: unknown, input: unknown) => {
    if (!isTrusted(senderFrame) || typeof route !== 'string') {
      log.add('warning', 'host', `refused a message of ${JSON.stringify(senderFrame?.url.slice(0, 200) ?? 'a page that is gone')}`)
      return { fault: { what: 'only the workbench itself is answered' } }
    }
    return connection.ask(route, input)
  })
  const run = (name: string): void => window?.webContents.send(TELL, 'command', { name })
  showMenu(run, home)
  window = openWindow(PRELOAD)

  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  app.on('activate', () => {
    if (!window || window.isDestroyed()) window = openWindow(PRELOAD)
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  let ended = false
  app.on('before-quit', event => {
    if (ended) return
    // A run under way stops after a checkpoint first.
    event.preventDefault()
    connection.close()
    void workbench.close().finally(() => {
      ended = true
      app.quit()
    })
  })
}
