import { spawn } from 'node:child_process'

/** Asks the system to show an address of ours in the person's browser; false if it has no way to. */
export async function openInBrowser(url: string, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  const [program, ...args] = platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler', url] : [platform === 'darwin' ? 'open' : 'xdg-open', url]
  return new Promise(resolve => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true, windowsHide: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      // Some openers stay for as long as the browser does; one that failed says so soon.
      const patience = setTimeout(() => resolve(true), 1000)
      child.once('exit', code => {
        clearTimeout(patience)
        resolve(code === 0)
      })
      child.unref()
    })
  })
}
