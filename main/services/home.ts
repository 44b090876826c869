import { mkdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { BitwrightError } from '../../core/errors.ts'
import { codeOf, diskTrouble } from './files.ts'

export interface HomeOptions {
  /** The value of --home; wins over everything. */
  readonly home?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly platform?: NodeJS.Platform
  /** The person's own folder, from which the platform's data folder is found. */
  readonly userFolder?: string
}

/** Folders within a home (design.md section 5). Each is made by the first who writes there. */
export interface HomeFolders {
  readonly datasets: string
  readonly runs: string
  /** Networks that others trained. */
  readonly models: string
  readonly tuning: string
  /** Projects, and what was not saved of them. */
  readonly projects: string
  readonly drafts: string
  /** What was deleted in the workbench. */
  readonly trash: string
  /** Files of a browser on their way in. */
  readonly uploads: string
}

/** Absolute path of the home: --home, else BITWRIGHT_HOME, else the platform's data folder. Touches no disk. */
export function homePath({ home, env = process.env, platform = process.platform, userFolder = homedir() }: HomeOptions = {}): string {
  if (home !== undefined) {
    if (home.trim() === '') throw new BitwrightError({ what: 'expected a folder after --home, found nothing', remedy: 'name a folder, or leave --home out' })
    return resolve(home)
  }
  // An empty variable counts as not set, as the XDG specification has it.
  if (env.BITWRIGHT_HOME) return resolve(env.BITWRIGHT_HOME)
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(userFolder, 'AppData', 'Local'), 'Bitwright')
  if (platform === 'darwin') return join(userFolder, 'Library', 'Application Support', 'Bitwright')
  // XDG Base Directory Specification: a relative path in the variable is invalid and to be ignored.
  const data = env.XDG_DATA_HOME
  return join(data && isAbsolute(data) ? data : join(userFolder, '.local', 'share'), 'bitwright')
}

/** As homePath, and makes the folder if it does not exist yet. Throws if it cannot be made or is not a folder. */
export async function openHome(options: HomeOptions = {}): Promise<string> {
  const path = homePath(options)
  const remedy = 'name another folder with --home or BITWRIGHT_HOME'
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST' || code === 'ENOTDIR') throw new BitwrightError({ what: 'expected a folder for the home, found a file in its way', where: path, remedy, cause: error })
    throw diskTrouble(error, path)
  }
  if (!(await stat(path)).isDirectory()) throw new BitwrightError({ what: 'expected a folder for the home, found a file', where: path, remedy })
  return path
}

export function homeFolders(home: string): HomeFolders {
  const folder = (name: string): string => join(home, name)
  return {
    datasets: folder('datasets'), runs: folder('runs'), models: folder('models'), tuning: folder('tuning'),
    projects: folder('projects'), drafts: folder('drafts'), trash: folder('trash'), uploads: folder('uploads'),
  }
}
