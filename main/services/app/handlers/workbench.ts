import { BitwrightError } from '../../../../core/errors.ts'
import type { workbenchRoutes } from '../../../contract/app/workbench.ts'
import { bitwrightVersion } from '../../runs/record.ts'
import type { Handlers, Services } from '../handling.ts'

export function workbenchHandlers({ home, face, dialogs, log, memory, tasks, engine, hold, tell }: Services): Handlers<keyof typeof workbenchRoutes> {
  return {
    'app.info': async () => {
      // Only within Electron are all of them there, whatever its types say.
      const versions: Readonly<Record<string, string | undefined>> = process.versions
      return { version: bitwrightVersion(), face, home, platform: process.platform, versions: Object.fromEntries(['node', 'electron', 'chrome'].flatMap(name => (versions[name] === undefined ? [] : [[name, versions[name]]]))) }
    },
    'log.read': async ({ after }) => ({ entries: [...log.after(after)] }),
    'engine.state': async () => engine.state,
    'engine.restart': async () => {
      await engine.restart()
      return engine.state
    },
    'workbench.home': async () => {
      await hold.settled
      return hold.state
    },
    'workbench.takeHome': () => hold.take(),
    'preferences.get': () => memory.preferences(),
    'preferences.set': async patch => {
      const preferences = await memory.setPreferences(patch)
      tell('preferences', preferences)
      return preferences
    },
    'tasks.list': async () => ({ tasks: tasks.list() }),
    'tasks.cancel': async ({ task }) => ({ cancelled: tasks.cancel(task) }),
    'dialogs.show': async input => {
      if (!dialogs) throw new BitwrightError({ what: 'in a browser there are no dialogs of the desktop', remedy: 'type a path, or send the files' })
      return { paths: [...(await dialogs.show(input))] }
    },
  }
}
